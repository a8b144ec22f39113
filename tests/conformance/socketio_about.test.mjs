import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { askOne, connect, disconnectAll, nextEvent } from "../support/socketio.mjs";
import { sleep } from "../support/wait.mjs";

forEachWorkerCount("what a socket knows about itself", { nodeName: "node-7" }, (server) => {
  afterEach(disconnectAll);

  it("its id, namespace, rooms, data, auth and node", async () => {
    const socket = await connect(server, "/custom", { auth: { token: "t", deep: { list: [1] } } });
    assert.deepEqual(await askOne(socket, "whoami"), {
      id: socket.id,
      nsp: "/custom",
      rooms: [socket.id],
      data: {},
      recovered: false,
      auth: { token: "t", deep: { list: [1] } },
      transport: "websocket",
      node: "node-7",
    });
  });

  it("its current transport, also after an upgrade", async () => {
    const polling = await connect(server, "/plain", { transports: ["polling"] });
    assert.equal((await askOne(polling, "whoami")).transport, "polling");
    const upgrading = await connect(server, "/plain", { transports: ["polling", "websocket"] });
    if (upgrading.io.engine.transport.name !== "websocket")
      await new Promise((resolve) => upgrading.io.engine.once("upgrade", resolve));
    assert.equal((await askOne(upgrading, "whoami")).transport, "websocket");
  });

  it("data of any shape, kept between events", async () => {
    const socket = await connect(server, "/plain");
    for (const data of [{ a: 1 }, { b: { c: [true, null, "äß"] } }, {}]) {
      await askOne(socket, "set-data", data);
      assert.deepEqual((await askOne(socket, "whoami")).data, data);
    }
  });

  for (const transport of ["polling", "websocket"]) {
    it(`the request it came with (${transport})`, async () => {
      const from = Date.now();
      const socket = await connect(server, "/plain", {
        transports: [transport],
        query: { name: "äß &=+", page: "1" },
        auth: { token: "t" },
        extraHeaders: { "X-Custom": "value", Origin: "http://other.example" },
      });
      const seen = await askOne(socket, "handshake");
      assert.equal(seen.headers["x-custom"], "value");
      assert.match(seen.headers.host, /^127\.0\.0\.1:\d+$/);
      assert.equal(seen.address, "127.0.0.1");
      assert.equal(seen.xdomain, true);
      assert.equal(seen.secure, false);
      assert.ok(seen.issued >= from - 1000 && seen.issued <= Date.now() + 1000, `issued ${seen.issued}`);
      assert.ok(Math.abs(Date.parse(seen.time) - seen.issued) < 2000, seen.time);
      assert.ok(seen.url.startsWith("/socket.io/?"), seen.url);
      const { name, page, EIO, transport: named } = seen.query;
      assert.deepEqual({ name, page, EIO, transport: named }, { name: "äß &=+", page: "1", EIO: "4", transport });
      assert.deepEqual(seen.auth, { token: "t" });
    });
  }

  it("that a request without Origin crosses no domain", async () => {
    const socket = await connect(server, "/plain");
    assert.equal((await askOne(socket, "handshake")).xdomain, false);
  });

  it("nothing of other sockets of the same connection", async () => {
    const plain = await connect(server, "/plain");
    const any = plain.io.socket("/any");
    await nextEvent(any, "connect");
    await askOne(plain, "set-data", { mine: true });
    await askOne(plain, "join", "mine");
    const whoami = await askOne(any, "whoami");
    assert.deepEqual(whoami.data, {});
    assert.deepEqual(whoami.rooms, [any.id]);
    assert.notEqual(plain.id, any.id);
  });
});

describe("a client with heartbeats", () => {
  const server = sharedServer({ pingInterval: 100, pingTimeout: 100 });
  afterEach(disconnectAll);

  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    it(`lives through many of them (${transports.join(" then ")})`, async () => {
      const socket = await connect(server, "/plain", { transports });
      // Long enough for several intervals: living through them is what is shown.
      await sleep(700);
      assert.equal(await askOne(socket, "message-with-ack", "alive"), "alive");
      assert.equal(socket.connected, true);
    });
  }
});
