import assert from "node:assert/strict";
import { it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { openWebSocketSession, request, target } from "../support/engine.mjs";

forEachWorkerCount("engine.io over WebSocket", { mode: "engineio", maxPayload: 100_000 }, (server) => {
  it("carries text, binary, empty messages and any Unicode", async () => {
    const peer = await openWebSocketSession(server);
    const messages = ["4hello", Buffer.from([1, 2, 3, 4]), "4", Buffer.alloc(0), "4äß€😀\u0000\n\t", Buffer.from("4")];
    for (const message of messages) peer.send(message);
    assert.deepEqual(await peer.take(messages.length), messages);
    await peer.close();
  });

  it("keeps the order of a thousand messages sent at once", async () => {
    const peer = await openWebSocketSession(server);
    const messages = Array.from({ length: 1000 }, (_, i) => (i % 3 ? `4${i}` : Buffer.from([i & 255, i >> 8])));
    for (const message of messages) peer.send(message);
    assert.deepEqual(await peer.take(messages.length), messages);
    await peer.close();
  });

  it("carries every length around the borders of the length forms", async () => {
    const peer = await openWebSocketSession(server);
    for (const length of [1, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537, 99_999]) {
      const text = `4${"x".repeat(length - 1)}`;
      const bytes = Buffer.alloc(length, 7);
      peer.send(text);
      peer.send(bytes);
      assert.deepEqual(await peer.take(2), [text, bytes], `length ${length}`);
    }
    await peer.close();
  });

  it("takes a message of exactly the limit and closes with 1009 on one byte more", async () => {
    const peer = await openWebSocketSession(server);
    const full = `4${"x".repeat(99_999)}`;
    peer.send(full);
    assert.equal(await peer.next(), full);
    peer.send(`${full}x`);
    assert.equal(await peer.closeCode(), 1009);
  });

  it("closes with 1009 when fragments add up to more than the limit", async () => {
    const peer = await openWebSocketSession(server);
    peer.socket.send(`4${"x".repeat(59_999)}`, { fin: false });
    peer.socket.send("x".repeat(60_000), { fin: true });
    assert.equal(await peer.closeCode(), 1009);
  });

  it("puts fragments together", async () => {
    const peer = await openWebSocketSession(server);
    for (const [text, fin] of [
      ["4äu", false],
      ["", false],
      ["ß😀", false],
      ["erst", true],
    ])
      peer.socket.send(text, { fin });
    assert.equal(await peer.next(), "4äuß😀erst");
    await peer.close();
  });

  it("answers WebSocket pings, also between fragments", async () => {
    const peer = await openWebSocketSession(server);
    const pong = new Promise((resolve) => peer.socket.on("pong", (data) => resolve(data.toString())));
    peer.socket.send("4first half, ", { fin: false });
    peer.socket.ping("are you there");
    peer.socket.send("second half", { fin: true });
    assert.equal(await pong, "are you there");
    assert.equal(await peer.next(), "4first half, second half");
    await peer.close();
  });

  for (const [what, packet] of [
    ["an unknown packet type", "abc"],
    ["a type out of range", "9"],
    ["an empty text", ""],
    ["a ping, which only servers send", "2"],
    ["a close packet", "1"],
  ]) {
    it(`closes at once on ${what}`, async () => {
      const peer = await openWebSocketSession(server);
      peer.send(packet);
      await peer.closeCode();
      assert.deepEqual(peer.messages.left, []);
    });
  }

  it("answers the closing handshake with the code it got", async () => {
    const peer = await openWebSocketSession(server);
    peer.socket.close(1001, "going away");
    assert.equal(await peer.closeCode(), 1001);
  });

  it("ignores noops", async () => {
    const peer = await openWebSocketSession(server);
    for (const packet of ["6", "4still here"]) peer.send(packet);
    assert.equal(await peer.next(), "4still here");
    await peer.close();
  });

  it("answers no poll for its session", async () => {
    const peer = await openWebSocketSession(server);
    const poll = await request(server, target(server, { transport: "polling", sid: peer.sid }));
    assert.equal(poll.status, 400);
    assert.equal(JSON.parse(poll.text).code, 3);
    peer.send("4unharmed");
    assert.equal(await peer.next(), "4unharmed");
    await peer.close();
  });
});
