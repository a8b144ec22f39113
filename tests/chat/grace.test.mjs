// Lost connections and the return from them (contract §5.3, §8.5, §9.4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, nothingMore, settle } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

const graceful = { DISCONNECT_GRACE_MS: "60000" };
const closed = ({ id, name }, reason) => ({
  userId: id,
  username: name,
  message: "The other user has left. Room closed.",
  reason,
});

/** Closes the guest's transport without a word of Socket.IO. */
async function lose(guest) {
  guest.socket.io.engine.close();
  await guest.next("disconnect");
}

test("§9.4-grace, §9.4-return, §6.2-partner-presence, §9.5-reconnect: the partner hears of a lost connection and of the return, and the chat goes on", async (t) => {
  const server = await startChat(t, graceful);
  const [ada, grace] = await server.pair();
  await lose(ada);
  const gone = await grace.next("presence:user_offline");
  assert.deepEqual({ ...gone, lastSeen: "" }, { userId: ada.id, username: ada.name, isOnline: false, lastSeen: "" });
  const { isOnline, connectedUser } = await ada.record();
  assert.deepEqual([isOnline, connectedUser], [true, grace.id]);

  await ada.connect();
  const { roomId, matchedUser } = ada.established.activeChat;
  assert.equal(roomId, [ada.id, grace.id].sort().join("_"));
  assert.deepEqual([matchedUser.id, matchedUser.username], [grace.id, grace.name]);
  const back = await grace.next("presence:user_online");
  assert.deepEqual([back.userId, back.isOnline], [ada.id, true]);
  grace.emit("chat:message", { type: "text", content: "welcome back" });
  assert.equal((await ada.next("chat:message")).content, "welcome back");
  await grace.next("chat:message:sent");
  await nothingMore(ada, grace);
});

test("§8.5-held-back, §8.5-again, §5.3-3: messages to a guest that is away are confirmed, and told in order on its return", async (t) => {
  const server = await startChat(t, graceful);
  const [ada, grace] = await server.pair();
  grace.emit("chat:message", { type: "text", content: "confirmed" });
  const { id } = await ada.next("chat:message");
  await ada.ask("chat:message:delivered", { messageId: id });
  grace.emit("chat:message", { type: "text", content: "heard only" });
  await ada.next("chat:message");
  await lose(ada);
  await grace.next("presence:user_offline");
  for (const content of ["first", "second"]) {
    assert.equal((await grace.ask("chat:message", { type: "text", content })).status, "sent");
  }
  const start = ada.seen.length;
  await ada.connect();
  await settle(ada, grace);
  assert.deepEqual(ada.order(start), ["connection:established", "chat:message", "chat:message", "chat:message"]);
  const heard = ada.seen.slice(start).filter(({ event }) => event === "chat:message");
  assert.deepEqual(
    heard.map(({ payload }) => payload.content),
    ["heard only", "first", "second"],
  );
  await ada.ask("chat:message:delivered", { messageId: heard[2].payload.id });
  await grace.next("chat:message:delivered", ({ messageId }) => messageId === heard[2].payload.id);
});

test("§9.4-over, §5.3-ended-away, §9.2-partner-offline: who does not return in time has left; §5.3: and hears so once", async (t) => {
  const server = await startChat(t, { DISCONNECT_GRACE_MS: "300" });
  const [ada, grace] = await server.pair();
  await lose(ada);
  await grace.next("presence:user_offline");
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "user_disconnected"));
  await server.offline(ada);
  const start = ada.seen.length;
  await ada.connect();
  assert.equal(ada.established.activeChat, null);
  assert.deepEqual(await ada.next("room:closed"), closed(grace, "partner_offline"));
  await settle(ada);
  assert.deepEqual(ada.order(start), ["connection:established", "room:closed"]);
  await lose(ada);
  await ada.connect();
  await nothingMore(ada, grace);
});

test("§9.3: a client that disconnects on purpose has no grace", async (t) => {
  const server = await startChat(t, graceful);
  const [ada, grace] = await server.pair();
  ada.disconnect();
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "user_disconnected"));
  await server.offline(ada);
});

test("§5.3: who was away when its partner left hears that the chat is over", async (t) => {
  const server = await startChat(t, graceful);
  const [ada, grace] = await server.pair();
  await lose(ada);
  await grace.next("presence:user_offline");
  await grace.ask("leave-room");
  await ada.connect();
  assert.equal(ada.established.activeChat, null);
  assert.deepEqual(await ada.next("room:closed"), closed(grace, "partner_offline"));
});

test("I4: a lost connection ends a search at once", async (t) => {
  const server = await startChat(t, graceful);
  const ada = await server.guest("Ada");
  await ada.ask("user:match");
  await lose(ada);
  await eventually("Ada is offline", async () => {
    const { isOnline, isSearching } = await ada.record();
    return !isOnline && !isSearching;
  });
});
