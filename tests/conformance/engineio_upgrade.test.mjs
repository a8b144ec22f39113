import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { PollingSession, pollingSessionEnds, turnedAway } from "../support/engine.mjs";

const separator = "\x1e";

forEachWorkerCount("engine.io upgrade", { mode: "engineio" }, (server) => {
  it("moves a session from polling to a WebSocket", async () => {
    const session = await PollingSession.open(server);
    const peer = await session.upgrade();
    peer.send("4hello");
    peer.send(Buffer.from([1, 2]));
    assert.deepEqual(await peer.take(2), ["4hello", Buffer.from([1, 2])]);
    const poll = await session.poll();
    assert.equal(poll.status, 400);
    assert.equal(JSON.parse(poll.text).code, 3);
    assert.equal((await session.post("4x")).status, 400);
    await peer.close();
  });

  it("answers a waiting poll with a noop so that the client can commit", async () => {
    const session = await PollingSession.open(server);
    const poll = session.poll();
    const peer = await session.websocket();
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    assert.equal((await poll).text, "6");
    peer.send("5");
    peer.send("4done");
    assert.equal(await peer.next(), "4done");
    await peer.close();
  });

  it("goes on serving polls until the client commits", async () => {
    const session = await PollingSession.open(server);
    const peer = await session.websocket();
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    assert.equal((await session.post("4by polling")).text, "ok");
    const answer = (await session.poll()).text.split(separator);
    assert.ok(answer.includes("4by polling"), answer.join("|"));
    peer.send("5");
    peer.send("4by WebSocket");
    assert.equal(await peer.next(), "4by WebSocket");
    await peer.close();
  });

  it("sends over the WebSocket what no poll has fetched, text and binary in order", async () => {
    const session = await PollingSession.open(server);
    await session.post(["4one", "bAQID", "4three"]);
    const peer = await session.upgrade();
    peer.send("4four");
    assert.deepEqual(await peer.take(4), ["4one", Buffer.from([1, 2, 3]), "4three", "4four"]);
    await peer.close();
  });

  it("loses nothing and keeps the order while messages flow through the upgrade", async () => {
    for (let round = 0; round < 5; round++) {
      const session = await PollingSession.open(server);
      const received = [];
      let polling = true;
      const polls = (async () => {
        while (polling) {
          const poll = await session.poll();
          if (poll.status !== 200) break;
          received.push(...poll.text.split(separator).filter((packet) => packet !== "6"));
          if (poll.text === "6") break;
        }
      })();
      let sent = 0;
      for (; sent < 20; sent++) await session.post(`4${sent}`);
      const peer = await session.websocket();
      peer.send("2probe");
      await peer.next();
      polling = false;
      for (; sent < 25; sent++) await session.post(`4${sent}`);
      await polls;
      peer.send("5");
      for (; sent < 50; sent++) peer.send(`4${sent}`);
      while (received.length < 50) received.push(await peer.next());
      assert.deepEqual(
        received,
        Array.from({ length: 50 }, (_, i) => `4${i}`)
      );
      await peer.close();
    }
  });

  it("upgrades many sessions at once", async () => {
    const one = async (i) => {
      const session = await PollingSession.open(server);
      await session.post(`4first ${i}`);
      const peer = await session.upgrade();
      peer.send(`4second ${i}`);
      assert.deepEqual(await peer.take(2), [`4first ${i}`, `4second ${i}`]);
      await peer.close();
    };
    await Promise.all(Array.from({ length: 30 }, (_, i) => one(i)));
  });

  for (const [what, packet] of [
    ["a message", "4too early"],
    ["another ping", "2prob"],
    ["nonsense", "abc"],
  ]) {
    it(`drops a WebSocket that begins with ${what} and goes on polling`, async () => {
      const session = await PollingSession.open(server);
      const peer = await session.websocket();
      peer.send(packet);
      await peer.closeCode();
      await session.post("4still polling");
      assert.equal(await session.next(), "4still polling");
    });
  }

  it("goes on polling when the probing WebSocket goes away, and can try again", async () => {
    const session = await PollingSession.open(server);
    const first = await session.websocket();
    first.send("2probe");
    assert.equal(await first.next(), "3probe");
    first.socket.terminate();
    await session.post("4still polling");
    const packets = [];
    while (!packets.includes("4still polling")) packets.push(await session.next());
    // The server may not have noticed the loss yet: only then does it turn a new probe away.
    let second;
    for (;;) {
      second = await session.websocket();
      second.send("2probe");
      if ((await second.next().catch(() => null)) === "3probe") break;
    }
    second.send("5");
    second.send("4upgraded");
    assert.equal(await second.next(), "4upgraded");
    await second.close();
  });

  it("turns away a second WebSocket while one is probing", async () => {
    const session = await PollingSession.open(server);
    const first = await session.websocket();
    first.send("2probe");
    assert.equal(await first.next(), "3probe");
    await turnedAway(server, { sid: session.sid });
    first.send("5");
    first.send("4mine");
    assert.equal(await first.next(), "4mine");
    await first.close();
  });

  it("turns away a WebSocket for a session that has been upgraded", async () => {
    const session = await PollingSession.open(server);
    const first = await session.upgrade();
    first.send("4upgraded");
    assert.equal(await first.next(), "4upgraded");
    await turnedAway(server, { sid: session.sid });
    first.send("4unharmed");
    assert.equal(await first.next(), "4unharmed");
    await first.close();
  });

  it("closes the probing WebSocket when the session ends", async () => {
    const session = await PollingSession.open(server);
    const peer = await session.websocket();
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    await session.post("1");
    await peer.closeCode();
    await pollingSessionEnds(session);
  });
});

describe("flag --upgrade-timeout", () => {
  const server = sharedServer({ mode: "engineio", upgradeTimeout: 150 });

  it("drops a WebSocket that never commits and goes on polling", async () => {
    const session = await PollingSession.open(server);
    const probed = await session.websocket();
    probed.send("2probe");
    assert.equal(await probed.next(), "3probe");
    await probed.closeCode();
    const packets = [];
    await session.post("4still polling");
    while (!packets.includes("4still polling")) packets.push(await session.next());
  });

  it("drops a WebSocket that says nothing at all", async () => {
    const session = await PollingSession.open(server);
    const silent = await session.websocket();
    await silent.closeCode();
    await session.post("4still polling");
    assert.equal(await session.next(), "4still polling");
  });
});
