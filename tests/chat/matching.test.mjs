// Finding a partner (contract §7).

import assert from "node:assert/strict";
import { test } from "node:test";
import { match, startChat } from "./support/server.mjs";
import { nothingMore, settle } from "./support/guest.mjs";

const searching = { message: "Searching for available users" };
const noUsers = { message: "No users available for matching. Waiting for someone to join..." };
const roomOf = (a, b) => [a.id, b.id].sort().join("_");
const profileOf = ({ user: { id, username, location, gender, language } }) => ({
  id,
  username,
  isGuest: true,
  location,
  gender,
  language,
});

test("M1, §7-no-users: who searches alone is told so and stays in the queue", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  assert.deepEqual(await ada.ask("user:match"), { ok: true });
  assert.deepEqual(await ada.next("user:match:searching"), searching);
  assert.deepEqual(await ada.next("user:match:no_users"), noUsers);
  await nothingMore(ada);
  assert.deepEqual(ada.order(), ["connection:established", "user:match:searching", "user:match:no_users"]);
  assert.equal((await ada.record()).isSearching, true);
});

test("M2: the next who searches is paired with the one that waits, without a second request", async (t) => {
  const server = await startChat(t);
  const profile = { username: "Ada", location: { country: "FI" }, gender: "f", language: "fi" };
  const ada = await server.guest(profile);
  const grace = await server.guest("Grace");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  grace.emit("user:match", {});

  assert.deepEqual(await grace.next("user:match:searching"), searching);
  assert.deepEqual(await grace.next("user:matched"), { matchedUser: profileOf(ada), roomId: roomOf(ada, grace) });
  assert.deepEqual(await ada.next("user:matched"), { matchedUser: profileOf(grace), roomId: roomOf(ada, grace) });
  assert.equal(profileOf(ada).location.country, "FI");

  const joined = (guest) => ({ userId: guest.id, username: guest.name, message: `${guest.name} has joined the chat` });
  for (const guest of [ada, grace]) {
    assert.deepEqual(await guest.next("room:user_joined"), joined(grace), "the requester's comes first");
    assert.deepEqual(await guest.next("room:user_joined"), joined(ada));
  }
  await ada.next("user:match:searching");
  await nothingMore(ada, grace);
});

test("M10: a match is told in the same order to both", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const matched = ["user:matched", "room:user_joined", "room:user_joined"];
  assert.deepEqual(ada.order(1), ["user:match:searching", "user:match:no_users", ...matched]);
  assert.deepEqual(grace.order(1), ["user:match:searching", ...matched]);
});

test("I1, I2, I3: a pair is symmetric, and neither of the two searches any longer", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const [a, b] = [await ada.record(), await grace.record()];
  assert.deepEqual([a.connectedUser, b.connectedUser], [grace.id, ada.id]);
  assert.deepEqual([a.isSearching, b.isSearching], [false, false]);
});

test("M10: nothing of a new chat comes before user:matched", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  for (let round = 0; round < 20; ++round) {
    const guests = [ada, grace];
    const from = guests.map((guest) => guest.seen.length);
    ada.emit("user:match");
    grace.emit("user:match");
    // Both talk the moment they are matched; the other may hear that only after its own match.
    await Promise.all(
      guests.map(async (guest) => {
        await guest.next("user:matched");
        guest.emit("chat:message", { type: "text", content: "first" });
        guest.emit("webrtc:ice-candidate", { candidate: null });
      }),
    );
    for (const [i, guest] of guests.entries()) {
      await guest.next("chat:message");
      await guest.next("webrtc:ice-candidate");
      const order = guest.order(from[i]);
      const matchedAt = order.indexOf("user:matched");
      assert.deepEqual(order.slice(matchedAt + 1, matchedAt + 3), ["room:user_joined", "room:user_joined"], `${order}`);
      for (const event of ["chat:message", "webrtc:ice-candidate", "room:user_joined"]) {
        assert.ok(order.indexOf(event) > matchedAt, `${event} came before user:matched: ${order}`);
      }
    }
    ada.emit("leave-room");
    await Promise.all([ada.next("chat:clear:confirmed"), grace.next("chat:cleared")]);
    await settle(ada, grace);
    guests.forEach((guest) => guest.forget());
  }
});

test("M5: searching again while searching changes nothing", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (let i = 0; i < 3; ++i) {
    ada.emit("user:match");
    assert.deepEqual(await ada.next("user:match:searching"), searching);
    assert.deepEqual(await ada.next("user:match:no_users"), noUsers);
  }
  const grace = await server.guest("Grace");
  grace.emit("user:match");
  await Promise.all([ada.next("user:matched"), grace.next("user:matched")]);
  const third = await server.guest("Third");
  third.emit("user:match");
  await third.next("user:match:no_users");
  await settle(ada, grace);
  assert.equal((await ada.record()).connectedUser, grace.id, "one place in the queue gives one match");
  assert.equal(ada.order().filter((event) => event === "user:matched").length, 1);
});

