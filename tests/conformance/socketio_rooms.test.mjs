import assert from "node:assert/strict";
import { afterEach, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession } from "../support/engine.mjs";
import {
  ask,
  askOne,
  command,
  connect,
  connectMany,
  disconnectAll,
  nextEvent,
  rawSocket,
  reached,
  watchLog,
} from "../support/socketio.mjs";
import { Queue, until } from "../support/wait.mjs";

// Enough clients that several workers have some of them.
const crowd = 8;

forEachWorkerCount("socket.io rooms", {}, (server) => {
  afterEach(disconnectAll);

  /** A crowd in which clients 0–2 are in room a, 2–4 in room b, and 7 in none. */
  const gather = async (nsp = "/plain") => {
    const clients = await connectMany(crowd, server, nsp);
    const join = (range, rooms) => Promise.all(range.map((i) => ask(clients[i], "join", rooms)));
    await join([0, 1, 2], "a");
    await join([2, 3, 4], ["b"]);
    await join([5, 6], ["c", "d"]);
    return clients;
  };

  it("knows who is where", async () => {
    const clients = await gather();
    const whoami = await askOne(clients[2], "whoami");
    assert.deepEqual(whoami.rooms, ["a", "b", clients[2].id].sort());
    const rooms = await askOne(clients[0], "rooms");
    const named = rooms.filter(([room]) => room.length === 1);
    assert.ok(
      named.every(([, size]) => size > 0),
      JSON.stringify(rooms)
    );
    assert.deepEqual(
      rooms,
      [...rooms].sort(([a], [b]) => (a < b ? -1 : 1))
    );
    const all = await command(clients[0], { op: "fetch-sockets" });
    const expected = [["a"], ["a"], ["a", "b"], ["b"], ["b"], ["c", "d"], ["c", "d"], []].map((own, i) => [
      clients[i].id,
      [...own, clients[i].id].sort(),
    ]);
    assert.deepEqual(Object.fromEntries(all.map(({ id, rooms }) => [id, rooms])), Object.fromEntries(expected));
  });

  it("reaches exactly those a spec names, each once", async () => {
    const clients = await gather();
    const id = (i) => clients[i].id;
    // Who gets it, one digit per client; the sender is client 2.
    const cases = [
      ["11111111", {}],
      ["11111111", { target: "io", to: [] }],
      ["11011111", { target: "broadcast" }],
      ["11000000", { target: "broadcast", to: ["a"] }],
      ["00100000", { target: "socket" }],
      ["11100000", { to: ["a"] }],
      ["11111000", { to: ["a", "b"] }],
      ["00000110", { to: ["c", "d"] }],
      ["00000000", { to: ["nobody"] }],
      ["11000000", { to: ["a"], except: ["b"] }],
      ["11000111", { except: ["b"] }],
      ["00000001", { except: ["a", "b", "c"] }],
      ["00000000", { to: ["a"], except: ["a"] }],
      ["10000001", { to: [id(0), id(7)] }],
      ["01111111", { except: [id(0)] }],
      ["11011001", { target: "broadcast", except: ["c"] }],
      ["11100000", { to: ["a"], volatile: true }],
      ["11100000", { to: ["a"], local: true }],
      ["11100000", { to: ["a"], compress: false }],
      ["11111111", { args: [1, "two", { three: [Buffer.from([3])] }] }],
    ];
    for (const [digits, spec] of cases) {
      const counts = await reached(clients[2], clients, spec);
      assert.equal(counts.join(""), digits, JSON.stringify(spec));
    }
  });

  it("sends everyone the same arguments, text and binary", async () => {
    const clients = await connectMany(crowd, server, "/plain");
    const args = ["äß😀", { deep: [Buffer.from([1, 2]), { other: Buffer.from([3]) }] }, null, 1e20];
    await command(clients[0], { op: "emit", event: "news", args });
    for (const socket of clients) assert.deepEqual(await socket.received.next(), ["news", ...args]);
  });

  it("reaches clients of every transport alike", async () => {
    const [polling, upgraded, websocket] = await Promise.all(
      [["polling"], ["polling", "websocket"], ["websocket"]].map((transports) =>
        connect(server, "/plain", { transports })
      )
    );
    await command(websocket, { op: "emit", event: "news", args: [Buffer.from([1])] });
    for (const socket of [polling, upgraded, websocket])
      assert.deepEqual(await socket.received.next(), ["news", Buffer.from([1])]);
  });

  it("keeps namespaces apart, also rooms of the same name", async () => {
    const [plain, any] = await Promise.all([connectMany(3, server, "/plain"), connectMany(3, server, "/any")]);
    for (const socket of [...plain, ...any]) await ask(socket, "join", "same");
    assert.deepEqual(await reached(plain[0], plain, { to: ["same"] }), [1, 1, 1]);
    for (const socket of any) assert.deepEqual(socket.received.left, []);
    assert.deepEqual(await reached(plain[0], any, { nsp: "/any", to: ["same"] }), [1, 1, 1]);
  });

  it("forgets who left a room or the server", async () => {
    const clients = await gather();
    await ask(clients[0], "leave", "a");
    assert.equal((await reached(clients[7], clients, { to: ["a"] })).join(""), "01100000");
    clients[1].disconnect();
    const rest = clients.filter((_, i) => i !== 1);
    await until(
      async () => (await command(clients[7], { op: "fetch-sockets" })).length === crowd - 1,
      "the server has noticed"
    );
    assert.equal((await reached(clients[7], rest, { to: ["a"] })).join(""), "0100000");
    await ask(clients[2], "leave", "a");
    assert.deepEqual(
      (await askOne(clients[7], "rooms")).filter(([room]) => room === "a"),
      []
    );
  });

  it("joins and leaves idempotently, with any name", async () => {
    const [socket] = await gather();
    const names = ["", "äß😀", "__proto__", "a b", "x".repeat(1000)];
    for (const name of [...names, ...names]) await ask(socket, "join", name);
    assert.deepEqual((await askOne(socket, "whoami")).rooms, [...names, "a", socket.id].sort());
    for (const name of [...names, ...names, "never joined"]) await ask(socket, "leave", name);
    assert.deepEqual((await askOne(socket, "whoami")).rooms, ["a", socket.id].sort());
  });

  it("keeps the order of what one sender sends, for every receiver", async () => {
    const clients = await connectMany(crowd, server, "/plain");
    await command(clients[0], { op: "emit", event: "n", args: ["x"], repeat: 300 });
    for (const socket of clients) {
      for (let i = 0; i < 300; i++) assert.deepEqual(await socket.received.next(), ["n", "x", i]);
    }
  });

  it("repeats at an interval", async () => {
    const clients = await connectMany(3, server, "/plain");
    const from = performance.now();
    await command(clients[0], { op: "emit", event: "tick", repeat: 4, interval: 30 });
    for (const socket of clients)
      for (let i = 0; i < 4; i++) assert.deepEqual(await socket.received.next(), ["tick", i]);
    assert.ok(performance.now() - from >= 85);
  });

  it("moves others into and out of rooms", async () => {
    const clients = await gather();
    const sizeOf = async (room) => (await command(clients[0], { op: "fetch-sockets", to: [room] })).length;
    await command(clients[0], { op: "sockets-join", to: ["a"], rooms: ["new", "newer"] });
    await until(async () => (await sizeOf("new")) === 3 && (await sizeOf("newer")) === 3, "all of room a have joined");
    assert.equal((await reached(clients[0], clients, { to: ["new"] })).join(""), "11100000");
    await command(clients[0], { op: "sockets-leave", except: ["b"], rooms: ["new"] });
    await until(async () => (await sizeOf("new")) === 1, "all but room b have left");
    assert.equal((await reached(clients[0], clients, { to: ["new"] })).join(""), "00100000");
    await command(clients[0], { op: "sockets-join", rooms: ["everyone"] });
    await until(async () => (await sizeOf("everyone")) === crowd, "everyone has joined");
  });

  it("shows others with their data, rooms and auth", async () => {
    const [asking] = await gather();
    const other = await connect(server, "/plain", { auth: { token: "t" } });
    await ask(other, "set-data", { name: "äß", deep: { list: [1, null] } });
    await ask(other, "join", "other");
    const seen = await command(asking, { op: "fetch-sockets", to: ["other"] });
    assert.deepEqual(seen, [
      {
        id: other.id,
        rooms: ["other", other.id].sort(),
        data: { name: "äß", deep: { list: [1, null] } },
        auth: { token: "t" },
      },
    ]);
    assert.deepEqual(await command(asking, { op: "fetch-sockets", to: ["nobody"] }), []);
    const all = await command(asking, { op: "fetch-sockets", except: ["a"] });
    assert.deepEqual(
      all.map(({ id }) => id),
      [...all.map(({ id }) => id)].sort()
    );
    assert.equal(all.length, crowd - 3 + 1);
  });

  it("looks into and moves within other namespaces", async () => {
    const [asking] = await gather();
    const others = await connectMany(3, server, "/any");
    const seen = async (rooms) =>
      (await command(asking, { op: "fetch-sockets", nsp: "/any", to: rooms })).map(({ id }) => id);
    assert.deepEqual(await seen([]), others.map(({ id }) => id).sort());
    await command(asking, { op: "sockets-join", nsp: "/any", to: [others[1].id], rooms: ["there"] });
    await until(async () => (await seen(["there"])).length === 1, "the other has joined");
    assert.deepEqual(await command(asking, { op: "fetch-sockets", to: ["there"] }), []);
    const left = nextEvent(others[1], "disconnect");
    await command(asking, { op: "disconnect-sockets", nsp: "/any", to: ["there"], close: true });
    await left;
    await until(async () => (await seen([])).length === 2, "the other has gone");
  });

  it("asks one other and gets its answer, or hears that it took too long", async () => {
    const [asking, other] = await connectMany(2, server, "/plain");
    other.on("question", (n, answer) => answer({ twice: 2 * n }));
    const spec = { op: "remote-emit-ack", to: [other.id], event: "question", args: [21], timeout: 5000 };
    assert.deepEqual(await command(asking, spec), { twice: 42 });
    await assert.rejects(
      command(asking, { ...spec, event: "unheard", timeout: 50 }),
      /^Error: operation has timed out$/
    );
  });

  for (const close of [false, true]) {
    it(`sends others away, ${close ? "with" : "without"} their connection`, async () => {
      const clients = await gather();
      const main = clients[0].io.socket("/any");
      await nextEvent(main, "connect");
      const leaving = [0, 1, 2].map((i) => nextEvent(clients[i], "disconnect"));
      const neighbour = close ? nextEvent(main, "disconnect") : null;
      await command(clients[7], { op: "disconnect-sockets", to: ["a"], close });
      for (const [reason] of await Promise.all(leaving))
        assert.match(reason, close ? /^(io server disconnect|transport close)$/ : /^io server disconnect$/);
      if (close) await neighbour;
      else assert.equal(await askOne(main, "message-with-ack", 1), 1);
      await until(async () => (await askOne(clients[7], "stats")).sockets === crowd - 3, "three have gone");
      assert.equal((await reached(clients[7], clients.slice(3), {})).join(""), "11111");
    });
  }

  it("collects the answers of all who are asked", async () => {
    const clients = await gather();
    clients.forEach((socket, i) => socket.on("question", (n, answer) => answer(n + i)));
    const answers = await command(clients[0], { op: "emit", ack: true, event: "question", args: [100], timeout: 5000 });
    assert.deepEqual(
      [...answers].sort(),
      clients.map((_, i) => 100 + i)
    );
    const some = await command(clients[0], {
      op: "emit",
      ack: true,
      event: "question",
      args: [0],
      timeout: 5000,
      to: ["a", "b"],
      except: [clients[0].id],
    });
    assert.deepEqual([...some].sort(), [1, 2, 3, 4]);
    const others = await command(clients[0], {
      op: "emit",
      ack: true,
      event: "question",
      args: [0],
      timeout: 5000,
      target: "broadcast",
    });
    assert.deepEqual([...others].sort(), [1, 2, 3, 4, 5, 6, 7]);
  });

  it("collects binary answers", async () => {
    const clients = await connectMany(3, server, "/plain");
    clients.forEach((socket, i) => socket.on("question", (answer) => answer({ bytes: Buffer.from([i]) })));
    const answers = await command(clients[0], { op: "emit", ack: true, event: "question", timeout: 5000 });
    assert.deepEqual(answers.map(({ bytes }) => bytes[0]).sort(), [0, 1, 2]);
  });

  it("answers at once when nobody is asked", async () => {
    const socket = await connect(server, "/plain");
    assert.deepEqual(
      await command(socket, { op: "emit", ack: true, event: "question", timeout: 60_000, to: ["nobody"] }),
      []
    );
  });

  it("tells which answers have come when the others take too long", async () => {
    const clients = await connectMany(crowd, server, "/plain");
    clients.forEach((socket, i) => i % 2 && socket.on("question", (answer) => answer(i)));
    const error = await command(clients[0], { op: "emit", ack: true, event: "question", timeout: 300 }).catch(
      (failure) => failure
    );
    assert.equal(error.message, "operation has timed out");
    assert.deepEqual([...error.reply.responses].sort(), [1, 3, 5, 7]);
  });

  it("keeps what is volatile from a client that can not take it now", async () => {
    const polling = await rawSocket(server, { transport: "polling" });
    const sender = await connect(server, "/plain");
    await command(sender, { op: "emit", event: "lost", volatile: true, to: [polling.socketId] });
    await command(sender, { op: "emit", event: "kept", to: [polling.socketId] });
    assert.equal(await polling.next(), '42/plain,["kept"]');
  });

  it("reaches every client of the node with a local emit, whatever worker it is on", async () => {
    const clients = await connectMany(crowd, server, "/plain");
    assert.deepEqual(
      await reached(clients[0], clients, { local: true }),
      clients.map(() => 1)
    );
  });

  it("answers a server-side emit of a node without others", async () => {
    const clients = await connectMany(3, server, "/plain");
    assert.equal(await command(clients[0], { op: "server-side-emit", event: "sse", args: [1] }), null);
    await command(clients[0], { op: "emit", event: "end" });
    for (const socket of clients) assert.deepEqual(await socket.received.next(), ["end"]);
    assert.deepEqual(await command(clients[0], { op: "server-side-emit", event: "sse-ack", args: [1], ack: true }), []);
  });

  it("names the faults of a command instead of failing", async () => {
    const socket = await connect(server, "/plain");
    const reply = await askOne(socket, "cmd", { op: "no such op" });
    assert.equal(reply.ok, false);
    assert.equal(typeof reply.error, "string");
  });
});

