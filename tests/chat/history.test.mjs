// The stored messages of the present chat (contract §6.1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";

test("§6.1-history: chat:history gives own and partner's messages in order, with what became of them", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const first = await ada.ask("chat:message", { type: "text", content: "one", clientMessageId: "c1" });
  await grace.next("chat:message");
  await grace.ask("chat:message:delivered", { messageId: first.messageId });
  const second = await grace.ask("chat:message", { type: "text", content: "two", clientMessageId: "c2" });

  const { ok, messages } = await ada.ask("chat:history");
  assert.equal(ok, true);
  const { deliveredAt, ...own } = messages[0];
  assert.match(deliveredAt, /^\d{4}-.*Z$/);
  assert.deepEqual(own, {
    id: first.messageId,
    senderId: ada.id,
    senderUsername: ada.name,
    type: "text",
    content: "one",
    timestamp: first.timestamp,
    seq: 1,
    status: "delivered",
    clientMessageId: "c1",
  });
  assert.deepEqual(messages.slice(1), [
    {
      id: second.messageId,
      senderId: grace.id,
      senderUsername: grace.name,
      type: "text",
      content: "two",
      timestamp: second.timestamp,
      seq: 2,
      status: "sent",
    },
  ]);
  const later = await ada.ask("chat:history", { afterSeq: 1 });
  assert.deepEqual(
    later.messages.map(({ seq }) => seq),
    [2],
  );
});

test("chat:history is refused for nonsense and outside a chat, and shows nothing of an earlier chat", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const payload of [{ afterSeq: -1 }, { afterSeq: "1" }, { afterSeq: 1.5 }, "text", 7]) {
    const { ok, error } = await ada.ask("chat:history", payload);
    assert.deepEqual([ok, error.code], [false, "INVALID_MESSAGE"], JSON.stringify(payload));
    await ada.next("chat:error");
  }
  await ada.ask("chat:message", { type: "text", content: "of the past" });
  await ada.ask("leave-room");
  assert.equal((await ada.ask("chat:history")).error.code, "NOT_IN_CHAT");
  assert.equal((await ada.next("chat:error")).message, "You are not connected to any user");
  await ada.ask("user:match");
  await grace.ask("user:match");
  await ada.next("user:matched");
  assert.deepEqual(await ada.ask("chat:history"), { ok: true, messages: [] });
});
