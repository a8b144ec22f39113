// Many guests at once: every match is made exactly once, and the invariants of contract §1.1 hold throughout.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { eventually, settle } from "./support/guest.mjs";
import { random } from "./support/random.mjs";

const roomOf = (a, b) => [a, b].sort().join("_");

async function crowd(server, size) {
  const guests = [];
  // In tens: a listen queue is not what this test is about.
  for (let i = 0; i < size; i += 10) {
    const names = Array.from({ length: Math.min(10, size - i) }, (_, j) => `Guest${i + j}`);
    guests.push(...(await Promise.all(names.map((name) => server.guest(name)))));
  }
  return guests;
}

/** What each guest was told about its matches; the partner's id when that was exactly one. */
const matchesOf = (guest) => guest.seen.filter(({ event }) => event === "user:matched").map(({ payload }) => payload);

function assertPerfectMatching(guests) {
  const byId = new Map(guests.map((guest) => [guest.id, guest]));
  const rooms = new Map();
  for (const guest of guests) {
    const matches = matchesOf(guest);
    assert.equal(matches.length, 1, `${guest.name} was matched ${matches.length} times`);
    const [{ matchedUser, roomId }] = matches;
    assert.notEqual(matchedUser.id, guest.id);
    const partner = byId.get(matchedUser.id);
    assert.equal(matchesOf(partner)[0].matchedUser.id, guest.id, `${guest.name} and ${partner.name} disagree`);
    assert.equal(roomId, roomOf(guest.id, partner.id));
    rooms.set(roomId, (rooms.get(roomId) ?? 0) + 1);
  }
  assert.equal(rooms.size, guests.length / 2);
}

for (const WORKERS of ["1", "2"]) {
  test(`M3, §7-atomic, I1, I2, I3: 200 guests who search at the same moment form 100 pairs, with ${WORKERS} worker(s)`, async (t) => {
    const server = await startChat(t, { WORKERS });
    const guests = await crowd(server, 200);
    guests.forEach((guest) => guest.emit("user:match"));
    await Promise.all(guests.map((guest) => guest.next("user:matched", undefined, 20_000)));
    await settle(...guests);
    assertPerfectMatching(guests);
    const { body } = await server.request("GET", "/api/stats", { token: guests[0].token });
    const { availableUsers, connectedUsers, onlineUsers } = body.data.stats;
    assert.deepEqual(
      { availableUsers, connectedUsers, onlineUsers },
      { availableUsers: 0, connectedUsers: 100, onlineUsers: 200 },
    );

    // Every pair can talk, and each hears its own partner alone.
    guests.forEach((guest) => guest.emit("chat:message", { type: "text", content: `from ${guest.id}` }));
    await Promise.all(
      guests.map(async (guest) => {
        const { senderId, content } = await guest.next("chat:message", undefined, 20_000);
        assert.equal(senderId, matchesOf(guest)[0].matchedUser.id);
        assert.equal(content, `from ${senderId}`);
      }),
    );
    await settle(...guests);
    for (const guest of guests) assert.equal(guest.order().filter((event) => event === "chat:message").length, 1);
  });

  test(`M3, M2: of 201 guests exactly one is left, and the next who comes finds it, with ${WORKERS} worker(s)`, async (t) => {
    const server = await startChat(t, { WORKERS });
    const guests = await crowd(server, 201);
    guests.forEach((guest) => guest.emit("user:match"));
    await Promise.all(guests.map((guest) => guest.next("user:match:searching", undefined, 20_000)));
    await settle(...guests);
    const left = guests.filter((guest) => matchesOf(guest).length === 0);
    assert.equal(left.length, 1);
    assertPerfectMatching(guests.filter((guest) => guest !== left[0]));
    assert.equal((await left[0].record()).isSearching, true);

    const late = await server.guest("Late");
    late.emit("user:match");
    assert.equal((await late.next("user:matched")).matchedUser.id, left[0].id);
    assert.equal((await left[0].next("user:matched")).matchedUser.id, late.id);
  });

  test(`M8, I2: guests who search, cancel and go at the same moment leave no one-sided pair, with ${WORKERS} worker(s)`, async (t) => {
    const server = await startChat(t, { WORKERS });
    const guests = await crowd(server, 60);
    guests.forEach((guest, i) => {
      guest.emit("user:match");
      if (i % 3 === 1) guest.emit("user:match:cancel");
      if (i % 6 === 2) guest.disconnect();
    });
    await assertConsistent(server, guests);
  });
}

