// The conformance server as a test sees it.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { startBinary } from "./process.mjs";

/** The numbers of workers the suites run with; `PARLEY_WORKERS` picks one. */
export const workerCounts = process.env.PARLEY_WORKERS ? [Number(process.env.PARLEY_WORKERS)] : [1, 2];

/**
 * Starts the conformance server on an ephemeral port. `flags` are its flags without the dashes, in camel case.
 * The result is that of `startBinary` with `url`, `wsUrl` and `path` (of the engine) added.
 */
export async function startConformance(flags = {}) {
  const all = { port: 0, ...(process.env.PARLEY_WORKERS ? { workers: process.env.PARLEY_WORKERS } : {}), ...flags };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${dashed(name)}`, String(value)]);
  const server = await startBinary({
    binary: "conformance-server",
    args,
    // Freed memory kept for reports would hide how much the server really holds.
    env: { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ""}:quarantine_size_mb=4` },
  });
  const defaultPath = all.mode === "engineio" ? "/engine.io" : "/socket.io";
  const host = all.host === "::" ? "localhost" : "127.0.0.1";
  const secure = all.tlsCertFile ? "s" : "";
  return Object.assign(server, {
    host,
    url: `http${secure}://${host}:${server.port}`,
    wsUrl: `ws${secure}://${host}:${server.port}`,
    path: `${all.path ?? defaultPath}/`,
  });
}

/** Starts one server for the tests of the surrounding suite; afterwards it must end cleanly. */
export function sharedServer(flags) {
  const server = {};
  before(async () => {
    const started = await startConformance(flags);
    Object.defineProperties(server, Object.getOwnPropertyDescriptors(started));
  });
  after(async () => assert.deepEqual(await server.stop?.(), { code: 0, signal: null, killed: false }, server.stderr));
  return server;
}

/**
 * The same suite for every number of workers: what a client sees must not depend on it.
 * `options` are those of `describe`.
 */
export function forEachWorkerCount(title, flags, suite, options = {}) {
  for (const workers of workerCounts) {
    const name = `${title}, ${workers} worker${workers === 1 ? "" : "s"}`;
    describe(name, options, () => suite(sharedServer({ ...flags, workers }), workers));
  }
}

const dashed = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
