import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { startConformance, workerCounts } from "../support/conformance.mjs";
import { askOne, connect, disconnectAll, rawSocket, watchLog } from "../support/socketio.mjs";
import { frame, opcodes, rawWebSocket, text } from "../support/tcp.mjs";
import { within } from "../support/wait.mjs";

const mebibyte = 2 ** 20;
/** 64 MiB may be queued for one connection; the rest is what allocators and sanitizers take. */
const grownMax = 160 * mebibyte;

for (const workers of workerCounts) {
  describe(`bounded memory, ${workers} worker(s)`, () => {
    let server;
    let witness;
    let before;
    beforeEach(async () => {
      server = await startConformance({ workers, mode: "socketio" });
      witness = await connect(server, "/plain");
      before = await server.residentBytes();
    });
    afterEach(async () => {
      disconnectAll();
      assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false });
    });

    const staysSmall = async () => {
      assert.equal(await askOne(witness, "message-with-ack", "well"), "well");
      const grown = (await server.residentBytesMax()) - before;
      assert.ok(grown < grownMax, `the server grew by ${Math.round(grown / mebibyte)} MiB`);
    };

    /** 400 MB for one room, in pieces that each fit. */
    const pour = async (room) => {
      for (let i = 0; i < 8; i++) {
        const spec = { op: "emit", to: [room], event: "much", args: ["x".repeat(100_000)], repeat: 500 };
        assert.equal((await askOne(witness, "cmd", spec)).ok, true);
      }
    };

    it("a WebSocket client that never reads is closed when too much waits for it", async () => {
      const log = await watchLog(server);
      const deaf = await rawSocket(server);
      deaf.socket._socket.pause();
      await pour(deaf.socketId);
      await log.find({ type: "disconnect", id: deaf.socketId });
      await staysSmall();
      deaf.socket.terminate();
    });

    it("a polling client that never polls is closed when too much waits for it", async () => {
      const log = await watchLog(server);
      const deaf = await rawSocket(server, { transport: "polling" });
      await pour(deaf.socketId);
      await log.find({ type: "disconnect", id: deaf.socketId });
      await staysSmall();
    });

    it("a client that asks and asks but never listens is closed or made to wait", async () => {
      const peer = await rawWebSocket(server);
      await peer.write(text("40/plain,"));
      await peer.message();
      peer.socket.pause();
      const question = text(`42/plain,["message","${"x".repeat(500_000)}"]`);
      for (let i = 0; i < 600 && !peer.ended; i++) {
        const written = await within(peer.write(question), "room to write", 1000).then(
          () => true,
          () => false
        );
        if (!written) break;
      }
      await staysSmall();
      peer.destroy();
    });

    it("a client that pings and pings but never listens is closed or made to wait", async () => {
      const peer = await rawWebSocket(server);
      peer.socket.pause();
      const pings = Buffer.concat(
        Array.from({ length: 4000 }, () => frame({ opcode: opcodes.ping, payload: Buffer.alloc(125) }))
      );
      for (let i = 0; i < 500 && !peer.ended; i++) {
        const written = await within(peer.write(pings), "room to write", 1000).then(
          () => true,
          () => false
        );
        if (!written) break;
      }
      await staysSmall();
      peer.destroy();
    });

    it("one slow reader does not slow down the others", async () => {
      const deaf = await rawSocket(server);
      deaf.socket._socket.pause();
      const listener = await connect(server, "/plain");
      const spec = { op: "emit", event: "much", args: ["x".repeat(50_000)], repeat: 200 };
      assert.equal((await askOne(witness, "cmd", spec)).ok, true);
      for (let i = 0; i < 200; i++) assert.equal((await listener.received.next())[2], i);
      await staysSmall();
      deaf.socket.terminate();
    });
  });
}