/** Reads the truth of every guest from the server once all is at rest: I1 to I4. */
async function assertConsistent(server, guests) {
  for (const guest of guests) if (!guest.present) await server.offline(guest);
  await settle(...guests.filter(({ present }) => present));
  const records = new Map();
  for (const guest of guests) records.set(guest.id, await guest.record());
  let searching = 0;
  let inChat = 0;
  for (const record of records.values()) {
    const who = `${record.username} ${JSON.stringify(record)}`;
    assert.ok(!(record.isSearching && record.connectedUser), `searches inside a chat: ${who}`);
    assert.ok(record.isOnline || !record.isSearching, `searches offline: ${who}`);
    assert.ok(record.isOnline || !record.connectedUser, `in a chat offline: ${who}`);
    if (record.connectedUser)
      assert.equal(records.get(record.connectedUser).connectedUser, record.id, `one-sided: ${who}`);
    searching += record.isSearching;
    inChat += record.connectedUser !== null;
  }
  assert.ok(searching <= 1, `${searching} guests search and do not find each other`);
  const witness = guests.find(({ present }) => present);
  const { body } = await server.request("GET", "/api/stats", { token: witness.token });
  const { availableUsers, connectedUsers } = body.data.stats;
  assert.deepEqual({ availableUsers, connectedUsers }, { availableUsers: searching, connectedUsers: inChat / 2 });
  return records;
}

/** Follows one guest's own events and requires at each that it is heard by its partner of that moment alone (I5). */
function follow(guest) {
  const view = { partner: null };
  const heard = {
    "user:match:searching": () => assert.equal(view.partner, null, "a search starts outside a chat"),
    "user:matched": ({ matchedUser }) => {
      assert.equal(view.partner, null, "matched inside a chat");
      view.partner = matchedUser.id;
    },
    "chat:cleared": ({ userId }) => {
      assert.equal(userId, view.partner, "cleared by somebody else");
      view.partner = null;
    },
    "room:closed": ({ userId, reason }) => {
      // After close-room the chat is cleared already, and whoever returns hears of an end that it has missed;
      // otherwise this is what ends it.
      if (reason === "partner_offline") assert.equal(view.partner, null, "told of a chat that goes on");
      else if (reason !== "room_closed") assert.equal(userId, view.partner, "closed by somebody else");
      view.partner = null;
    },
    "chat:clear:confirmed": () => (view.partner = null),
    "chat:message": ({ senderId }) => assert.equal(senderId, view.partner, "a message of somebody else"),
    "chat:typing:start": ({ userId }) => assert.equal(userId, view.partner, "typing of somebody else"),
    "webrtc:offer": ({ from }) => assert.equal(from, view.partner, "a call of somebody else"),
    "connection:established": ({ activeChat }) => {
      assert.equal(activeChat, null, "without grace no chat survives");
      view.partner = null;
    },
  };
  view.check = (from) => {
    for (const { event, payload } of guest.seen.slice(from)) {
      try {
        heard[event]?.(payload);
      } catch (error) {
        throw new Error(`${guest.name}: ${error.message}\n${guest.order().join(" ")}`);
      }
    }
    return guest.seen.length;
  };
  return view;
}

for (const [WORKERS, seed] of [
  ["1", 1],
  ["2", 2],
  ["2", 3],
]) {
  test(`I1, I2, I3, I4, I5: a crowd that comes, talks, leaves and goes keeps the invariants (seed ${seed}, ${WORKERS} worker(s))`, async (t) => {
    const server = await startChat(t, { WORKERS });
    const guests = await crowd(server, 40);
    const views = guests.map(follow);
    const checked = guests.map(() => 0);
    const dice = random(seed);

    const actions = [
      [30, (guest) => guest.emit("user:match")],
      [30, (guest) => guest.emit("chat:message", { type: "text", content: `from ${guest.id}` })],
      [10, (guest) => guest.emit("chat:typing:start")],
      [5, (guest) => guest.emit("webrtc:offer", { offer: {}, type: "audio" })],
      [8, (guest) => guest.emit("leave-room")],
      [5, (guest) => guest.emit("close-room")],
      [6, (guest) => guest.emit("user:match:cancel")],
      [6, (guest) => (dice(2) ? guest.disconnect() : guest.socket.io.engine.close())],
    ];
    const total = actions.reduce((sum, [weight]) => sum + weight, 0);
    const pick = () => {
      let left = dice(total);
      return actions.find(([weight]) => (left -= weight) < 0)[1];
    };

    for (let round = 0; round < 15; ++round) {
      for (let step = 0; step < 200; ++step) {
        const guest = guests[dice(guests.length)];
        if (guest.present) pick()(guest);
        // Gives the answers a chance to arrive in between, so that actions meet every state.
        if (step % 20 === 19) await settle(guests.find(({ present }) => present));
      }
      const records = await assertConsistent(server, guests);
      for (const [i, guest] of guests.entries()) {
        const partner = records.get(guest.id).connectedUser;
        // Two who are bound are told so once their chat is kept, which may be a moment later.
        await eventually(`${guest.name} knows its partner ${partner}`, () => {
          checked[i] = views[i].check(checked[i]);
          return !guest.present || views[i].partner === partner;
        });
        guest.forget();
      }
      await Promise.all(guests.filter(({ present }) => !present).map((guest) => guest.connect()));
    }
  });
}