forEachWorkerCount("the server's statistics", {}, (server) => {
  afterEach(disconnectAll);

  it("counts what is there and forgets what is gone", async () => {
    const log = await watchLog(server);
    const clients = await connectMany(crowd, server, "/plain");
    const session = await PollingSession.open(server);
    const before = await askOne(clients[0], "stats");
    assert.equal(before.sockets, crowd);
    assert.equal(before.clients, crowd + 2);
    for (const name of ["/", "/any", "/custom", "/log", "/mw", "/packet-mw", "/plain"])
      assert.ok(before.namespaces.includes(name), name);
    assert.deepEqual(before.namespaces, [...before.namespaces].sort());
    await session.post("1");
    const ids = clients.slice(1).map(({ id }) => id);
    clients.slice(1).forEach((socket) => socket.disconnect());
    for (const id of ids) await log.find({ type: "disconnect", id });
    const gone = async () => {
      const { clients: connections, sockets } = await askOne(clients[0], "stats");
      return connections === 2 && sockets === 1;
    };
    await until(gone, "the counts have gone down");
    assert.deepEqual(await askOne(clients[0], "rooms"), [[clients[0].id, 1]]);
  });
});

forEachWorkerCount("a private message", {}, (server) => {
  afterEach(disconnectAll);

  it("reaches one of many, in order, while all talk at once", async () => {
    const clients = await connectMany(crowd, server, "/plain");
    for (const socket of clients) socket.received = new Queue();
    const rounds = 30;
    const talk = async (socket, i) => {
      const to = [clients[(i + 1) % crowd].id];
      for (let n = 0; n < rounds; n++) socket.emit("cmd", { op: "emit", event: "hi", args: [i, n], to });
      await ask(socket, "whoami");
    };
    await Promise.all(clients.map(talk));
    for (const [i, socket] of clients.entries()) {
      for (let n = 0; n < rounds; n++)
        assert.deepEqual(await socket.received.next(), ["hi", (i + crowd - 1) % crowd, n]);
      assert.deepEqual(socket.received.left, []);
    }
  });
});
