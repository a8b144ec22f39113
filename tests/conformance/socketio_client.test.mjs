import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { forEachWorkerCount, startConformance, workerCounts } from "../support/conformance.mjs";
import { ask, askOne, client, connect, connected, disconnectAll, nextEvent } from "../support/socketio.mjs";
import { within } from "../support/wait.mjs";

forEachWorkerCount("the official client", {}, (server) => {
  afterEach(disconnectAll);

  it("connects with its defaults and upgrades", async () => {
    const socket = client(server, "/", { transports: ["polling", "websocket"], auth: { token: "123" } });
    const auth = nextEvent(socket, "auth");
    const upgrade = new Promise((resolve) => socket.io.once("open", () => socket.io.engine.once("upgrade", resolve)));
    await connected(socket);
    assert.deepEqual(await auth, [{ token: "123" }]);
    assert.equal((await within(upgrade, "the upgrade")).name, "websocket");
    assert.equal((await askOne(socket, "whoami")).transport, "websocket");
  });

  it("loses nothing and keeps the order while it upgrades", async () => {
    const run = async () => {
      const socket = client(server, "/plain", { transports: ["polling", "websocket"] });
      const sent = Array.from({ length: 150 }, (_, i) => (i % 5 ? i : Buffer.from([i])));
      for (const value of sent.slice(0, 50)) socket.emit("message", value);
      await connected(socket);
      for (const value of sent.slice(50, 100)) socket.emit("message", value);
      if (socket.io.engine.transport.name !== "websocket")
        await within(new Promise((resolve) => socket.io.engine.once("upgrade", resolve)), "the upgrade");
      for (const value of sent.slice(100)) socket.emit("message", value);
      for (const value of sent) assert.deepEqual(await socket.received.next(), ["message-back", value]);
    };
    await Promise.all(Array.from({ length: 5 }, run));
  });

  it("starts with a WebSocket and falls back to polling when told to try both", async () => {
    const socket = await connect(server, "/plain", { transports: ["websocket", "polling"] });
    assert.equal((await askOne(socket, "whoami")).transport, "websocket");
  });

  it("reconnects with a new id after its connection broke", async () => {
    const socket = client(server, "/plain", { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 20 });
    await connected(socket);
    const first = socket.id;
    const lost = nextEvent(socket, "disconnect");
    socket.io.engine.transport.ws._socket.destroy();
    assert.match((await lost)[0], /^transport (close|error)$/);
    await connected(socket);
    assert.notEqual(socket.id, first);
    assert.equal(await askOne(socket, "message-with-ack", "again"), "again");
  });

  it("sends what it buffered while it was not connected", async () => {
    const socket = client(server, "/plain");
    const answers = [1, 2, 3].map((n) => ask(socket, "message-with-ack", n));
    assert.deepEqual(await Promise.all(answers), [[1], [2], [3]]);
  });

  it("repeats what is not answered with its retries option, and is answered", async () => {
    const socket = await connect(server, "/plain", { retries: 2, ackTimeout: 2000 });
    assert.equal(await socket.emitWithAck("message-with-ack", "once"), "once");
  });

  it("connects a hundred times at once", async () => {
    const sockets = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        connect(server, "/plain", { transports: i % 2 ? ["websocket"] : ["polling"] })
      )
    );
    const answers = await Promise.all(sockets.map((socket, i) => askOne(socket, "message-with-ack", i)));
    assert.deepEqual(
      answers,
      sockets.map((_, i) => i)
    );
    assert.equal(new Set(sockets.map(({ id }) => id)).size, 100);
  });
});

for (const workers of workerCounts) {
  describe(`graceful close seen by the official client, ${workers} worker(s)`, () => {
    afterEach(disconnectAll);

    for (const transport of ["polling", "websocket"]) {
      it(`is a lost transport, which it tries to get back (${transport})`, async (test) => {
        const server = await startConformance({ workers });
        test.after(() => server.stop());
        const socket = client(server, "/plain", { transports: [transport], reconnection: true, reconnectionDelay: 10 });
        await connected(socket);
        const lost = nextEvent(socket, "disconnect");
        const attempt = within(
          new Promise((resolve) => socket.io.once("reconnect_attempt", resolve)),
          "an attempt to reconnect"
        );
        assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false });
        assert.match((await lost)[0], /^transport (close|error)$/);
        assert.equal(socket.active, true);
        assert.equal(await attempt, 1);
      });
    }
  });
}
