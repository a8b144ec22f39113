import assert from "node:assert/strict";
import { it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession, openWebSocketSession, pollingSessionEnds } from "../support/engine.mjs";
import { sleep, within } from "../support/wait.mjs";

const interval = 200;
const timeout = 200;
/** Timers may be early by what clocks round off, never by more. */
const rounding = 10;

forEachWorkerCount(
  "engine.io heartbeat",
  { mode: "engineio", pingInterval: interval, pingTimeout: timeout },
  (server) => {
    it("pings by polling and lives as long as pongs come back", async () => {
      const session = await PollingSession.open(server);
      for (let i = 0; i < 4; i++) {
        assert.equal(await session.next("a ping"), "2");
        assert.equal((await session.post("3")).status, 200);
      }
      await session.post("4alive");
      assert.equal(await session.next(), "4alive");
    });

    it("pings over WebSocket and lives as long as pongs come back", async () => {
      const peer = await openWebSocketSession(server);
      for (let i = 0; i < 4; i++) {
        assert.equal(await peer.next("a ping"), "2");
        peer.send("3");
      }
      peer.send("4alive");
      assert.equal(await peer.next(), "4alive");
      await peer.close();
    });

    // Counted from before the session exists, so that a busy machine can only make the times longer.
    it("waits the interval before each ping", async () => {
      const from = performance.now();
      const peer = await openWebSocketSession(server);
      for (let i = 1; i <= 3; i++) {
        assert.equal(await peer.next("a ping"), "2");
        const waited = performance.now() - from;
        assert.ok(waited >= i * (interval - rounding), `ping ${i} came after ${waited} ms`);
        peer.send("3");
      }
      await peer.close();
    });

    it("closes a WebSocket that does not answer, and not before its time", async () => {
      const from = performance.now();
      const peer = await openWebSocketSession(server);
      assert.equal(await peer.next("a ping"), "2");
      await peer.closeCode();
      const waited = performance.now() - from;
      assert.ok(waited >= interval + timeout - 2 * rounding, `it was closed after ${waited} ms`);
    });

    it("ends a polling session that does not answer, and releases its waiting poll", async () => {
      const session = await PollingSession.open(server);
      assert.equal(await session.next("a ping"), "2");
      const poll = session.poll().catch(() => null);
      await within(poll, "the waiting poll to be released");
      await pollingSessionEnds(session);
    });

    it("ends a session that never polls", async () => {
      const session = await PollingSession.open(server);
      // Any request would prove the client alive, so the only way to see this is to keep quiet for the time it takes.
      await sleep(interval + timeout + 100);
      const poll = await session.poll();
      assert.equal(poll.status, 400);
      assert.equal(JSON.parse(poll.text).code, 1);
    });

    it("goes on pinging after an upgrade", async () => {
      const session = await PollingSession.open(server);
      const peer = await session.upgrade();
      for (let i = 0; i < 3; i++) {
        assert.equal(await peer.next("a ping"), "2");
        peer.send("3");
      }
      await peer.close();
    });

    it("closes an upgraded session that stops answering", async () => {
      const session = await PollingSession.open(server);
      const peer = await session.upgrade();
      assert.equal(await peer.next("a ping"), "2");
      await peer.closeCode();
    });
  },
  { concurrency: 8 }
);
