// What outlives the process, and what happens when it cannot be written (contract §1.4, §6.3, §8.3, §14).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually, settle } from "./support/guest.mjs";
import { Lives, back, directory, holdDatabase, lost, smallDisk } from "./support/records.mjs";
import { launch, match } from "./support/server.mjs";
import { altered } from "./support/tokens.mjs";

/** Says `text` and resolves to what the server acknowledges. */
const say = (guest, text, more = {}) => guest.ask("chat:message", { type: "text", content: text, ...more });
const texts = (history) => history.messages.map(({ content }) => content);

/** Keeps talking until the server says that it cannot keep it. */
async function sayUntilRefused(guest) {
  for (let round = 0; ; ++round) {
    const answer = await say(guest, `${round} ${"x".repeat(900)}`);
    if (!answer.ok) return answer.error;
    assert.ok(round < 5000, "the disk never fills");
  }
}

async function requireNoNewGuests(lives) {
  const refused = await lives.server.request("POST", "/api/guest", { json: {} });
  assert.equal(refused.status, 503);
  assert.deepEqual(
    { success: refused.body.success, message: refused.body.message, code: refused.body.code },
    { success: false, message: "Service temporarily unavailable", code: "STORE_UNAVAILABLE" }
  );
}

for (const how of ["stop", "kill"]) {
  test(`§1.4-restart: after a ${how} guests find their sessions, their chat and their undelivered messages`, async (t) => {
    const lives = await Lives.begin(t);
    const [ada, grace] = await lives.server.pair();
    await say(ada, "read");
    const read = await grace.next("chat:message");
    await grace.ask("chat:message:delivered", { messageId: read.id });
    grace.socket.io.engine.close();
    await grace.next("disconnect");
    const sent = await say(ada, "unread", { clientMessageId: "c-1" });
    assert.equal(sent.ok, true);
    await lives[how]();
    for (const guest of [ada, grace]) guest.forget();

    const server = await lives.start();
    for (const guest of [ada, grace]) guest.server = server;
    await ada.connect();
    await grace.connect();
    assert.equal(grace.established.activeChat.matchedUser.id, ada.id);
    assert.equal(ada.established.activeChat.roomId, grace.established.activeChat.roomId);
    assert.equal((await grace.next("chat:message")).id, sent.messageId);
    assert.deepEqual(texts(await ada.ask("chat:history", {})), ["read", "unread"]);
    // The same message again is the same message, also for the next process.
    assert.equal((await say(ada, "unread", { clientMessageId: "c-1" })).messageId, sent.messageId);
    assert.equal((await say(grace, "welcome back")).ok, true);
    assert.equal((await ada.next("chat:message")).content, "welcome back");
  });
}

test("§1.2-erased: what was written in a chat is in no file any more when the chat is over", async (t) => {
  const lives = await Lives.begin(t);
  const [ada, grace] = await lives.server.pair();
  assert.equal((await say(ada, "the secret word is swordfish")).ok, true);
  const folder = path.dirname(lives.database);
  const found = () => readdirSync(folder).some((name) => readFileSync(path.join(folder, name)).includes("swordfish"));
  assert.ok(found());
  await grace.ask("leave-room");
  await eventually("it is gone", () => !found(), 10_000);
});

test("§1.4-restart: a new session survives a kill right after its answer, and a deleted one stays deleted", async (t) => {
  const lives = await Lives.begin(t);
  const kept = await lives.server.account("Kept");
  const gone = await lives.server.account("Gone");
  const bearer = (guest) => ({ token: guest.token });
  assert.equal((await lives.server.request("DELETE", "/api/guest/me", bearer(gone))).status, 200);
  await lives.kill();
  const server = await lives.start();
  assert.equal((await server.request("GET", "/api/guest/me", bearer(kept))).status, 200);
  assert.equal((await server.request("GET", "/api/guest/me", bearer(gone))).status, 401);
});

