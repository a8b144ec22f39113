// Ending a chat, by leaving, by disconnecting and by deleting the session (contract §9).

import assert from "node:assert/strict";
import { test } from "node:test";
import { match, startChat } from "./support/server.mjs";
import { nothingMore, settle } from "./support/guest.mjs";

const left = ({ id, name }) => ({ userId: id, username: name, message: `${name} has left the chat` });
const cleared = ({ id, name }) => ({ userId: id, username: name, reason: "User left the chat" });
const confirmed = { message: "Chat cleared successfully" };
const closed = ({ id, name }, reason) => ({
  userId: id,
  username: name,
  message: "The other user has left. Room closed.",
  reason,
});

async function bothIdle(...guests) {
  for (const guest of guests) {
    const { connectedUser, isSearching } = await guest.record();
    assert.deepEqual([connectedUser, isSearching], [null, false], guest.name);
  }
}

for (const event of ["chat:clear", "leave-room"]) {
  test(`§9.1-1, §9.1-2, §9.1-3: ${event} ends the chat for both and tells each its part, in order`, async (t) => {
    const server = await startChat(t);
    const [ada, grace] = await server.pair();
    const [a, g] = [ada.seen.length, grace.seen.length];
    assert.deepEqual(await ada.ask(event), { ok: true });
    await settle(ada, grace);
    assert.deepEqual(ada.order(a), ["room:user_left", "chat:clear:confirmed"]);
    assert.deepEqual(grace.order(g), ["room:user_left", "chat:cleared"]);
    assert.deepEqual(await ada.next("room:user_left"), left(ada));
    assert.deepEqual(await ada.next("chat:clear:confirmed"), confirmed);
    assert.deepEqual(await grace.next("room:user_left"), left(ada));
    assert.deepEqual(await grace.next("chat:cleared"), cleared(ada));
    await bothIdle(ada, grace);
  });
}

test("§9.1-close-room, §9.2-room-closed: close-room also closes the partner's room, last", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const [a, g] = [ada.seen.length, grace.seen.length];
  assert.deepEqual(await ada.ask("close-room"), { ok: true });
  await settle(ada, grace);
  assert.deepEqual(ada.order(a), ["room:user_left", "chat:clear:confirmed"]);
  assert.deepEqual(grace.order(g), ["room:user_left", "chat:cleared", "room:closed"]);
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "room_closed"));
  await bothIdle(ada, grace);
});

test("whoever waited may leave as well as whoever asked", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  grace.emit("leave-room");
  assert.deepEqual(await ada.next("chat:cleared"), cleared(grace));
  await grace.next("chat:clear:confirmed");
  await bothIdle(ada, grace);
});

test("§9.1-outside: leaving outside a chat is only confirmed", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (const event of ["chat:clear", "leave-room", "close-room"]) {
    for (let i = 0; i < 2; ++i) {
      assert.deepEqual(await ada.ask(event), { ok: true }, event);
      assert.deepEqual(await ada.next("chat:clear:confirmed"), confirmed, event);
    }
  }
  await nothingMore(ada);
});

test("§9.1-outside: leaving outside a chat does not end a search", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  for (const event of ["chat:clear", "leave-room", "close-room"]) await ada.ask(event);
  assert.equal((await ada.record()).isSearching, true);
  const grace = await server.guest("Grace");
  grace.emit("user:match");
  assert.equal((await grace.next("user:matched")).matchedUser.id, ada.id);
});

test("§9.1-4, §9.5-released: both may be matched again at once, also with others", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("leave-room");
  await Promise.all([ada.next("chat:clear:confirmed"), grace.next("chat:cleared")]);
  const [eve, frank] = [await server.guest("Eve"), await server.guest("Frank")];
  await match(ada, eve);
  await match(grace, frank);
  const partners = [];
  for (const guest of [ada, eve, grace, frank]) partners.push((await guest.record()).connectedUser);
  assert.deepEqual(partners, [eve.id, ada.id, frank.id, grace.id]);
});

