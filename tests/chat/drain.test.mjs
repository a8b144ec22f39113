// Stopping while clients are in the way (contract §14): readiness off, no new connections, five seconds, exit code 0.

import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { within } from "../support/wait.mjs";
import { ChatServer, launch } from "./support/server.mjs";

const clean = { code: 0, signal: null };

/** A connection that says what it is told to; destroyed with the test. */
async function connection(t, server) {
  const socket = net.connect(server.binary.port, "127.0.0.1");
  t.after(() => socket.destroy());
  // A server that ends resets it.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** The status of one answer on a connection that is kept. */
async function askOn(socket, target) {
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [bytes] = await within(once(socket, "data"), `an answer to GET ${target}`);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes.toString())[1]);
}

/** A server with a guest whose output piles up, because it has stopped reading. */
async function withStalledGuest(t) {
  const binary = await launch();
  t.after(() => binary.stop());
  const server = new ChatServer(binary);
  const [ada, grace] = await server.pair();
  for (const guest of [ada, grace]) t.after(() => guest.disconnect());
  grace.socket.io.engine.transport.ws._socket.pause();
  const offer = { sdp: "x".repeat(60_000) };
  for (let i = 0; i < 250; ++i) ada.emit("webrtc:offer", { offer, type: "video" });
  assert.deepEqual(await ada.ask("webrtc:call-end", {}), { ok: true });
  return server;
}

async function stopWithin(server, ms) {
  const begun = Date.now();
  process.kill(server.binary.pid, "SIGTERM");
  assert.deepEqual(await within(server.binary.exited, "the end of the server"), clean);
  assert.ok(Date.now() - begun < ms, `${Date.now() - begun} ms`);
}

test("while the server waits for a stalled guest it is not ready, takes nobody in, and ends in time", async (t) => {
  const server = await withStalledGuest(t);
  const kept = await connection(t, server);
  assert.equal(await askOn(kept, "/health/ready"), 200);
  const begun = Date.now();
  process.kill(server.binary.pid, "SIGTERM");
  let status = 200;
  while (status === 200) status = await askOn(kept, "/health/ready");
  assert.equal(status, 503);
  assert.equal(await askOn(kept, "/health"), 200);
  const late = net.connect(server.binary.port, "127.0.0.1");
  const [refused] = await within(once(late, "error"), "a refused connection");
  assert.equal(refused.code, "ECONNREFUSED");
  assert.deepEqual(await server.binary.exited, clean);
  assert.ok(Date.now() - begun < 5000);
});

test("a second signal ends the server at once", async (t) => {
  const server = await withStalledGuest(t);
  const kept = await connection(t, server);
  process.kill(server.binary.pid, "SIGTERM");
  while ((await askOn(kept, "/health/ready")) === 200);
  const begun = Date.now();
  process.kill(server.binary.pid, "SIGINT");
  assert.deepEqual(await within(server.binary.exited, "the end of the server"), clean);
  assert.ok(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
  assert.match(server.binary.stderr, /told again to stop/);
});

for (const [what, words] of [
  ["says nothing", ""],
  ["has said half a head", "GET /health HTTP/1.1\r\nHost: loc"],
  ["has sent half a body", 'POST /api/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"username":"'],
  [
    "has sent half an upload",
    "POST /api/files/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n" +
      'Content-Length: 1000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
  ],
  ["asks and asks, and never reads", "GET /api/guest/username HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5000)],
]) {
  test(`a connection that ${what} does not delay the stop`, async (t) => {
    const binary = await launch();
    t.after(() => binary.stop());
    const server = new ChatServer(binary);
    const socket = await connection(t, server);
    socket.pause();
    if (words) await new Promise((resolve) => socket.write(words, resolve));
    // A later connection is served: the words before it have been seen.
    assert.equal((await server.request("GET", "/health")).status, 200);
    await stopWithin(server, 4000);
  });
}
