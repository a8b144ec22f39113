// Connections that are slow on purpose end by their time limits and give back what they held.

import assert from "node:assert/strict";
import { afterEach, after, before, describe, it } from "node:test";
import { startConformance } from "../support/conformance.mjs";
import { PollingSession } from "../support/engine.mjs";
import { askOne, connect, disconnectAll } from "../support/socketio.mjs";
import { TcpPeer, upgradeRequest } from "../support/tcp.mjs";
import { sleep, until, within } from "../support/wait.mjs";

const limitMs = 1500;

describe("time limits of HTTP", () => {
  let server;
  before(async () => {
    server = await startConformance({ workers: 2, httpRequestTimeout: limitMs, httpIdleTimeout: limitMs });
  });
  after(async () => assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false }, server.stderr));
  afterEach(disconnectAll);

  /** Writes a byte now and then until the connection ends; resolves to how long that took. */
  async function drip(peer, bytes) {
    const begun = Date.now();
    for (let at = 0; !peer.ended && Date.now() - begun < 5 * limitMs; at++) {
      await peer.write(bytes[at % bytes.length]);
      await sleep(50);
    }
    assert.ok(peer.ended, "the connection went on");
    return Date.now() - begun;
  }

  it("a head that comes byte by byte has one limit for all its bytes", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write("GET /health HTTP/1.1\r\nHost: x\r\n");
    const took = await drip(peer, "X-A: b\r\n");
    assert.ok(took >= limitMs - 200 && took < 2 * limitMs + 500, `${took} ms`);
  });

  it("a body that comes byte by byte is answered 408", async () => {
    const session = await PollingSession.open(server);
    const peer = await TcpPeer.open(server);
    await peer.write(
      `POST ${session.target} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n4`
    );
    const took = await drip(peer, "x");
    assert.ok(took >= limitMs - 200 && took < 2 * limitMs + 500, `${took} ms`);
    assert.equal((await peer.response()).status, 408);
  });

  it("a head that begins after an answer has a limit of its own", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.equal((await peer.response()).status, 200);
    await drip(peer, "GET /health HTTP/1.1\r\nX-A: b\r\n".slice(0, 25));
  });

  it("connections that say nothing, half of something, or stop listening give their descriptors back", async () => {
    const witness = await connect(server, "/plain");
    const before = await server.descriptors();
    const post = "POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1";
    const beginnings = ["", "G", "GET / HTTP/1.1\r\nHo", post];
    const peers = await Promise.all(Array.from({ length: 200 }, () => TcpPeer.open(server)));
    await Promise.all(peers.map((peer, i) => peer.write(beginnings[i % beginnings.length])));
    await until(async () => (await server.descriptors()) >= before + 200, "all are accepted");
    assert.equal(await askOne(witness, "message-with-ack", "well"), "well");
    await Promise.all(peers.map((peer) => within(peer.closed, "the end of a stalled connection")));
    // The server has closed its side; a peer that never closes its own is not waited for.
    await until(async () => (await server.descriptors()) <= before + 2, "the descriptors are closed");
    peers.forEach((peer) => peer.destroy());
  });

  it("a WebSocket has no such limit, and a session that falls silent has the heartbeat's", async () => {
    const quick = await startConformance({ pingInterval: 300, pingTimeout: 500, httpRequestTimeout: limitMs });
    const alive = await connect(quick, "/plain");
    const before = await quick.descriptors();
    const silent = await Promise.all(Array.from({ length: 20 }, () => TcpPeer.open(quick)));
    for (const peer of silent) {
      await peer.write(upgradeRequest(quick));
      assert.equal((await peer.response()).status, 101);
    }
    await Promise.all(silent.map((peer) => within(peer.closed, "the end of a silent session")));
    await until(async () => (await quick.descriptors()) <= before + 2, "the descriptors are closed", 15_000);
    await sleep(limitMs);
    assert.equal(await askOne(alive, "message-with-ack", "still here"), "still here");
    silent.forEach((peer) => peer.destroy());
    disconnectAll();
    assert.deepEqual(await quick.stop(), { code: 0, signal: null, killed: false });
  });
});
