import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { PollingSession, request, target, turnedAway } from "../support/engine.mjs";
import {
  client,
  command,
  connect,
  connected,
  disconnectAll,
  nextEvent,
  rawSocket,
  watchLog,
} from "../support/socketio.mjs";
import { until } from "../support/wait.mjs";

for (const transport of ["polling", "websocket"]) {
  forEachWorkerCount(`disconnect reasons over ${transport}`, {}, (server) => {
    afterEach(disconnectAll);

    /** A socket in two rooms of its own making, and the log that watches it. */
    const join = async () => {
      const log = await watchLog(server);
      const socket = await rawSocket(server, { transport });
      await socket.put('42/plain,1["join",["b","a"]]');
      await socket.next();
      return { log, socket };
    };

    /** The log tells the whole life of the socket, once, ending with `reason`. */
    const lifeEnds = async ({ log, socket }, reason) => {
      const id = socket.socketId;
      await log.find({ type: "disconnect", id });
      const common = { nsp: "/plain", id, node: "node" };
      assert.deepEqual(
        log.entries.filter((entry) => entry.id === id),
        [
          { type: "connect", ...common, recovered: false },
          { type: "disconnecting", ...common, reason, rooms: ["a", "b", id].sort() },
          { type: "disconnect", ...common, reason, rooms: [] },
        ]
      );
    };

    it("client namespace disconnect: the client leaves the namespace", async () => {
      const life = await join();
      await life.socket.put("41/plain,");
      await lifeEnds(life, "client namespace disconnect");
    });

    for (const close of [false, true]) {
      it(`server namespace disconnect: disconnect(${close})`, async () => {
        const life = await join();
        await life.socket.put(`42/plain,["disconnect-me",${close}]`);
        await lifeEnds(life, "server namespace disconnect");
        assert.equal(await life.socket.next(), "41/plain,");
        if (!close) {
          await life.socket.put("40/plain,");
          assert.match(await life.socket.next(), /^40\/plain,/);
        } else if (transport === "websocket") await life.socket.closeCode();
        else await until(async () => (await life.socket.poll()).status === 400, "the session has ended");
      });
    }

    it("server namespace disconnect: whatever the client sends after it is not heard", async () => {
      const life = await join();
      const echo = '42/plain,["message","too late"]';
      if (transport === "polling") await life.socket.post(['42/plain,["disconnect-me",true]', echo]).catch(() => {});
      else for (const packet of ['42/plain,["disconnect-me",true]', echo]) life.socket.put(packet);
      await lifeEnds(life, "server namespace disconnect");
      const rest = [];
      for (;;) {
        const packet = await life.socket.next().catch(() => null);
        if (packet === null) break;
        rest.push(packet);
      }
      assert.deepEqual(
        rest.filter((packet) => !/^[16]$/.test(packet)),
        ["41/plain,"]
      );
    });

    it("server namespace disconnect: disconnectSockets", async () => {
      const life = await join();
      const other = await connect(server, "/plain");
      await command(other, { op: "disconnect-sockets", to: [life.socket.socketId], close: false });
      await lifeEnds(life, "server namespace disconnect");
      assert.equal(await life.socket.next(), "41/plain,");
    });

    it("transport close: a close packet", async () => {
      const life = await join();
      await life.socket.put("1");
      await lifeEnds(life, "transport close");
    });

    it("parse error: a packet the engine can not read", async () => {
      const life = await join();
      await life.socket.put("x")?.catch(() => {});
      await lifeEnds(life, "parse error");
    });

    it("every namespace of the session hears of its end", async () => {
      const { log, socket } = await join();
      await socket.put("40/any,");
      await socket.next();
      if (transport === "websocket") socket.close();
      else await socket.put("1");
      await log.find({ type: "disconnect", nsp: "/plain", id: socket.socketId });
      await log.find({ type: "disconnect", nsp: "/any", reason: "transport close" });
    });

    if (transport === "websocket") {
      it("transport close: a closing handshake", async () => {
        const life = await join();
        await life.socket.close();
        await lifeEnds(life, "transport close");
      });

      it("transport close: the connection is gone without a word", async () => {
        const life = await join();
        life.socket.socket.terminate();
        await lifeEnds(life, "transport close");
      });

      it("transport error: the peer breaks the WebSocket protocol", async () => {
        const life = await join();
        life.socket.socket._socket.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]));
        await lifeEnds(life, "transport error");
      });
    } else {
      it("transport error: polls overlap", async () => {
        const life = await join();
        const polls = [life.socket.poll(), life.socket.poll()];
        await lifeEnds(life, "transport error");
        await Promise.all(polls);
      });

      it("transport error: a waiting poll is aborted", async () => {
        const life = await join();
        const abort = new AbortController();
        const { answer } = await life.socket.waitingPoll({ signal: abort.signal });
        abort.abort();
        await lifeEnds(life, "transport error");
        await assert.rejects(answer, { name: "AbortError" });
      });

      it("transport error: a body of octets", async () => {
        const life = await join();
        await life.socket.post("4x", { headers: { "Content-Type": "application/octet-stream" } });
        await lifeEnds(life, "transport error");
      });
    }
  });
}

