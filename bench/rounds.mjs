// One comparison: the same cases against several servers in turns, each run with a fresh server on one core and the
// load client on the other; medians and ratios as a Markdown table.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endOwnProcesses, finish, start, startServer, stopServer } from "./processes.mjs";
import { environment, table } from "./report.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * `name`      of the command, for messages.
 * `client`    the load client's binary.
 * `cases`     what can be measured; see cases.mjs. `standard` are the names measured by default.
 * `servers`   by name: `binary` that must be built (or none), `command(port, chosen, bin)`, `flags` for the client,
 *             `env` for the server, `runs(chosen)` whether it takes part in that case.
 * `peers`     names of servers that the one called parley is compared with.
 */
export async function compare({ name, client, cases, standard, servers, peers }) {
  const known = Object.keys(servers);
  const { values: options } = parseArgs({
    options: {
      "bin-dir": { type: "string", default: path.join(here, "../build/release/bin") },
      cases: { type: "string", default: standard.join(",") },
      servers: { type: "string", default: known.join(",") },
      repeat: { type: "string", default: "5" },
      seconds: { type: "string", default: "2" },
      "warm-up": { type: "string", default: "1.5" },
      "server-core": { type: "string", default: "1" },
      "load-core": { type: "string", default: "0" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const usage = `usage: ${name} [--cases a,b|all] [--repeat N] [--seconds S] [--warm-up S]
       [--servers ${known.join(",")}] [--bin-dir DIR] [--json FILE] [--server-core N] [--load-core N]
cases: ${Object.keys(cases).join(" ")}`;
  const bin = (file) => path.join(options["bin-dir"], file);

  async function load(server, chosen, port, pid) {
    const command = [bin(client), ...chosen.args, "--port", port, "--pid", pid, "--label", server];
    command.push("--seconds", options.seconds, "--warm-up", options["warm-up"], ...(servers[server].flags ?? []));
    const child = start(options["load-core"], command);
    const outcome = await finish(child, (Number(options.seconds) + Number(options["warm-up"]) + 60) * 1000);
    if (outcome !== 0) throw new Error(`${chosen.title} on ${server} failed (${outcome}): ${child.errorText}`);
    return JSON.parse(child.output);
  }

  async function run(server, chosen) {
    // Beside the binaries, so that what a server stores goes to a disk, as it would in use.
    const cwd = mkdtempSync(path.join(options["bin-dir"], "run-"));
    try {
      const { command, env } = servers[server];
      const started = await startServer(options["server-core"], (port) => command(port, chosen, bin), { cwd, env });
      try {
        return await load(server, chosen, started.port, started.server.pid);
      } finally {
        await stopServer(started.server);
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  function chosenNames(list, all, what) {
    const names = list === "all" ? all : list.split(",");
    for (const each of names) if (!all.includes(each)) throw new Error(`unknown ${what}: ${each}\n${usage}`);
    return names;
  }

  async function main() {
    if (options.help) return console.log(usage);
    const names = chosenNames(options.cases, Object.keys(cases), "case");
    const chosen = chosenNames(options.servers, known, "server");
    const rounds = Number(options.repeat);
    if (!(rounds >= 1)) throw new Error("--repeat is a number from 1 on");
    const needed = [client, ...chosen.map((server) => servers[server].binary).filter(Boolean)];
    const missing = needed.filter((file) => !existsSync(bin(file)));
    if (missing.length > 0) throw new Error(`not built: ${missing.map(bin).join(", ")}`);

    const results = [];
    const loadBefore = os.loadavg()[0];
    for (let round = 0; round < rounds; ++round) {
      for (const each of names) {
        // Whoever runs first after a pause may find the machine in another state, so the order rotates.
        const order = chosen.map((_, i) => chosen[(i + round) % chosen.length]);
        for (const server of order) {
          if (servers[server].runs?.(cases[each]) === false) continue;
          results.push({ round, name: each, ...(await run(server, cases[each])) });
          progress(`${results.length} runs, round ${round + 1} of ${rounds}: ${each} ${server}`);
        }
      }
    }
    progress("");
    if (options.json) writeFileSync(options.json, results.map((line) => JSON.stringify(line) + "\n").join(""));
    console.log(environment({ rounds, seconds: options.seconds, loadBefore }));
    console.log(table(cases, names, chosen, chosen.includes("parley") ? peers : [], results));
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
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** One line that rewrites itself, for whoever watches; nothing when nobody does. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}