test("only sqlite: is taken for the records, and PostgreSQL is refused in words", async () => {
  for (const [url, why] of [
    ["postgres://user:pass@host/db", /DATABASE_URL.*SQLite and cannot use PostgreSQL/],
    ["mysql://host", /DATABASE_URL.*must be sqlite:<path>/],
    ["sqlite:", /DATABASE_URL.*must be sqlite:<path>/],
  ]) {
    await assert.rejects(launch({ DATABASE_URL: url }), why);
  }
});

test("§6.3-store: a damaged database is said once, nobody is let in, and a good one in its place is taken up", async (t) => {
  const lives = await Lives.begin(t);
  const ada = await lives.server.account("Ada");
  await lives.stop();
  const good = path.join(directory(t), "good.db");
  copyFileSync(lives.database, good);
  writeFileSync(lives.database, "x".repeat(10_000));

  const server = await lives.start();
  assert.equal(await lives.status(), 503);
  assert.equal((await server.request("GET", "/health")).status, 200);
  await requireNoNewGuests(lives);
  const me = await server.request("GET", "/api/guest/me", { token: ada.token });
  assert.equal(me.status, 503);
  assert.equal(me.body.code, "STORE_UNAVAILABLE");
  ada.server = server;
  ada.open();
  const refused = await ada.next("connect_error");
  assert.equal(refused.message, "Service temporarily unavailable");
  assert.deepEqual(refused.data, { code: "STORE_UNAVAILABLE" });

  copyFileSync(good, lives.database);
  await lives.ready();
  await ada.connect();
  assert.equal(ada.established.userId, ada.id);
  await lives.hasLogged([lost, back]);
});

test("a database that another process holds is waited for", async (t) => {
  const lives = await Lives.prepare(t);
  const holder = await holdDatabase(t, lives.database);
  await lives.start();
  assert.equal(await lives.status(), 503);
  await requireNoNewGuests(lives);
  await holder.end();
  await lives.ready();
  await lives.server.guest("Ada");
  await lives.hasLogged([lost, back]);
});

test("two servers never share their records: the second waits until the first has ended", async (t) => {
  const first = await Lives.begin(t);
  const ada = await first.server.account("Ada");
  const second = await Lives.prepare(t, { folder: path.dirname(first.database) });
  await second.start();
  assert.equal(await second.status(), 503);
  assert.equal(await first.status(), 200);
  await first.stop();
  await second.ready();
  assert.equal((await second.server.request("GET", "/api/guest/me", { token: ada.token })).status, 200);
});

test("§6.3-store: a database that is deleted under the server is made anew with all that is alive", async (t) => {
  const lives = await Lives.begin(t);
  const [ada, grace] = await lives.server.pair();
  const idle = await lives.server.account("Idle");
  rmSync(lives.database);
  const refused = await say(ada, "lost");
  assert.deepEqual(refused.error, { message: "Failed to send message", code: "STORE_UNAVAILABLE" });
  assert.equal((await ada.next("chat:error")).code, "STORE_UNAVAILABLE");
  await lives.ready();
  assert.ok(existsSync(lives.database));
  assert.equal(statSync(lives.database).mode & 0o777, 0o600);
  assert.equal((await say(ada, "kept")).ok, true);
  assert.equal((await grace.next("chat:message")).content, "kept");
  await lives.kill();

  const server = await lives.start();
  assert.equal((await server.request("GET", "/api/guest/me", { token: idle.token })).status, 200);
  ada.server = server;
  await ada.connect();
  assert.equal(ada.established.activeChat.matchedUser.id, grace.id);
  assert.deepEqual(texts(await ada.ask("chat:history", {})), ["kept"]);
});

