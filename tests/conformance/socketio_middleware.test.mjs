import assert from "node:assert/strict";
import { afterEach, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { ask, askOne, client, connect, disconnectAll, nextEvent, rawSocket } from "../support/socketio.mjs";
import { Queue } from "../support/wait.mjs";

forEachWorkerCount("socket.io middleware and listeners", {}, (server) => {
  afterEach(disconnectAll);

  it("lets a packet pass, refuses it or rewrites it, per socket", async () => {
    const socket = await connect(server, "/packet-mw");
    assert.deepEqual(await ask(socket, "message-with-ack", 1), [1]);
    socket.emit("rewrite", "original");
    assert.deepEqual(await nextEvent(socket, "rewrite"), ["rewritten"]);
    const refused = nextEvent(socket, "mw-error");
    socket.emit("forbidden", 1);
    assert.deepEqual(await refused, ["forbidden event"]);
    assert.deepEqual(await ask(socket, "message-with-ack", "goes on"), ["goes on"]);
  });

  it("does not answer what the middleware refused", async () => {
    const socket = await rawSocket(server, { nsp: "/packet-mw" });
    socket.put('42/packet-mw,1["forbidden"]');
    socket.put('42/packet-mw,2["message-with-ack","end"]');
    assert.deepEqual(await socket.take(2), ['42/packet-mw,["mw-error","forbidden event"]', '43/packet-mw,2["end"]']);
    await socket.close();
  });

  it("lets catch-all listeners hear everything in both directions, before the handlers", async () => {
    const socket = await connect(server, "/any");
    socket.emit("message", 1);
    await nextEvent(socket, "message-back");
    socket.emit("nobody listens", 2);
    await ask(socket, "echo", Buffer.from([1]));
    assert.deepEqual(await askOne(socket, "get-any"), {
      incoming: ["message", "nobody listens", "echo", "get-any"],
      outgoing: ["message-back", "echo"],
    });
  });

  it("does not count answers among the events", async () => {
    const socket = await connect(server, "/any");
    socket.on("question", (answer) => answer());
    await ask(socket, "emit-ack", "question", [], null);
    await ask(socket, "message-with-ack", 1);
    assert.deepEqual(await askOne(socket, "get-any"), {
      incoming: ["emit-ack", "message-with-ack", "get-any"],
      outgoing: ["question"],
    });
  });

  it("keeps the listeners of one socket from the events of another", async () => {
    const [one, other] = [await connect(server, "/any"), await connect(server, "/any")];
    one.emit("message");
    await nextEvent(one, "message-back");
    assert.deepEqual(await askOne(other, "get-any"), { incoming: ["get-any"], outgoing: [] });
  });

  it("decides each connection by itself while many are waiting", async () => {
    const outcomes = new Queue();
    for (let i = 0; i < 20; i++) {
      const socket = client(server, "/mw", { auth: { token: i % 2 ? "secret" : "wrong", delay: 60 - 3 * i } });
      socket.on("connect", () => outcomes.push([i, "in"]));
      socket.on("connect_error", (error) => outcomes.push([i, error.message]));
    }
    const seen = {};
    for (let i = 0; i < 20; i++) {
      const [which, outcome] = await outcomes.next();
      seen[which] = outcome;
    }
    assert.deepEqual(
      seen,
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, i % 2 ? "in" : "unauthorized"]))
    );
  });
});
