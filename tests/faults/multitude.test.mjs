// A thousand guests who all do the same in the same instant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "../chat/support/server.mjs";

async function multitude(server, size) {
  const guests = [];
  for (let i = 0; i < size; i += 20) {
    const names = Array.from({ length: Math.min(20, size - i) }, (_, j) => `Guest${i + j}`);
    guests.push(...(await Promise.all(names.map((name) => server.guest(name)))));
  }
  return guests;
}

const matchesOf = (guest) => guest.seen.filter(({ event }) => event === "user:matched").map(({ payload }) => payload);
const slowly = 60_000;

/** Everything these guests sent has been acted on, and each has got what it led to before. */
async function allDone(guests) {
  for (let round = 0; round < 2; ++round) {
    await Promise.all(guests.map((guest) => guest.socket.timeout(slowly).emitWithAck("presence:heartbeat", {})));
  }
}

/** Whoever was matched was so once, and agrees with its partner. Resolves to the number of pairs. */
function pairsAmong(guests) {
  const byId = new Map(guests.map((guest) => [guest.id, guest]));
  const matched = guests.filter((guest) => matchesOf(guest).length > 0);
  for (const guest of matched) {
    assert.equal(matchesOf(guest).length, 1, `${guest.name} was matched more than once`);
    const [{ matchedUser, roomId }] = matchesOf(guest);
    const [theirs] = matchesOf(byId.get(matchedUser.id));
    assert.notEqual(matchedUser.id, guest.id);
    assert.equal(theirs.matchedUser.id, guest.id);
    assert.equal(theirs.roomId, roomId);
  }
  assert.equal(matched.length % 2, 0);
  return matched.length / 2;
}

test("M3: of 1001 guests who search in the same instant all but one are in one pair each", async (t) => {
  const server = await startChat(t, { STATS_INTERVAL_MS: "5000" });
  const guests = await multitude(server, 1001);
  guests.forEach((guest) => guest.emit("user:match"));
  await Promise.all(guests.map((guest) => guest.next("user:match:searching", undefined, slowly)));
  await allDone(guests);
  assert.equal(pairsAmong(guests), 500);
  const { body } = await server.request("GET", "/api/stats", { token: guests[0].token });
  const { onlineUsers, availableUsers, connectedUsers } = body.data.stats;
  assert.deepEqual([onlineUsers, availableUsers, connectedUsers], [1001, 1, 500]);

  // All say "next" at once: everybody but one, or nobody but one, has a new partner.
  guests.forEach((guest) => {
    guest.seen.length = 0;
    guest.forget();
    guest.emit("user:match");
  });
  await Promise.all(guests.map((guest) => guest.next("user:match:searching", undefined, slowly)));
  await allDone(guests);
  const after = (await server.request("GET", "/api/stats", { token: guests[0].token })).body.data.stats;
  assert.ok(after.availableUsers <= 1, `${after.availableUsers} search and do not find each other`);
  assert.equal(after.connectedUsers * 2 + after.availableUsers, await searchingOrInChat(guests, server));
});

/** How many guests search or are in a chat, by their own records, whose pairs must be symmetric. */
async function searchingOrInChat(guests, server) {
  const records = new Map();
  for (let i = 0; i < guests.length; i += 50) {
    const some = await Promise.all(guests.slice(i, i + 50).map((guest) => guest.record()));
    for (const record of some) records.set(record.id, record);
  }
  for (const { id, connectedUser } of records.values()) {
    if (connectedUser) assert.equal(records.get(connectedUser).connectedUser, id, "a one-sided pair");
  }
  return [...records.values()].filter(({ isSearching, connectedUser }) => isSearching || connectedUser).length;
}