describe("ping timeout", () => {
  const server = sharedServer({ pingInterval: 300, pingTimeout: 200 });
  afterEach(disconnectAll);

  for (const transport of ["polling", "websocket"]) {
    it(`is the reason when no pong comes in time (${transport})`, async () => {
      const log = await watchLog(server);
      const socket = await rawSocket(server, { transport });
      assert.equal(await socket.next(), "2");
      const { reason } = await log.find({ type: "disconnect", id: socket.socketId });
      assert.equal(reason, "ping timeout");
    });
  }
});

describe("refused requests in the log", () => {
  const server = sharedServer({ allowRequest: true, nodeName: "n1" });
  afterEach(disconnectAll);

  const refusals = [
    [0, "Transport unknown", { transport: "tesla" }],
    [1, "Session ID unknown", { transport: "polling", sid: "nobody" }],
    [2, "Bad handshake method", { transport: "polling" }, { method: "PUT" }],
    [3, "Bad request", { transport: "websocket" }],
    [4, "Forbidden", { transport: "polling", deny: 1 }],
    [5, "Unsupported protocol version", { transport: "polling", EIO: 3 }],
  ];
  for (const [code, message, query, options] of refusals) {
    it(`code ${code} is logged once, with its message and the node`, async () => {
      const log = await watchLog(server);
      await request(server, target(server, query), options);
      const entry = await log.find({ type: "connection_error", code });
      // The reference logs the general message of code 4, the contract allows the policy's own.
      if (code === 4) assert.ok([message, "denied by policy"].includes(entry.message), entry.message);
      else assert.equal(entry.message, message);
      assert.equal(entry.node, "n1");
      assert.equal(log.entries.filter(({ type }) => type === "connection_error").length, 1);
    });
  }

  it("a refused WebSocket is logged too", async () => {
    const log = await watchLog(server);
    await turnedAway(server, { sid: "nobody" });
    assert.equal((await log.find({ type: "connection_error" })).code, 1);
  });

  it("a session that is let in is not", async () => {
    const log = await watchLog(server);
    await PollingSession.open(server);
    await request(server, target(server, { transport: "tesla" }));
    await log.find({ type: "connection_error", code: 0 });
    assert.equal(log.entries.filter(({ type }) => type === "connection_error").length, 1);
  });
});

forEachWorkerCount("the official client is told", {}, (server) => {
  afterEach(disconnectAll);

  it("that the server sent it away", async () => {
    const socket = await connect(server, "/plain");
    const left = nextEvent(socket, "disconnect");
    socket.emit("disconnect-me", false);
    assert.equal((await left)[0], "io server disconnect");
    assert.equal(socket.active, false);
    socket.connect();
    await connected(socket);
  });

  it("which namespaces of a shared connection go on", async () => {
    const main = await connect(server, "/plain");
    const other = main.io.socket("/any");
    await connected(other);
    const left = nextEvent(other, "disconnect");
    other.emit("disconnect-me", false);
    await left;
    assert.equal(main.connected, true);
    main.emit("message", "on");
    assert.deepEqual(await nextEvent(main, "message-back"), ["on"]);
  });

  it("that all of them end with disconnect(true)", async () => {
    const main = await connect(server, "/plain");
    const other = main.io.socket("/any");
    await connected(other);
    const ends = [nextEvent(main, "disconnect"), nextEvent(other, "disconnect")];
    other.emit("disconnect-me", true);
    for (const [reason] of await Promise.all(ends)) assert.match(reason, /^(io server disconnect|transport close)$/);
  });

  it("nothing it must not hear: a namespace without the client sends it nothing", async () => {
    const socket = client(server, "/plain");
    await connected(socket);
    const stranger = await connect(server, "/any");
    await command(stranger, { op: "emit", event: "for any" });
    await command(stranger, { op: "emit", nsp: "/plain", event: "for plain" });
    assert.deepEqual(await socket.received.next(), ["for plain"]);
  });
});
