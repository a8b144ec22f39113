// examples/two-guests does what the README shows, and fails when it must.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startChat } from "./support/server.mjs";

const script = fileURLToPath(new URL("../../examples/two-guests/two-guests.mjs", import.meta.url));

const run = (url) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, url], { stdio: ["ignore", "pipe", "pipe"] });
    const output = { out: "", err: "" };
    child.stdout.on("data", (text) => (output.out += text));
    child.stderr.on("data", (text) => (output.err += text));
    child.on("close", (code) => resolve({ code, ...output }));
  });

test("the two guests meet, talk, ring each other and part", async (t) => {
  const server = await startChat(t);
  const { code, out, err } = await run(server.url);
  assert.deepEqual({ code, err }, { code: 0, err: "" }, out);
  for (const step of [
    "Grace  is matched with Ada",
    "Ada    is matched with Grace",
    'Grace  reads "Hello! Is this a < b?" from Ada',
    "Ada    sees it delivered",
    "Grace  gets webrtc:offer from Ada",
    "Ada    gets webrtc:call-end from Grace",
    "Grace  is told: User left the chat",
  ]) {
    assert.ok(out.includes(step), `missing: ${step}\n${out}`);
  }
});

test("without a server the example fails with a clear line", async (t) => {
  const server = await startChat(t);
  await server.binary.stop();
  const { code, err } = await run(server.url);
  assert.equal(code, 1);
  assert.match(err, /^two-guests failed: connect ECONNREFUSED .*\n$/);
});
