// Typing, presence, profiles and statistics (contract §6.1, §12).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { eventually, nothingMore, settle } from "./support/guest.mjs";
import { assertTime } from "./support/shapes.mjs";

const numbers = (totalUsers, onlineUsers, activeUsers, availableUsers, connectedUsers) => ({
  totalUsers,
  onlineUsers,
  activeUsers,
  availableUsers,
  connectedUsers,
  usersInChat: 2 * connectedUsers,
});
const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
const listed = ({ user: { id, username, location, gender, language } }, isSearching = false) => ({
  id,
  username,
  isOnline: true,
  isSearching,
  location,
  gender,
  language,
  isGuest: true,
});

function withoutTimes(users) {
  return users.map(({ lastSeen, ...user }) => {
    assertTime(lastSeen);
    return user;
  });
}

test("§6.1-typing: the partner sees typing start and stop", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const event of ["chat:typing:start", "chat:typing:stop", "chat:typing:start"]) {
    ada.emit(event);
    assert.deepEqual(await grace.next(event), { userId: ada.id, username: "Ada" });
  }
  grace.emit("chat:typing:start", { userId: ada.id, username: "Root" });
  assert.deepEqual(await ada.next("chat:typing:start"), { userId: grace.id, username: "Grace" });
  await nothingMore(ada, grace);
});

test("§6.1-typing: typing outside a chat is dropped in silence", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  ada.emit("chat:typing:start");
  ada.emit("chat:typing:stop");
  await nothingMore(ada, grace);
});

test("§6.1-presence: presence claims of a client never log it out or change its search", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  await ada.next("user:match:searching");
  ada.emit("presence:online", { isOnline: false, timestamp: new Date().toISOString() });
  ada.emit("presence:searching", { isSearching: false });
  ada.emit("presence:heartbeat", { timestamp: new Date().toISOString() });
  await nothingMore(ada);
  const { isOnline, isSearching } = await ada.record();
  assert.deepEqual([isOnline, isSearching], [true, true]);

  ada.emit("user:match:cancel");
  await ada.next("user:match:cancelled");
  ada.emit("presence:searching", { isSearching: true });
  await settle(ada);
  assert.equal((await ada.record()).isSearching, false);
});

test("§6.2-own-presence: a guest can ask for its own presence", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (const isSearching of [false, true]) {
    if (isSearching) await ada.ask("user:match");
    assert.deepEqual(await ada.ask("presence:request_update"), { ok: true });
    const { lastSeen, ...presence } = await ada.next("presence:update");
    assertTime(lastSeen);
    assert.deepEqual(presence, { userId: ada.id, isOnline: true, isSearching });
  }
});

test("§12.1-presence: any event refreshes when a guest was last seen", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  for (const event of ["presence:heartbeat", "presence:online", "get:stats"]) {
    const before = (await ada.record()).lastSeen;
    await eventually("the clock moved on", () => Date.now() > Date.parse(before) + 1);
    await ada.ask(event, {});
    const after = (await ada.record()).lastSeen;
    assert.ok(after > before, `${event}: ${before} → ${after}`);
  }
});

for (const event of ["guest:register", "guest:update"]) {
  test(`§6.1-profile: ${event} stores a valid profile and never the identity`, async (t) => {
    const server = await startChat(t);
    const ada = await server.guest("Ada");
    await ada.ask(event, {
      id: "guest_forged",
      username: "Root",
      isGuest: false,
      deviceId: "device-1",
      location: { country: "FI", city: "Espoo" },
      gender: "f",
      language: "fi",
    });
    await nothingMore(ada);
    const { lastSeen, ...record } = await ada.record();
    assert.deepEqual(record, {
      id: ada.id,
      username: "Ada",
      isOnline: true,
      isSearching: false,
      connectedUser: null,
      isGuest: true,
      sessionId: ada.user.sessionId,
      location: { country: "FI", city: "Espoo" },
      gender: "f",
      language: "fi",
    });
  });

  test(`§6.1-profile: ${event} keeps the values that it does not carry or that are not valid`, async (t) => {
    const server = await startChat(t);
    const profile = { location: { country: "FI" }, gender: "f", language: "fi" };
    const ada = await server.guest({ username: "Ada", ...profile });
    const payloads = [
      {},
      { deviceId: "d".repeat(101) },
      { gender: 7, language: "l".repeat(21), location: "Espoo" },
      { location: { country: "c".repeat(51) } },
      { location: ["FI"] },
    ];
    for (const payload of payloads) await ada.ask(event, payload);
    await nothingMore(ada);
    const { location, gender, language } = await ada.record();
    assert.deepEqual({ location, gender, language }, profile);

    // One bad value does not spoil the others.
    await ada.ask(event, { gender: 7, language: "sv" });
    assert.equal((await ada.record()).language, "sv");
  });
}

test("a profile given over the socket is what the next partner sees", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  await ada.ask("guest:update", { language: "fi" });
  await ada.ask("user:match");
  grace.emit("user:match");
  assert.equal((await grace.next("user:matched")).matchedUser.language, "fi");
});

