// Everybody comes back at once, because the server was away (contract §1.4, §9.4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lives } from "../chat/support/records.mjs";
import { match } from "../chat/support/server.mjs";

const pairs = 250;
const slowly = 60_000;

for (const how of ["stop", "kill"]) {
  test(`after a ${how} ${2 * pairs} guests come back in the same instant, each to its own chat`, async (t) => {
    const lives = await Lives.begin(t, { DISCONNECT_GRACE_MS: "30000", STATS_INTERVAL_MS: "5000" });
    const chats = [];
    for (let i = 0; i < pairs; ++i) {
      const a = await lives.server.guest(`Asker${i}`);
      const b = await lives.server.guest(`Bearer${i}`);
      chats.push({ a, b, roomId: await match(a, b) });
    }
    // Half of the guests have said something that their partner has not confirmed.
    for (const { a, b } of chats) {
      b.socket.io.engine.close();
      await b.next("disconnect");
      assert.equal((await a.ask("chat:message", { type: "text", content: `for ${b.name}` })).ok, true);
    }
    await lives[how]();
    const guests = chats.flatMap(({ a, b }) => [a, b]);
    for (const guest of guests) guest.forget();

    const server = await lives.start();
    for (const guest of guests) {
      guest.server = server;
      guest.open();
    }
    for (const guest of guests) guest.established = await guest.next("connection:established", undefined, slowly);
    for (const { a, b, roomId } of chats) {
      assert.equal(a.established.activeChat.roomId, roomId);
      assert.equal(b.established.activeChat.roomId, roomId);
      assert.equal(a.established.activeChat.matchedUser.id, b.id);
      assert.equal((await b.next("chat:message", undefined, slowly)).content, `for ${b.name}`);
    }
    const answers = chats.map(({ b }) => b.ask("chat:message", { type: "text", content: "here again" }));
    for (const answer of await Promise.all(answers)) assert.equal(answer.ok, true);
    for (const { a } of chats) assert.equal((await a.next("chat:message", undefined, slowly)).content, "here again");
    const { body } = await server.request("GET", "/api/stats", { token: guests[0].token });
    assert.deepEqual([body.data.stats.onlineUsers, body.data.stats.connectedUsers], [2 * pairs, pairs]);
  });
}
