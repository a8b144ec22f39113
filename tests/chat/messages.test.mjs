// Messages and their receipts (contract §8.2, §8.3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { match, startChat } from "./support/server.mjs";
import { nothingMore, settle } from "./support/guest.mjs";
import { assertTime, messageId } from "./support/shapes.mjs";

const text = (content, more = {}) => ({ type: "text", content, ...more });

test("§8.2-1, §8.2-2, §8.2-3, §8.2-4: a message reaches the partner, and its author learns that it was sent", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", text("hello"));
  const sent = await ada.next("chat:message:sent");
  const { id, timestamp, ...message } = await grace.next("chat:message");
  assert.deepEqual(message, { senderId: ada.id, senderUsername: "Ada", type: "text", content: "hello" });
  assert.match(id, messageId);
  assertTime(timestamp);
  assertTime(sent.timestamp);
  assert.deepEqual(sent, { messageId: id, timestamp: sent.timestamp, status: "sent" });
  await nothingMore(ada, grace);
});

test("§8.3-5: the acknowledgement of a message says the same as the receipt", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const answer = await ada.ask("chat:message", text("hello"));
  const { messageId, timestamp } = await ada.next("chat:message:sent");
  assert.deepEqual(answer, { ok: true, messageId, timestamp, status: "sent" });
  assert.equal((await grace.next("chat:message")).id, messageId);
});

test("§8.2-5, §8.2-7, §8.4-delivered: the author learns of delivery when the recipient confirms it, and not before", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", text("hello"));
  const { messageId } = await ada.next("chat:message:sent");
  await grace.next("chat:message");
  await nothingMore(ada, grace);

  assert.deepEqual(await grace.ask("chat:message:delivered", { messageId }), { ok: true });
  const delivered = await ada.next("chat:message:delivered");
  assertTime(delivered.timestamp);
  assert.deepEqual(delivered, { messageId, timestamp: delivered.timestamp, status: "delivered" });
  await nothingMore(ada, grace);
});

test("§8.3-1, §8.4-sent: sent comes before delivered for every message, also when confirmed at once", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  grace.socket.on("chat:message", ({ id }) => grace.emit("chat:message:delivered", { messageId: id }));
  for (let i = 0; i < 50; ++i) ada.emit("chat:message", text(`${i}`));
  for (let i = 0; i < 50; ++i) await ada.next("chat:message:delivered");
  const sent = new Set();
  for (const { event, payload } of ada.seen) {
    if (event === "chat:message:sent") sent.add(payload.messageId);
    if (event === "chat:message:delivered")
      assert.ok(sent.has(payload.messageId), `${payload.messageId} was not sent yet`);
  }
  assert.equal(sent.size, 50);
});

test("§8.3-1: the messages of each author arrive in the order in which they were written", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const count = 300;
  for (let i = 0; i < count; ++i) {
    ada.emit("chat:message", text(`a${i}`));
    grace.emit("chat:message", text(`g${i}`));
  }
  const read = async (guest) => {
    const contents = [];
    for (let i = 0; i < count; ++i) contents.push((await guest.next("chat:message")).content);
    return contents;
  };
  const numbers = Array.from({ length: count }, (_, i) => i);
  const [byAda, byGrace] = await Promise.all([read(ada), read(grace)]);
  assert.deepEqual(
    byAda,
    numbers.map((i) => `g${i}`),
  );
  assert.deepEqual(
    byGrace,
    numbers.map((i) => `a${i}`),
  );
  const ids = [...ada.seen, ...grace.seen]
    .filter(({ event }) => event === "chat:message")
    .map(({ payload }) => payload.id);
  assert.equal(new Set(ids).size, 2 * count, "ids are unique");
});

test("messages and receipts work in both directions at once", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const [from, to] of [
    [ada, grace],
    [grace, ada],
    [ada, grace],
  ]) {
    from.emit("chat:message", text(`from ${from.name}`));
    const { id, senderId } = await to.next("chat:message");
    assert.equal(senderId, from.id);
    to.emit("chat:message:delivered", { messageId: id });
    assert.equal((await from.next("chat:message:sent")).messageId, id);
    assert.equal((await from.next("chat:message:delivered")).messageId, id);
  }
  await nothingMore(ada, grace);
});

test("§8.3-2, §8.3-3, §8.2-6: a repeated confirmation is not passed on again", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", text("hello"));
  const { messageId } = await ada.next("chat:message:sent");
  await grace.next("chat:message");
  for (let i = 0; i < 3; ++i) await grace.ask("chat:message:delivered", { messageId });
  await ada.next("chat:message:delivered");
  await nothingMore(ada, grace);
});

test("§8.3-3: only the recipient can confirm a message", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const [eve, frank] = await server.pair("Eve", "Frank");
  const idle = await server.guest("Idle");
  ada.emit("chat:message", text("hello"));
  const { messageId } = await ada.next("chat:message:sent");
  await grace.next("chat:message");
  for (const guest of [ada, eve, frank, idle]) await guest.ask("chat:message:delivered", { messageId });
  await nothingMore(ada, grace, eve, frank, idle);

  grace.emit("chat:message:delivered", { messageId });
  assert.equal((await ada.next("chat:message:delivered")).messageId, messageId);
});

