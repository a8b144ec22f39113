// The load client must notice whatever a server gets wrong: a benchmark that measures wrong answers measures nothing.
import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { cases } from "./cases.mjs";
import { finish, start, startServer, stopServer } from "./processes.mjs";
import { echoServers } from "./servers.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const binDir = process.env.PARLEY_BIN_DIR ?? path.join(here, "../build/release/bin");
const bin = (name) => path.join(binDir, name);
const anyCore = "0-1";

async function runLoad(args, port, pid) {
  const window = ["--seconds", "0.3", "--warm-up", "0.1"];
  const client = start(anyCore, [bin("bench-load"), ...args, "--port", port, "--pid", pid, ...window]);
  const outcome = await finish(client, 60_000);
  return { outcome, output: client.output, errorText: client.errorText };
}

/** A server just good enough for echoes, whose 500th answer is given by `answer(socket, text, bytes)`. */
async function faultyServer(answer) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let echoes = 0;
  server.on("connection", (socket) => {
    socket.send('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}');
    socket.on("message", (bytes) => {
      const text = bytes.toString();
      if (text === "40") socket.send('40{"sid":"b"}');
      else if (++echoes === 500) answer(socket, text, bytes);
      else socket.send(text);
    });
  });
  await once(server, "listening");
  return server;
}

async function runAgainstFault(answer) {
  const server = await faultyServer(answer);
  try {
    return await runLoad(["echo", "--connections", "5"], server.address().port, process.pid);
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
}

test("a run against a faultless server gives one line of JSON", async () => {
  const { outcome, output, errorText } = await runAgainstFault((socket, text) => socket.send(text));
  assert.equal(outcome, 0, errorText);
  const figures = JSON.parse(output);
  assert.ok(figures.messages > 500, output);
  assert.ok(figures.latency_p99_us >= figures.latency_p50_us, output);
});

const faults = {
  "one changed byte": [(socket, text) => socket.send(text.slice(0, -4) + "\u0001" + text.slice(-3)), /differs/],
  "an answer given twice": [(socket, text) => (socket.send(text), socket.send(text)), /differs/],
  "an answer of another message": [(socket, text) => socket.send(text.replace(".m0", ".m9")), /differs/],
  "text sent as binary": [(socket, text, bytes) => socket.send(bytes, { binary: true }), /differs/],
  "an answer in fragments": [
    (socket, text) => (socket.send(text.slice(0, 9), { fin: false }), socket.send(text.slice(9))),
    /differs/,
  ],
  "a lost answer": [() => {}, /five seconds without an answer, 1 of them due/],
  "a dropped connection": [(socket) => socket.terminate(), /closed a connection|reset by peer/],
};

for (const [fault, [answer, complaint]] of Object.entries(faults)) {
  test(`${fault} ends the run with an error`, async () => {
    const { outcome, output, errorText } = await runAgainstFault(answer);
    assert.equal(outcome, 1);
    assert.match(errorText, complaint);
    assert.equal(output, "");
  });
}

/** The same cases with few connections: whether they work, not what they cost. */
function small(args) {
  const smaller = [...args];
  const at = smaller.indexOf("--connections");
  if (at >= 0) smaller[at + 1] = "50";
  return smaller;
}

for (const [serverName, { command, flags = [], runs }] of Object.entries(echoServers)) {
  test(`every case runs against ${serverName} without a wrong answer`, async (t) => {
    for (const [name, chosen] of Object.entries(cases)) {
      if (runs?.(chosen) === false) continue;
      await t.test(name, async () => {
        const { server, port } = await startServer(anyCore, (free) => command(free, chosen, bin));
        try {
          const { outcome, output, errorText } = await runLoad([...small(chosen.args), ...flags], port, server.pid);
          assert.equal(outcome, 0, errorText);
          for (const { field } of chosen.figures) assert.ok(JSON.parse(output)[field] >= 0, output);
        } finally {
          await stopServer(server);
        }
      });
    }
  });
}
