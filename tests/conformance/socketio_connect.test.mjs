import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { PollingSession, openWebSocketSession } from "../support/engine.mjs";
import {
  askOne,
  client,
  connect,
  connected,
  disconnectAll,
  nextEvent,
  rawSocket,
  watchLog,
} from "../support/socketio.mjs";
import { sleep } from "../support/wait.mjs";

forEachWorkerCount("socket.io connect", {}, (server) => {
  afterEach(disconnectAll);

  for (const [transport, openSession] of [
    ["polling", (...how) => PollingSession.open(...how)],
    ["websocket", openWebSocketSession],
  ]) {
    const send = (session, packet) => (transport === "polling" ? session.post(packet) : session.send(packet));

    it(`answers CONNECT with the id of the socket (${transport})`, async () => {
      const session = await openSession(server);
      await send(session, "40");
      const answer = JSON.parse((await session.next()).slice(2));
      assert.deepEqual(Object.keys(answer), ["sid"]);
      assert.equal(typeof answer.sid, "string");
      assert.notEqual(answer.sid, session.sid);
      assert.equal(await session.next(), '42["auth",{}]');
    });

    it(`hands the auth payload to the application (${transport})`, async () => {
      const session = await openSession(server);
      await send(session, '40/custom,{"token":"äß😀","__proto__":{"a":1},"deep":[[{"x":null}]]}');
      assert.match(await session.next(), /^40\/custom,\{"sid":"[^"]+"\}$/);
      assert.equal(
        await session.next(),
        '42/custom,["auth",{"token":"äß😀","__proto__":{"a":1},"deep":[[{"x":null}]]}]'
      );
    });

    it(`refuses a namespace that does not exist and stays open (${transport})`, async () => {
      const session = await openSession(server);
      await send(session, "40/random,");
      assert.equal(await session.next(), '44/random,{"message":"Invalid namespace"}');
      await send(session, "40/plain,");
      assert.match(await session.next(), /^40\/plain,/);
    });

    it(`carries several namespaces over one session (${transport})`, async () => {
      const session = await openSession(server);
      await send(session, "40");
      await session.next();
      await session.next();
      await send(session, "40/plain,");
      await session.next();
      await send(session, '42/plain,["message","to plain"]');
      assert.equal(await session.next(), '42/plain,["message-back","to plain"]');
      await send(session, '42["message","to main"]');
      assert.equal(await session.next(), '42["message-back","to main"]');
      await send(session, "41/plain,");
      await send(session, '42["message","main goes on"]');
      assert.equal(await session.next(), '42["message-back","main goes on"]');
      await send(session, "40/plain,");
      assert.match(await session.next(), /^40\/plain,/);
    });
  }

  it("accepts a namespace without the trailing comma", async () => {
    const peer = await openWebSocketSession(server);
    peer.send("40/plain");
    assert.match(await peer.next(), /^40\/plain,/);
    await peer.close();
  });

  it("gives each connection to a namespace a new socket", async () => {
    const socket = await rawSocket(server);
    socket.put("41/plain,");
    socket.put("40/any,");
    assert.match(await socket.next(), /^40\/any,/);
    socket.put("40/plain,");
    const sid = JSON.parse((await socket.next()).slice(9)).sid;
    assert.notEqual(sid, socket.socketId);
    await socket.close();
  });

  it("tells a client refused by a middleware why, with data", async () => {
    const socket = client(server, "/mw", { auth: { token: "wrong" } });
    const [error] = await nextEvent(socket, "connect_error");
    assert.equal(error.message, "unauthorized");
    assert.deepEqual(error.data, { code: 401, hint: "token" });
    assert.equal(socket.connected, false);
  });

  it("runs asynchronous middlewares one after the other", async () => {
    const socket = await connect(server, "/mw", { auth: { token: "secret", delay: 30 } });
    assert.deepEqual((await askOne(socket, "whoami")).data, { user: "alice", second: true });
  });

  it("joins other namespaces while one middleware takes its time", async () => {
    const peer = await openWebSocketSession(server);
    peer.send('40/mw,{"token":"secret","delay":100}');
    peer.send("40/plain,");
    assert.match(await peer.next(), /^40\/plain,/);
    assert.match(await peer.next(), /^40\/mw,/);
    await peer.close();
  });

  it("forgets a client that leaves while a middleware waits", async () => {
    const log = await watchLog(server);
    const peer = await openWebSocketSession(server);
    peer.send('40/mw,{"token":"secret","delay":50}');
    await peer.close();
    const other = await connect(server, "/mw", { auth: { token: "secret", delay: 100 } });
    await log.find({ type: "connect", id: other.id });
    assert.equal(log.entries.filter((entry) => entry.type === "connect" && entry.nsp === "/mw").length, 1);
    assert.equal((await askOne(other, "stats")).sockets, 1);
  });

  it("lets the official client be refused and try again on the same connection", async () => {
    const socket = client(server, "/mw", { auth: { token: "wrong" } });
    await nextEvent(socket, "connect_error");
    socket.auth = { token: "secret" };
    socket.connect();
    await connected(socket);
    assert.equal((await askOne(socket, "whoami")).auth.token, "secret");
  });

  it("tells the official client of a namespace that does not exist", async () => {
    const [error] = await nextEvent(client(server, "/nowhere"), "connect_error");
    assert.equal(error.message, "Invalid namespace");
  });

  for (const [what, packet] of [
    ["an array", "40[]"],
    ["a string", '40"x"'],
    ["a truth value", "40/plain,true"],
    ["null", "40null"],
    ["broken JSON", "40{"],
  ]) {
    it(`closes on an auth payload that is ${what}`, async () => {
      const peer = await openWebSocketSession(server);
      peer.send(packet);
      await peer.closeCode();
      assert.deepEqual(peer.messages.left, []);
    });
  }
});

describe("flag --connect-timeout", () => {
  const server = sharedServer({ connectTimeout: 150 });
  afterEach(disconnectAll);

  it("closes a session that joins nothing", async () => {
    const peer = await openWebSocketSession(server);
    await peer.closeCode();
  });

  it("closes a session that was refused everywhere", async () => {
    const peer = await openWebSocketSession(server);
    peer.send("40/random,");
    assert.equal(await peer.next(), '44/random,{"message":"Invalid namespace"}');
    await peer.closeCode();
  });

  it("closes a polling session that joins nothing, and answers its poll", async () => {
    const session = await PollingSession.open(server);
    const answer = await session.poll();
    assert.equal(answer.status, 200);
    assert.equal((await session.poll()).status, 400);
  });

  it("closes a session whose only namespace takes too long to let it in", async () => {
    const peer = await openWebSocketSession(server);
    peer.send('40/mw,{"token":"secret","delay":600}');
    await peer.closeCode();
    assert.deepEqual(peer.messages.left, []);
  });

  it("leaves a session alone that has joined in time, even after it left again", async () => {
    const socket = await rawSocket(server);
    socket.put("41/plain,");
    await sleep(300);
    socket.put("40/plain,");
    assert.match(await socket.next(), /^40\/plain,/);
    await socket.close();
  });
});
