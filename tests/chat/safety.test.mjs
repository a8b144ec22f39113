// Reports, blocks and preferences (contract §6.1, M4a).

import assert from "node:assert/strict";
import { test } from "node:test";
import { nothingMore, settle } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

test("§6.1-report: a report is answered with its id, and the chat goes on unnoticed", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const reason of ["spam", "abuse", "sexual", "minor", "other"]) {
    const { ok, reportId } = await ada.ask("user:report", { reason, details: "what happened" });
    assert.equal(ok, true);
    assert.ok(reportId.length > 0);
  }
  await nothingMore(ada, grace);
  assert.equal((await ada.record()).connectedUser, grace.id);
});

test("§6.1: a report is refused for nonsense and outside a chat", async (t) => {
  const server = await startChat(t);
  const [ada] = await server.pair();
  const bad = [undefined, {}, { reason: "boring" }, { reason: 1 }, { reason: "spam", details: "x".repeat(1001) }];
  for (const payload of bad) {
    const { ok, error } = await ada.ask("user:report", payload);
    assert.deepEqual([ok, error.code], [false, "INVALID_MESSAGE"], JSON.stringify(payload));
    await ada.next("chat:error");
  }
  await ada.ask("leave-room");
  assert.equal((await ada.ask("user:report", { reason: "spam" })).error.code, "NOT_IN_CHAT");
  assert.equal((await ada.ask("user:block")).error.code, "NOT_IN_CHAT");
});

test("§6.1-block, M4a: blocking leaves the chat, and the two are never paired again", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const [a, g] = [ada.seen.length, grace.seen.length];
  assert.deepEqual(await ada.ask("user:block"), { ok: true });
  await settle(ada, grace);
  assert.deepEqual(ada.order(a), ["room:user_left", "chat:clear:confirmed"]);
  assert.deepEqual(grace.order(g), ["room:user_left", "chat:cleared"]);
  for (let round = 0; round < 3; ++round) {
    await ada.ask("user:match");
    await grace.ask("user:match");
  }
  assert.equal((await ada.record()).isSearching, true);
  assert.equal((await grace.record()).isSearching, true);
  const eve = await server.guest("Eve");
  await eve.ask("user:match");
  const { matchedUser } = await eve.next("user:matched");
  assert.ok([ada.id, grace.id].includes(matchedUser.id));
});

test("M4a: a candidate that fits is preferred, and nobody waits for one", async (t) => {
  const server = await startChat(t);
  const [german, french] = await server.pair({ username: "German", language: "de" }, "French");
  await server.request("POST", "/api/guest/location", { json: { language: "fr" }, token: french.token });
  // The two wait side by side only because they must not meet.
  await german.ask("user:block");
  for (const waiting of [german, french]) await waiting.ask("user:match");
  const eve = await server.guest("Eve");
  await eve.ask("user:match", { prefer: { language: "fr" } });
  assert.equal((await eve.next("user:matched")).matchedUser.id, french.id);
  const fay = await server.guest("Fay");
  await fay.ask("user:match", { prefer: { language: "it", country: 7 } });
  assert.equal((await fay.next("user:matched")).matchedUser.id, german.id);
});