test("§6.3-store: a full disk refuses what it cannot keep and nothing else, and with room again all goes on", async (t) => {
  const disk = smallDisk(t, 2 << 20);
  if (!disk) return;
  const lives = await Lives.begin(t, { folder: path.join(disk.folder, "data") });
  const [ada, grace] = await lives.server.pair();
  const waiting = await lives.server.guest("Waiting");
  const ballast = path.join(disk.folder, "ballast");
  try {
    writeFileSync(ballast, Buffer.alloc(2 << 20));
  } catch (error) {
    assert.equal(error.code, "ENOSPC");
  }
  assert.deepEqual(await sayUntilRefused(ada), { message: "Failed to send message", code: "STORE_UNAVAILABLE" });
  await lives.unready();
  await requireNoNewGuests(lives);
  // Nobody is matched whose chat would not last.
  assert.equal((await waiting.ask("user:match")).ok, false);
  assert.deepEqual(await waiting.next("user:match:error"), { message: "Matching failed", code: "STORE_UNAVAILABLE" });
  // What needs no disk goes on.
  grace.forget();
  ada.emit("chat:typing:start");
  assert.equal((await grace.next("chat:typing:start")).userId, ada.id);
  assert.equal((await lives.server.request("GET", "/api/guest/me", { token: ada.token })).status, 200);

  rmSync(ballast);
  await lives.ready();
  const kept = await say(ada, "room again");
  assert.equal(kept.ok, true);
  assert.equal((await grace.next("chat:message", ({ id }) => id === kept.messageId)).content, "room again");
  const newcomer = await lives.server.guest("Newcomer");
  await match(waiting, newcomer);
  await lives.hasLogged([lost, back]);
  await lives.kill();
  ada.server = await lives.start();
  await ada.connect();
  assert.equal(texts(await ada.ask("chat:history", { afterSeq: 0 })).length > 0, true);
});

test("a read-only disk lets nobody in until it can be written", async (t) => {
  const disk = smallDisk(t, 8 << 20);
  if (!disk) return;
  const lives = await Lives.begin(t, { folder: path.join(disk.folder, "data") });
  const ada = await lives.server.account("Ada");
  await lives.stop();
  disk.remount("ro");
  await lives.start();
  assert.equal(await lives.status(), 503);
  await requireNoNewGuests(lives);
  disk.remount("rw");
  await lives.ready();
  assert.equal((await lives.server.request("GET", "/api/guest/me", { token: ada.token })).status, 200);
  await lives.hasLogged([lost, back]);
});

test("§8.4-sent: a slow disk delays confirmations and nothing else", async (t) => {
  const folder = directory(t);
  const shim = path.join(folder, "slow_fsync.so");
  const source = new URL("../faults/slow_fsync.c", import.meta.url).pathname;
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"]);
  const delayMs = 300;
  // The address sanitizer, where it is built in, wants to be loaded first and is told that this library may.
  const sanitizer = "verify_asan_link_order=0";
  const lives = await Lives.begin(t, { LD_PRELOAD: shim, SLOW_FSYNC_MS: String(delayMs), ASAN_OPTIONS: sanitizer });
  const [ada, grace] = await lives.server.pair();
  const begun = Date.now();
  const answers = Array.from({ length: 20 }, (_, at) => say(ada, `message ${at}`));
  ada.emit("chat:typing:start");
  await grace.next("chat:typing:start");
  assert.ok(Date.now() - begun < delayMs, "what needs no disk must not wait for it");
  for (const answer of await Promise.all(answers)) assert.equal(answer.ok, true);
  const took = Date.now() - begun;
  assert.ok(took >= delayMs, `confirmed after ${took} ms: before it was on the disk`);
  // They were committed together, not one after the other.
  assert.ok(took < 20 * delayMs, `twenty messages took ${took} ms`);
  for (let at = 0; at < 20; ++at) assert.equal((await grace.next("chat:message")).content, `message ${at}`);
  await settle(ada, grace);
  assert.equal(await lives.status(), 200);
});

test("a token of a session that the records do not know is refused after a restart", async (t) => {
  const lives = await Lives.begin(t);
  const ada = await lives.server.account("Ada");
  const stranger = altered(ada, { sessionId: "00000000-0000-4000-8000-000000000000" });
  await lives.kill();
  await lives.start();
  const answer = await lives.server.request("GET", "/api/guest/me", { token: stranger });
  assert.equal(answer.body.code, "SESSION_NOT_FOUND");
});
