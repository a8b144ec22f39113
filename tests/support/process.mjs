// Starts one server binary for a test and makes sure that it ends with the test.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Where the binaries under test are; `PARLEY_BIN_DIR` picks another build, relative to the repository. */
export const binDir = path.resolve(repository, process.env.PARLEY_BIN_DIR ?? "build/release/bin");

const running = new Set();
// A test file that fails half-way must not leave its servers behind.
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/**
 * Starts `binary` (a name in `binDir`, or a path) and resolves once it says that it listens.
 *
 * `ready`   a pattern looked for in stdout and stderr; its first group, if it has one, is the port.
 * `cwd`     where it runs; by default a new temporary directory, removed by `stop`.
 * `env`     added to the environment of the test.
 *
 * Resolves to `{ port, pid, stop(), kill(), stdout, stderr, exited, residentBytes(), residentBytesMax(),
 * descriptors() }`:
 * `stop()`  sends SIGTERM and waits, SIGKILL after `graceMs`; resolves to `{ code, signal, killed }`.
 * `kill()`  ends it as a power cut would.
 * `exited`  a promise of `{ code, signal }`.
 */
export async function startBinary({ binary, args = [], env = {}, ready = /LISTENING (\d+)/, cwd, graceMs = 8000 }) {
  const file = path.isAbsolute(binary) ? binary : path.join(binDir, binary);
  if (!existsSync(file)) throw new Error(`${file} does not exist: build it first, or set PARLEY_BIN_DIR`);

  const scratch = cwd ? null : await mkdtemp(path.join(tmpdir(), "parley-test-"));
  const child = spawn(file, args.map(String), {
    cwd: cwd ?? scratch,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);

  const output = { stdout: "", stderr: "" };
  const exited = new Promise((resolve) =>
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    })
  );

  const match = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${path.basename(file)} ${why}\n${output.stdout}${output.stderr}`));
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => {
        output[stream] += text;
        const found = ready.exec(output[stream]);
        if (!found) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
    child.once("error", (error) => fail(error.message));
    exited.then(({ code, signal }) => {
      clearTimeout(timer);
      fail(`ended before it was ready (code ${code}, signal ${signal})`);
    });
  });

  // The tests only see a connection that breaks; why it broke stands in the server's last words.
  exited.then(({ code, signal }) => {
    if (code === 0 || stopping) return;
    console.error(
      `${path.basename(file)} ended on its own (code ${code}, signal ${signal})\n${output.stderr.slice(-6000)}`
    );
  });

  let stopping = null;
  const stop = () =>
    (stopping ??= (async () => {
      let killed = false;
      child.kill("SIGTERM");
      const timer = setTimeout(() => {
        killed = true;
        child.kill("SIGKILL");
      }, graceMs);
      const end = await exited;
      clearTimeout(timer);
      if (scratch) await rm(scratch, { recursive: true, force: true });
      return { ...end, killed };
    })());

  const kill = () =>
    (stopping ??= (async () => {
      child.kill("SIGKILL");
      const end = await exited;
      if (scratch) await rm(scratch, { recursive: true, force: true });
      return { ...end, killed: true };
    })());

  return {
    port: match[1] === undefined ? undefined : Number(match[1]),
    pid: child.pid,
    exited,
    stop,
    kill,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    residentBytes: () => statusBytes(child.pid, "VmRSS"),
    /** The most it ever held. */
    residentBytesMax: () => statusBytes(child.pid, "VmHWM"),
    /** How many files and sockets it has open. */
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
  };
}

async function statusBytes(pid, field) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)[1]) * 1024;
}