test("§12.2-numbers, §12.2-integer, §12.2-active: the statistics count sessions, guests, sockets, searches and pairs", async (t) => {
  const server = await startChat(t);
  await server.account();
  const [ada] = await server.pair();
  const searcher = await server.guest("Searcher");
  await searcher.ask("user:match");
  const expected = numbers(4, 3, 3, 1, 1);

  ada.forget();
  assert.deepEqual(await ada.ask("get:stats"), { ok: true });
  const { stats, onlineUsers, timestamp } = await ada.next("realtime:stats", ({ stats }) => same(stats, expected));
  assert.deepEqual(stats, expected);
  assertTime(timestamp);
  assert.equal(onlineUsers.length, 3);

  assert.deepEqual(await ada.ask("stats:request"), { ok: true });
  assert.deepEqual(await ada.next("stats:update"), expected);
});

test("§12.2-requests: statistics that one guest asks for go to that guest alone", async (t) => {
  const server = await startChat(t, { STATS_INTERVAL_MS: "20" });
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  await grace.next("realtime:stats", ({ stats }) => stats.onlineUsers === 2);
  await ada.next("realtime:stats", ({ stats }) => stats.onlineUsers === 2);
  await eventually("the broadcasts are over", () => quietFor(grace, 200));
  const before = grace.seen.length;
  for (const event of ["get:stats", "stats:request", "users:online:request"]) await ada.ask(event);
  for (const event of ["realtime:stats", "stats:update", "users:online:update"]) await ada.next(event);
  await grace.ask("presence:heartbeat", {});
  assert.equal(grace.seen.length, before);
});

/** True when nothing came for that long. */
async function quietFor(guest, ms) {
  const before = guest.seen.length;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return guest.seen.length === before;
}

test("§12.2-online-users: the online list tells who is there, newest first, and no secret", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest({ username: "Ada", location: { country: "FI" }, gender: "f", language: "fi" });
  const grace = await server.guest("Grace");
  const edith = await server.guest("Edith");
  await server.account({ username: "Absent" });
  assert.deepEqual(await edith.ask("users:online:request"), { ok: true });
  const users = await edith.next("users:online:update");
  assert.deepEqual(withoutTimes(users), [listed(edith), listed(grace), listed(ada)]);
  await ada.ask("user:match");
  edith.emit("users:online:request");
  const later = withoutTimes(await edith.next("users:online:update"));
  assert.deepEqual(
    later.find(({ id }) => id === ada.id),
    listed(ada, true),
  );
});

test("§12.2-online-users: the online list ends after 100 guests, the numbers do not", async (t) => {
  const server = await startChat(t);
  const guests = await Promise.all(Array.from({ length: 105 }, (_, i) => server.guest(`Guest${i}`)));
  const [ada] = guests;
  ada.emit("users:online:request");
  assert.equal((await ada.next("users:online:update")).length, 100);
  ada.emit("stats:request");
  assert.equal((await ada.next("stats:update")).onlineUsers, 105);
});

test("§12.2-after-change, M11: every change of the numbers is broadcast to everyone", async (t) => {
  const server = await startChat(t, { STATS_INTERVAL_MS: "50" });
  const witness = await server.guest("Witness");
  const tells = async (expected) => {
    const { stats, onlineUsers, timestamp } = await witness.next("realtime:stats", ({ stats }) =>
      same(stats, expected),
    );
    assert.equal(onlineUsers.length, stats.onlineUsers);
    assertTime(timestamp);
  };
  await tells(numbers(1, 1, 1, 0, 0));
  const ada = await server.guest("Ada");
  await tells(numbers(2, 2, 2, 0, 0));
  const grace = await server.guest("Grace");
  await tells(numbers(3, 3, 3, 0, 0));
  ada.emit("user:match");
  await tells(numbers(3, 3, 3, 1, 0));
  ada.emit("user:match:cancel");
  await tells(numbers(3, 3, 3, 0, 0));
  ada.emit("user:match");
  await tells(numbers(3, 3, 3, 1, 0));
  grace.emit("user:match");
  await tells(numbers(3, 3, 3, 0, 1));
  ada.emit("leave-room");
  await tells(numbers(3, 3, 3, 0, 0));
  ada.emit("user:match");
  await tells(numbers(3, 3, 3, 1, 0));
  ada.disconnect();
  await tells(numbers(3, 2, 2, 0, 0));
});

test("§12.2-cost: many changes are merged into few broadcasts, and the last one tells the final state", async (t) => {
  const interval = 300;
  const server = await startChat(t, { STATS_INTERVAL_MS: `${interval}` });
  const witness = await server.guest("Witness");
  const ada = await server.guest("Ada");
  const started = Date.now();
  const before = witness.seen.length;
  for (let i = 0; i < 40; ++i) {
    await ada.ask("user:match");
    if (i < 39) await ada.ask("user:match:cancel");
  }
  const last = await witness.next(
    "realtime:stats",
    ({ stats }) => stats.availableUsers === 1 && stats.onlineUsers === 2,
  );
  await eventually("the broadcasts are over", () => quietFor(witness, 3 * interval));
  const told = witness.seen.slice(before).filter(({ event }) => event === "realtime:stats");
  const most = Math.ceil((Date.now() - started) / interval) + 1;
  assert.ok(told.length <= most, `${told.length} broadcasts, at most ${most}`);
  assert.equal(told.at(-1).payload.stats.availableUsers, 1);
  assert.ok(last);
});

test("§5.3-4: a guest's own welcome comes before any broadcast", async (t) => {
  const server = await startChat(t, { STATS_INTERVAL_MS: "10" });
  await server.guest("Busy");
  for (let i = 0; i < 20; ++i) {
    const guest = await server.guest(`Guest${i}`);
    assert.equal(guest.seen[0].event, "connection:established");
  }
});
