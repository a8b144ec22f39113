import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import {
  askOne,
  client,
  command,
  connect,
  connectMany,
  disconnectAll,
  nextEvent,
  reached,
  watchLog,
} from "../support/socketio.mjs";
import { until } from "../support/wait.mjs";

const dynamicNames = async (socket) =>
  (await askOne(socket, "stats")).namespaces.filter((name) => name.startsWith("/dynamic-"));

forEachWorkerCount("dynamic namespaces", {}, (server) => {
  afterEach(disconnectAll);

  it("come to be when a client asks for a name that fits the pattern", async () => {
    const log = await watchLog(server);
    const socket = await connect(server, "/dynamic-101");
    assert.equal((await askOne(socket, "whoami")).nsp, "/dynamic-101");
    assert.equal((await log.find({ type: "connect", id: socket.id })).nsp, "/dynamic-101");
    assert.ok((await dynamicNames(socket)).includes("/dynamic-101"));
  });

  for (const name of ["/dynamic-", "/dynamic-x", "/dynamic-1x", "/xdynamic-1", "/dynamic-1/2"]) {
    it(`do not come to be for ${name}`, async () => {
      const [error] = await nextEvent(client(server, name), "connect_error");
      assert.equal(error.message, "Invalid namespace");
    });
  }

  it("are apart from each other", async () => {
    const one = await connectMany(4, server, "/dynamic-1");
    const two = await connectMany(4, server, "/dynamic-2");
    assert.deepEqual(await reached(one[0], one, {}), [1, 1, 1, 1]);
    for (const socket of two) assert.deepEqual(socket.received.left, []);
    assert.equal((await askOne(one[0], "stats")).sockets, 4);
  });

  it("hear together what is sent through their parent", async () => {
    const children = [
      ...(await connectMany(4, server, "/dynamic-11")),
      ...(await connectMany(4, server, "/dynamic-12")),
    ];
    const stranger = await connect(server, "/plain");
    await command(stranger, {
      op: "emit",
      target: "parent",
      parent: "dynamic",
      event: "news",
      args: [Buffer.from([1]), "x"],
    });
    for (const socket of children) assert.deepEqual(await socket.received.next(), ["news", Buffer.from([1]), "x"]);
    assert.deepEqual(stranger.received.left, []);
  });

  it("hear by room what is sent through their parent", async () => {
    const [one, two, other] = await Promise.all(
      ["/dynamic-21", "/dynamic-22", "/dynamic-22"].map((name) => connect(server, name))
    );
    await askOne(one, "join", "r");
    await askOne(two, "join", "r");
    await command(one, { op: "emit", target: "parent", parent: "dynamic", to: ["r"], event: "news" });
    await command(one, { op: "emit", target: "parent", parent: "dynamic", event: "end" });
    for (const socket of [one, two])
      assert.deepEqual([await socket.received.next(), await socket.received.next()], [["news"], ["end"]]);
    assert.deepEqual(await other.received.next(), ["end"]);
  });

  it("stay when their last client has left, by default", async () => {
    const socket = await connect(server, "/dynamic-31");
    const witness = await connect(server, "/plain");
    const log = await watchLog(server);
    const { id } = socket;
    socket.disconnect();
    await log.find({ type: "disconnect", id });
    assert.ok((await dynamicNames(witness)).includes("/dynamic-31"));
  });
});

describe("flag --cleanup-empty-child-namespaces", () => {
  forEachWorkerCount("removes a dynamic namespace", { cleanupEmptyChildNamespaces: true }, (server) => {
    afterEach(disconnectAll);

    it("when its last client has left, and lets it come back", async () => {
      const witness = await connect(server, "/plain");
      for (let round = 0; round < 2; round++) {
        const clients = await connectMany(4, server, "/dynamic-1");
        assert.deepEqual(await reached(clients[0], clients, {}), [1, 1, 1, 1]);
        clients[0].disconnect();
        await until(async () => (await askOne(clients[1], "stats")).sockets === 3, "the first has gone");
        assert.deepEqual(await dynamicNames(witness), ["/dynamic-1"]);
        clients.forEach((socket) => socket.disconnect());
        await until(async () => (await dynamicNames(witness)).length === 0, "the namespace has gone");
      }
    });

    it("but none of those that are there from the start", async () => {
      const socket = await connect(server, "/plain");
      const witness = await connect(server, "/any");
      socket.disconnect();
      await until(async () => (await askOne(witness, "stats")).clients === 1, "the client has gone");
      assert.ok((await askOne(witness, "stats")).namespaces.includes("/plain"));
    });
  });
});
