// A server that can end and be started again with the same records, and what its records can suffer.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventually } from "./guest.mjs";
import { ChatServer, launch } from "./server.mjs";

/** A port that is free now, and stays the server's over its restarts. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** A directory that goes with the test. */
export function directory(t) {
  const made = mkdtempSync(path.join(tmpdir(), "parley-records-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** One server after the other, on one port and with one database. */
export class Lives {
  static async prepare(t, { folder = directory(t), ...env } = {}) {
    const lives = new Lives();
    lives.database = path.join(folder, "parley.db");
    lives.env = {
      PORT: String(await freePort()),
      DATABASE_URL: `sqlite:${lives.database}`,
      DISCONNECT_GRACE_MS: "20000",
      ...env,
    };
    t.after(() => lives.binary?.stop());
    return lives;
  }

  static async begin(t, env) {
    const lives = await Lives.prepare(t, env);
    await lives.start();
    return lives;
  }

  async start() {
    this.binary = await launch(this.env);
    this.server = new ChatServer(this.binary);
    return this.server;
  }

  /** Ends it between two instructions. */
  async kill() {
    await this.binary.kill();
  }

  stop() {
    return this.binary.stop();
  }

  async status() {
    return (await this.server.request("GET", "/health/ready")).status;
  }

  ready(withinMs = 15_000) {
    return eventually("the server is ready", async () => (await this.status()) === 200, withinMs);
  }

  unready(withinMs) {
    return eventually("the server is not ready", async () => (await this.status()) === 503, withinMs);
  }

  /** The log lines about the records: what happened to them, in order. */
  log() {
    const lines = this.binary.stderr.split("\n").filter((line) => /records c/.test(line));
    return lines.map((line) => JSON.parse(line)).map(({ level, message }) => `${level}: ${message}`);
  }

  /** The log is written a moment after what it tells of; then it holds these lines and no others. */
  async hasLogged(lines) {
    await eventually(`the log has ${lines.length} lines about the records`, () => this.log().length >= lines.length);
    assert.deepEqual(this.log(), lines);
  }
}

export const lost = "error: records cannot be kept or read until further notice";
export const back = "info: records can be kept and read again";

/** Another process that holds the database; resolves once it does. `end()` lets go. */
export async function holdDatabase(t, file) {
  const holder = spawn("sqlite3", [file], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => holder.kill("SIGKILL"));
  holder.stdin.write("BEGIN EXCLUSIVE;\nCREATE TABLE IF NOT EXISTS held (x);\nSELECT 'holding';\n");
  const [said] = await once(holder.stdout, "data");
  if (!String(said).includes("holding")) throw new Error(`sqlite3 says ${said}`);
  return {
    async end() {
      holder.stdin.end("ROLLBACK;\n");
      await once(holder, "exit");
    },
  };
}

/** A file system of its own of that many bytes; only root can make one, others skip. */
export function smallDisk(t, bytes) {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-disk-"));
  const mount = (...args) => execFileSync("mount", [...args, folder], { stdio: "pipe" });
  try {
    mount("-t", "tmpfs", "-o", `size=${bytes}`, "parley-test");
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    t.skip(`no file system can be mounted here: ${String(error.stderr).trim()}`);
    return null;
  }
  t.after(() => {
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, remount: (how) => mount("-o", `remount,${how}`) };
}
