// Runs the same cases against bench-server, the kernel floor and Node's socket.io, in turns, and prints medians
// and ratios as a Markdown table. Each run gets a fresh server on one core and the load client on the other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases, standardCases } from "./cases.mjs";
import { environment, table } from "./report.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    "bin-dir": { type: "string", default: path.join(here, "../build/release/bin") },
    cases: { type: "string", default: standardCases.join(",") },
    servers: { type: "string", default: "floor,node,parley" },
    repeat: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    "warm-up": { type: "string", default: "1.5" },
    "server-core": { type: "string", default: "1" },
    "load-core": { type: "string", default: "0" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const usage = `usage: bench/compare [--cases a,b|all] [--repeat N] [--seconds S] [--warm-up S] [--servers floor,node,parley]
                     [--bin-dir DIR] [--server-core N] [--load-core N] [--json FILE]
cases: ${Object.keys(cases).join(" ")}`;

const bin = (name) => path.join(options["bin-dir"], name);
const commands = {
  floor: (port, { floor }) => [bin("bench-floor"), "--port", port, "--to", floor],
  node: (port) => [process.execPath, path.join(here, "peers/node_socketio.mjs"), "--port", port],
  parley: (port) => [bin("bench-server"), "--port", port],
};

/** Processes started here and not yet ended: the only ones this program ever ends. */
const running = new Set();

function start(core, command, stdout) {
  const child = spawn("taskset", ["-c", core, ...command.map(String)], { stdio: ["ignore", stdout, "pipe"] });
  child.errorText = "";
  child.stderr.on("data", (chunk) => (child.errorText += chunk));
  child.ended = once(child, "close").then(([code, signal]) => {
    running.delete(child);
    return code ?? signal;
  });
  running.add(child);
  return child;
}

async function freePort() {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function accepts(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function startServer(name, chosen) {
  const port = await freePort();
  const server = start(options["server-core"], commands[name](port, chosen), "ignore");
  const giveUpAt = Date.now() + 10_000;
  while (!(await accepts(port))) {
    if (!running.has(server) || Date.now() > giveUpAt) throw new Error(`${name} did not start: ${server.errorText}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { server, port };
}

async function stopServer(name, server) {
  const lateAt = setTimeout(() => server.kill("SIGKILL"), 5_000);
  server.kill("SIGTERM");
  const outcome = await server.ended;
  clearTimeout(lateAt);
  if (outcome === "SIGKILL") throw new Error(`${name} did not end on SIGTERM`);
}

async function load(name, chosen, port, pid) {
  const command = [bin("bench-load"), ...chosen.args, "--port", port, "--pid", pid, "--label", name];
  command.push("--seconds", options.seconds, "--warm-up", options["warm-up"]);
  if (name === "floor") command.push("--raw");
  const client = start(options["load-core"], command, "pipe");
  let output = "";
  client.stdout.on("data", (chunk) => (output += chunk));
  const tooLong = setTimeout(() => client.kill("SIGKILL"), (Number(options.seconds) + Number(options["warm-up"]) + 60) * 1000);
  const outcome = await client.ended;
  clearTimeout(tooLong);
  if (outcome !== 0) throw new Error(`${chosen.title} on ${name} failed (${outcome}): ${client.errorText}`);
  return JSON.parse(output);
}

async function run(name, chosen) {
  const { server, port } = await startServer(name, chosen);
  try {
    // taskset replaces itself with the server, so the child's id is the server's.
    return await load(name, chosen, port, server.pid);
  } finally {
    if (running.has(server)) await stopServer(name, server);
  }
}

function chosenNames(list, known, what) {
  const names = list === "all" ? known : list.split(",");
  for (const name of names) if (!known.includes(name)) throw new Error(`unknown ${what}: ${name}\n${usage}`);
  return names;
}

function requireBinaries(servers) {
  const needed = ["bench-load"];
  if (servers.includes("floor")) needed.push("bench-floor");
  if (servers.includes("parley")) needed.push("bench-server");
  const missing = needed.filter((name) => !existsSync(bin(name)));
  if (missing.length > 0) throw new Error(`not built: ${missing.map(bin).join(", ")}`);
}

/** One line that rewrites itself, for whoever watches; nothing when nobody does. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}

async function main() {
  if (options.help) return console.log(usage);
  const names = chosenNames(options.cases, Object.keys(cases), "case");
  const servers = chosenNames(options.servers, Object.keys(commands), "server");
  const rounds = Number(options.repeat);
  if (!(rounds >= 1)) throw new Error("--repeat is a number from 1 on");
  requireBinaries(servers);

  const results = [];
  const loadBefore = os.loadavg()[0];
  for (let round = 0; round < rounds; ++round) {
    for (const name of names) {
      // Whoever runs first after a pause may find the machine in another state, so the order rotates.
      const order = servers.map((_, i) => servers[(i + round) % servers.length]);
      for (const server of order) {
        if (server === "floor" && cases[name].floor === null) continue;
        results.push({ round, name, ...(await run(server, cases[name])) });
        progress(`${results.length} runs, round ${round + 1} of ${rounds}: ${name} ${server}`);
      }
    }
  }
  progress("");
  if (options.json) writeFileSync(options.json, results.map((line) => JSON.stringify(line) + "\n").join(""));
  console.log(environment({ rounds, seconds: options.seconds, loadBefore }));
  console.log(table(names, servers, results));
}

function endOwnProcesses() {
  for (const child of running) child.kill("SIGKILL");
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    endOwnProcesses();
    process.exit(130);
  });
}

try {
  await main();
} catch (error) {
  endOwnProcesses();
  progress("");
  process.stderr.write(`bench/compare: ${error.message}\n`);
  process.exitCode = 1;
}
