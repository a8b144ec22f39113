// `parley admin`, as an operator runs it beside a server.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { binDir } from "../../support/process.mjs";

/** A path for an admin socket, in a directory that goes with the test `t`. */
export function socketPath(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-admin-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "sock", "admin.sock");
}

/** Runs `parley admin …`; resolves to `{ code, stdout, stderr }`. */
export function admin(socket, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(binDir, "parley"), ["admin", "--admin-socket", socket, ...args], { env: {}, timeout: 20_000 });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}
