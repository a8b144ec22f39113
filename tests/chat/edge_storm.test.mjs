// A storm of connections, up to 10 000 per second as far as the machine makes them: the server goes on serving whoever
// is there already.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { eventually } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

const stormMs = 3000;
const wantedPerSecond = 10_000;

/** In a process of its own: connects, says a little or nothing, and hangs up, as fast as it is allowed. */
async function storm(port, perSecond) {
  const begun = Date.now();
  const beginnings = ["", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", "GET /hea", "\x16\x03\x01\x02\x00\x01"];
  let connects = 0;
  let open = 0;
  while (Date.now() - begun < stormMs) {
    const due = Math.min((perSecond * (Date.now() - begun)) / 1000, connects + 200 - open);
    for (; connects < due; connects++) {
      const socket = net.connect({ port, host: "127.0.0.1" });
      open++;
      socket.on("error", () => {}).on("close", () => open--);
      socket.on("connect", () => {
        socket.write(beginnings[connects % beginnings.length], () => socket.resetAndDestroy());
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.send(connects);
  process.disconnect();
}

if (process.argv[2] === "storm") await storm(Number(process.argv[3]), Number(process.argv[4]));
else
  test("a pair chats on while connections storm in, and afterwards nothing of them is left", async (t) => {
    const server = await startChat(t);
    const [ada, grace] = await server.pair();
    const before = await server.binary.descriptors();
    const children = Array.from({ length: 2 }, () =>
      fork(fileURLToPath(import.meta.url), ["storm", server.binary.port, wantedPerSecond / 2])
    );
    t.after(() => children.forEach((child) => child.kill()));
    let made = 0;
    const counts = children.map((child) => once(child, "message").then(([count]) => (made += count)));
    let storming = true;
    const ended = Promise.all(counts).then(() => (storming = false));
    const times = [];
    for (let i = 0; storming; i++) {
      const begun = performance.now();
      ada.emit("chat:message", { type: "text", content: `word ${i}` });
      assert.equal((await grace.next("chat:message")).content, `word ${i}`);
      times.push(performance.now() - begun);
    }
    await ended;
    times.sort((a, b) => a - b);
    const perSecond = Math.round(made / (stormMs / 1000));
    t.diagnostic(`${perSecond} connects per second; ${times.length} messages, slowest ${Math.round(times.at(-1))} ms`);
    assert.ok(perSecond > 500, `only ${perSecond} connects per second`);
    assert.ok(times.length > 20, `only ${times.length} messages came through`);
    assert.ok(times.at(-1) < 2000, `one message took ${Math.round(times.at(-1))} ms`);
    await eventually("the descriptors are closed", async () => (await server.binary.descriptors()) <= before + 4);
  });