test("when both leave at the same moment each is confirmed and the chat ends once", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  for (let round = 0; round < 20; ++round) {
    await match(ada, grace);
    const [a, g] = [ada.seen.length, grace.seen.length];
    ada.emit("leave-room");
    grace.emit("leave-room");
    await Promise.all([ada.next("chat:clear:confirmed"), grace.next("chat:clear:confirmed")]);
    await settle(ada, grace);
    const told = [...ada.order(a), ...grace.order(g)];
    const count = (event) => told.filter((name) => name === event).length;
    assert.deepEqual(
      [count("room:user_left"), count("chat:cleared"), count("chat:clear:confirmed")],
      [2, 1, 2],
      `${told}`,
    );
    [ada, grace].forEach((guest) => guest.forget());
  }
});

test("when one leaves while the other disconnects both end idle", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (let round = 0; round < 10; ++round) {
    const grace = await server.guest("Grace");
    await match(ada, grace);
    ada.emit("leave-room");
    grace.disconnect();
    await ada.next("chat:clear:confirmed");
    await server.offline(grace);
    await settle(ada);
    await bothIdle(ada, grace);
    ada.forget();
  }
});

test("§9.3-deliberate, §9.2-user-disconnected: a deliberate disconnect closes the partner's room", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const from = grace.seen.length;
  ada.disconnect();
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "user_disconnected"));
  await server.offline(ada);
  await settle(grace);
  assert.deepEqual(grace.order(from), ["room:closed"]);
  await bothIdle(ada, grace);
});

test("without a grace period a lost transport ends the chat as well", async (t) => {
  const server = await startChat(t, { DISCONNECT_GRACE_MS: "0" });
  const [ada, grace] = await server.pair();
  ada.socket.io.engine.close();
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "user_disconnected"));
  await server.offline(ada);
  await bothIdle(ada, grace);
});

test("a guest that does not answer the heartbeat is disconnected", async (t) => {
  const server = await startChat(t, { SOCKET_PING_INTERVAL: "200", SOCKET_PING_TIMEOUT: "300" });
  const [ada, grace] = await server.pair();
  // The client goes on as if nothing had happened, only its pongs are lost.
  ada.socket.io.engine.transport.send = () => {};
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "user_disconnected"));
  await server.offline(ada);
});

test("whoever returns after its chat ended starts idle", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.disconnect();
  await grace.next("room:closed");
  await server.offline(ada);
  await ada.connect();
  assert.deepEqual([ada.established.activeChat, ada.established.isSearching], [null, false]);
  const answer = await ada.ask("chat:message", { type: "text", content: "anyone?" });
  assert.equal(answer.error.code, "NOT_IN_CHAT");
});

test("§9.2-session-ended, §4-delete: deleting the session tells the partner and ends the socket", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const { status } = await server.request("DELETE", "/api/guest/me", { token: ada.token });
  assert.equal(status, 200);
  assert.deepEqual(await grace.next("room:closed"), closed(ada, "session_ended"));
  assert.equal(typeof (await ada.next("disconnect")), "string");
  await settle(grace);
  await bothIdle(grace);
  const back = server.twin(ada).open();
  const error = await back.next("connect_error");
  assert.deepEqual([error.message, error.data.code], ["Guest session not found or expired", "SESSION_NOT_FOUND"]);
});

for (const transport of ["websocket", "polling"]) {
  test(`§5.5-deleted: a guest whose session is deleted is told so before its transport closes, over ${transport}`, async (t) => {
    const server = await startChat(t);
    const ada = await server.guest("Ada", { transports: [transport] });
    await server.request("DELETE", "/api/guest/me", { token: ada.token });
    assert.deepEqual(await ada.next("error"), { message: "Authentication failed", code: "SESSION_NOT_FOUND" });
    assert.match(await ada.next("disconnect"), /^transport/);
  });
}

test("a searching guest whose session is deleted leaves the queue", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  await server.request("DELETE", "/api/guest/me", { token: ada.token });
  const grace = await server.guest("Grace");
  grace.emit("user:match");
  await grace.next("user:match:no_users");
});

test("§9.5-session-expired: a partner is told of an end that comes after more than a session's life", async (t) => {
  const server = await startChat(t, { SESSION_TTL_SECONDS: "1" });
  const [ada, grace] = await server.pair();
  // Twice the life of a session that nobody uses; these two are used by being connected.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  ada.disconnect();
  const closed = await grace.next("room:closed");
  assert.deepEqual([closed.userId, closed.reason], [ada.id, "user_disconnected"]);
  assert.equal((await grace.record()).connectedUser, null);
});
