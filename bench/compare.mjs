// Runs the same cases against bench-server, the kernel floor and Node's socket.io, in turns, and prints medians
// and ratios as a Markdown table. Each run gets a fresh server on one core and the load client on the other.
import { existsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases, standardCases } from "./cases.mjs";
import { endOwnProcesses, finish, start, startServer, stopServer } from "./processes.mjs";
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

const usage = `usage: bench/compare [--cases a,b|all] [--repeat N] [--seconds S] [--warm-up S]
                     [--servers floor,node,parley] [--bin-dir DIR] [--json FILE]
                     [--server-core N] [--load-core N]
cases: ${Object.keys(cases).join(" ")}`;

const bin = (name) => path.join(options["bin-dir"], name);
const commands = {
  floor: (port, { floor }) => [bin("bench-floor"), "--port", port, "--to", floor],
  node: (port) => [process.execPath, path.join(here, "peers/node_socketio.mjs"), "--port", port],
  parley: (port) => [bin("bench-server"), "--port", port],
};

async function load(name, chosen, port, pid) {
  const command = [bin("bench-load"), ...chosen.args, "--port", port, "--pid", pid, "--label", name];
  command.push("--seconds", options.seconds, "--warm-up", options["warm-up"]);
  if (name === "floor") command.push("--raw");
  const client = start(options["load-core"], command);
  const outcome = await finish(client, (Number(options.seconds) + Number(options["warm-up"]) + 60) * 1000);
  if (outcome !== 0) throw new Error(`${chosen.title} on ${name} failed (${outcome}): ${client.errorText}`);
  return JSON.parse(client.output);
}

async function run(name, chosen) {
  const { server, port } = await startServer(options["server-core"], (free) => commands[name](free, chosen));
  try {
    return await load(name, chosen, port, server.pid);
  } finally {
    await stopServer(server);
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