test("M7: a cancelled search leaves the queue", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  assert.deepEqual(await ada.ask("user:match:cancel", {}), { ok: true });
  assert.deepEqual(await ada.next("user:match:cancelled"), { message: "Matching cancelled" });
  assert.equal((await ada.record()).isSearching, false);

  const grace = await server.guest("Grace");
  grace.emit("user:match");
  await grace.next("user:match:no_users");
  await ada.next("user:match:searching");
  await nothingMore(ada);
});

test("M7: cancelling without a search is answered as well", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (let i = 0; i < 2; ++i) {
    ada.emit("user:match:cancel");
    assert.deepEqual(await ada.next("user:match:cancelled"), { message: "Matching cancelled" });
  }
});

test("M7: a pair that was formed stands against a later cancel", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const answer = await ada.ask("user:match:cancel");
  assert.equal(answer.ok, false);
  assert.equal(answer.error.code, "IN_CHAT");
  await settle(ada, grace);
  for (const guest of [ada, grace]) assert.ok(!guest.order().includes("user:match:cancelled"));
  ada.emit("chat:message", { type: "text", content: "still here" });
  assert.equal((await grace.next("chat:message")).content, "still here");
});

test("M7: of a cancel and a match at the same moment exactly one happens", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  for (let round = 0; round < 30; ++round) {
    const from = ada.seen.length;
    ada.emit("user:match");
    await ada.next("user:match:searching");
    grace.emit("user:match");
    const answer = await ada.ask("user:match:cancel");
    const matched = !answer.ok;
    // A pair that stands is told of once it is kept, which may be later than the answer.
    if (matched) await Promise.all([ada.next("user:matched"), grace.next("user:matched")]);
    await settle(ada, grace);
    const order = ada.order(from);
    assert.equal(order.includes("user:matched"), matched, `${order}`);
    assert.equal(order.includes("user:match:cancelled"), !matched, `${order}`);
    assert.equal((await grace.record()).connectedUser, matched ? ada.id : null);
    for (const guest of [ada, grace]) {
      await guest.ask("leave-room");
      await guest.ask("user:match:cancel");
    }
    await settle(ada, grace);
    [ada, grace].forEach((guest) => guest.forget());
  }
});

test("M6, §7-rematch: searching inside a chat means next: the partner is told and the search starts", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const from = ada.seen.length;
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  await settle(ada, grace);
  assert.deepEqual(ada.order(from), [
    "room:user_left",
    "chat:clear:confirmed",
    "user:match:searching",
    "user:match:no_users",
  ]);
  const left = { userId: ada.id, username: "Ada", message: "Ada has left the chat" };
  assert.deepEqual(await grace.next("room:user_left"), left);
  assert.deepEqual(await grace.next("chat:cleared"), { userId: ada.id, username: "Ada", reason: "User left the chat" });
  await nothingMore(grace);
  const [a, b] = [await ada.record(), await grace.record()];
  assert.deepEqual([a.isSearching, a.connectedUser], [true, null]);
  assert.deepEqual([b.isSearching, b.connectedUser], [false, null]);
});

test("M4: two previous partners who are the only ones are matched again", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  await ada.ask("leave-room");
  await settle(ada, grace);
  [ada, grace].forEach((guest) => guest.forget());
  await match(ada, grace);
  assert.equal((await ada.record()).connectedUser, grace.id);
});

test("M8, I4: a guest that went offline is never handed out", async (t) => {
  const server = await startChat(t);
  const gone = [];
  for (let i = 0; i < 4; ++i) {
    const ghost = await server.guest(`Ghost${i}`);
    ghost.emit("user:match");
    await ghost.next("user:match:searching");
    // One by one, so that they do not find each other.
    if (i % 2) ghost.socket.io.engine.close();
    else ghost.disconnect();
    await ghost.next("disconnect");
    await server.offline(ghost);
    gone.push(ghost);
  }
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  await ada.next("user:match:searching");
  await nothingMore(ada);
  for (const ghost of gone) assert.equal((await ghost.record()).isSearching, false);
});

test("§7-search-flag, I4: a guest that comes back after a search is not matched without asking", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  ada.disconnect();
  await server.offline(ada);
  ada.forget();
  await ada.connect();
  assert.equal(ada.established.isSearching, false);

  const grace = await server.guest("Grace");
  grace.emit("user:match");
  await grace.next("user:match:no_users");
  await nothingMore(ada);
});

test("M9: a guest never matches itself through two sockets", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  const twin = await server.twin(ada).connect();
  twin.emit("user:match");
  await twin.next("user:match:searching");
  await twin.next("user:match:no_users");
  await nothingMore(twin);
  assert.equal((await ada.record()).connectedUser, null);
});