test("§8.3-3: confirmations of unknown ids or of any other shape change nothing and notify nobody", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", text("hello"));
  const { messageId } = await ada.next("chat:message:sent");
  await grace.next("chat:message");
  const bad = [
    "",
    "msg_0_x",
    messageId,
    7,
    null,
    [],
    {},
    { messageId: 7 },
    { messageId: null },
    { messageId: [messageId] },
  ];
  for (const payload of bad) {
    const answer = await grace.ask("chat:message:delivered", payload);
    assert.equal(typeof answer.ok, "boolean", JSON.stringify(payload));
  }
  grace.emit("chat:message:delivered");
  await nothingMore(ada, grace);
});

test("an ex-partner can no longer confirm", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", text("hello"));
  const { messageId } = await ada.next("chat:message:sent");
  await grace.next("chat:message");
  await ada.ask("leave-room");
  await settle(ada, grace);
  [ada, grace].forEach((guest) => guest.forget());
  await grace.ask("chat:message:delivered", { messageId });
  await nothingMore(ada, grace);

  const again = await match(ada, grace);
  assert.ok(again);
  await grace.ask("chat:message:delivered", { messageId });
  await nothingMore(ada, grace);
});

test("§8.2-3: the client's own id of a message is echoed with its receipt", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const rows = [
    [{ clientMessageId: "mine-1" }, "mine-1"],
    [{ clientMessageId: "x".repeat(64) }, "x".repeat(64)],
    [{ id: "legacy-1" }, "legacy-1"],
    [{ id: "legacy-1", clientMessageId: "mine-2" }, "mine-2"],
    [{}, undefined],
  ];
  for (const [more, echoed] of rows) {
    ada.emit("chat:message", text("hello", more));
    const sent = await ada.next("chat:message:sent");
    assert.equal(sent.clientMessageId, echoed, JSON.stringify(more));
    const message = await grace.next("chat:message");
    assert.deepEqual(Object.keys(message).sort(), ["content", "id", "senderId", "senderUsername", "timestamp", "type"]);
    assert.equal(message.id, sent.messageId, "the server's id, not the client's");
  }
});

test("§8.1-client-id: a client id that is no string of at most 64 characters is refused", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const clientMessageId of ["x".repeat(65), 7, true, {}, ["a"]]) {
    const answer = await ada.ask("chat:message", text("hello", { clientMessageId }));
    assert.equal(answer.ok, false, JSON.stringify(clientMessageId));
    assert.deepEqual(await ada.next("chat:error"), { message: "Invalid message format", code: "INVALID_MESSAGE" });
  }
  await nothingMore(ada, grace);
});

test("§8.3-4: a message repeated with the same client id is confirmed again and relayed once", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const first = await ada.ask("chat:message", text("hello", { clientMessageId: "mine" }));
  const again = await ada.ask("chat:message", text("hello", { clientMessageId: "mine" }));
  assert.equal(again.messageId, first.messageId);
  for (let i = 0; i < 2; ++i) {
    const { messageId, clientMessageId } = await ada.next("chat:message:sent");
    assert.deepEqual([messageId, clientMessageId], [first.messageId, "mine"]);
  }
  await grace.next("chat:message");
  await nothingMore(ada, grace);
});

test("§8.3-4: client ids are the author's own, and of one chat", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const mine = await ada.ask("chat:message", text("from Ada", { clientMessageId: "same" }));
  const theirs = await grace.ask("chat:message", text("from Grace", { clientMessageId: "same" }));
  assert.notEqual(mine.messageId, theirs.messageId);
  assert.equal((await ada.next("chat:message")).content, "from Grace");

  await ada.ask("leave-room");
  await settle(ada, grace);
  [ada, grace].forEach((guest) => guest.forget());
  await match(ada, grace);
  const later = await ada.ask("chat:message", text("in a new chat", { clientMessageId: "same" }));
  assert.notEqual(later.messageId, mine.messageId);
  assert.equal((await grace.next("chat:message")).content, "in a new chat");
});

test("the old id field does not make two messages one", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const content of ["one", "two"]) {
    ada.emit("chat:message", text(content, { id: "temporary" }));
    assert.equal((await grace.next("chat:message")).content, content);
  }
});

test("a message that was refused may be sent again under its client id", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  assert.equal((await ada.ask("chat:message", text("", { clientMessageId: "mine" }))).ok, false);
  assert.equal((await ada.ask("chat:message", text("better", { clientMessageId: "mine" }))).ok, true);
  assert.equal((await grace.next("chat:message")).content, "better");
});

test("§8.1-timestamp: the author's time is kept when it is an ISO date-time of at most 40 characters", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const kept = [
    "2024-01-02T03:04:05.678Z",
    "2024-01-02T03:04:05Z",
    "2024-02-29T23:59:59+02:00",
    "1999-12-31T23:59:59.999999-11:30",
  ];
  for (const timestamp of kept) {
    ada.emit("chat:message", text("hello", { timestamp }));
    assert.equal((await grace.next("chat:message")).timestamp, timestamp);
  }
});

test("§8.1-timestamp: any other time is replaced by the server's", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const replaced = [
    undefined,
    null,
    7,
    Date.now(),
    true,
    {},
    [],
    "",
    "yesterday",
    "12:30",
    "<b>2024-01-02T03:04:05Z</b>",
    "2024-13-02T03:04:05Z",
    "2024-01-32T03:04:05Z",
    "2024-01-02T25:04:05Z",
    `2024-01-02T03:04:05.${"0".repeat(21)}Z`,
  ];
  for (const timestamp of replaced) {
    ada.emit("chat:message", text("hello", { timestamp }));
    assertTime((await grace.next("chat:message")).timestamp);
  }
});
