// How often a guest may send (contract §13.2).

import assert from "node:assert/strict";
import { test } from "node:test";
import { match, startChat } from "./support/server.mjs";

const limited = { message: "Rate limit exceeded", code: "RATE_LIMITED" };
const text = (content) => ({ type: "text", content });

/** What a refusal says, with the wait taken out once it has been found to be a sensible one. */
function withoutWait(refusal, longest) {
  const { retryAfterMs, ...rest } = refusal;
  assert.ok(Number.isInteger(retryAfterMs) && retryAfterMs > 0 && retryAfterMs <= longest, `retryAfterMs ${retryAfterMs}`);
  return rest;
}

test("§13.2-messages, §6.3-limit: messages beyond the limit are refused with their own error event and not passed on", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "20", SOCKET_RATE_LIMIT_WINDOW_MS: "60000" });
  const [ada, grace] = await server.pair();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ada.ask("chat:message", text(`${i}`))));
  assert.deepEqual(answers.map(({ ok }) => ok), [...Array(20).fill(true), ...Array(10).fill(false)]);
  for (const { error } of answers.slice(20)) assert.deepEqual(withoutWait(error, 3000), limited);
  for (let i = 20; i < 30; ++i) assert.deepEqual(withoutWait(await ada.next("chat:error"), 3000), limited);
  for (let i = 0; i < 20; ++i) assert.equal((await grace.next("chat:message")).content, `${i}`);
  // Whatever was passed on would have come before the answer to this.
  await grace.ask("presence:heartbeat", {});
  assert.ok(!grace.unread().some(({ event }) => event === "chat:message"));
});

test("§6.3-limit: whoever waits as long as it was told to may send again", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "10", SOCKET_RATE_LIMIT_WINDOW_MS: "2000" });
  const [ada] = await server.pair();
  const answers = await Promise.all(Array.from({ length: 12 }, () => ada.ask("chat:message", text("hello"))));
  const { error } = answers.at(-1);
  await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
  assert.equal((await ada.ask("chat:message", text("again"))).ok, true);
});

test("§13.2-control, §13.2-receipts, §13.2-ice, §13.2-typing: each kind of event has its own error event, typing and receipts have none", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "4" });
  const guest = await server.guest("Ada");
  const flood = async (event, payload, count) => {
    let answer;
    for (let i = 0; i < count; ++i) answer = await guest.ask(event, payload);
    assert.equal(answer.error.code, "RATE_LIMITED", event);
  };
  await flood("webrtc:ice-candidate", { candidate: null }, 21);
  await guest.next("webrtc:error", ({ code }) => code === "RATE_LIMITED");
  await flood("chat:message", text("x"), 5);
  await guest.next("chat:error", ({ code }) => code === "RATE_LIMITED");
  // All of these draw on one allowance.
  for (let i = 0; i < 4; ++i) await guest.ask("presence:heartbeat", {});
  for (const [event, told] of [
    ["user:match", "user:match:error"],
    ["user:match:cancel", "user:match:cancel:error"],
    ["chat:clear", "chat:error"],
    ["leave-room", "chat:error"],
    ["close-room", "chat:error"],
    ["chat:history", "chat:error"],
    ["user:report", "chat:error"],
    ["user:block", "chat:error"],
    ["webrtc:offer", "webrtc:error"],
    ["webrtc:answer", "webrtc:error"],
    ["webrtc:call-end", "webrtc:error"],
    ["get:stats", "realtime:stats:error"],
    ["stats:request", "realtime:stats:error"],
    ["users:online:request", "realtime:stats:error"],
  ]) {
    guest.forget();
    assert.equal((await guest.ask(event)).error.code, "RATE_LIMITED", event);
    assert.deepEqual(withoutWait(await guest.next(told), 15_000), limited);
  }
  guest.forget();
  for (const event of ["presence:online", "presence:searching", "presence:request_update", "guest:register", "guest:update"]) {
    assert.equal((await guest.ask(event, {})).error.code, "RATE_LIMITED", event);
  }
  await flood("chat:typing:start", undefined, 41);
  await flood("chat:message:delivered", { messageId: "msg_0_unknownmessage" }, 41);
  assert.deepEqual(guest.unread().filter(({ payload }) => payload?.code === "RATE_LIMITED"), []);
});

test("§13.2-control: the allowance belongs to the guest and not to its socket", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "5" });
  const ada = await server.guest("Ada");
  for (let i = 0; i < 5; ++i) assert.equal((await ada.ask("presence:heartbeat", {})).ok, true);
  ada.disconnect();
  await server.offline(ada);
  await ada.connect();
  assert.equal((await ada.ask("presence:heartbeat", {})).error.code, "RATE_LIMITED");
});

test("§13.2-flood: a guest that floods does not disturb another pair, and is sent away in the end", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "10", SOCKET_RATE_LIMIT_WINDOW_MS: "60000" });
  const flooder = await server.guest("Flooder");
  const victim = await server.guest("Victim");
  await match(flooder, victim);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  await match(ada, grace);

  const refusalsMax = 10 * (1 + 1 + 5 + 10 + 10) * 10;
  const delays = [];
  for (let sent = 0; sent < refusalsMax - 500; sent += 250) {
    for (let i = 0; i < 250; ++i) flooder.emit("chat:message", text("spam"));
    if (delays.length < 8) {
      const begun = Date.now();
      assert.equal((await ada.ask("chat:message", text(`calm ${delays.length}`))).ok, true);
      assert.equal((await grace.next("chat:message")).content, `calm ${delays.length}`);
      delays.push(Date.now() - begun);
    }
  }
  assert.ok(Math.max(...delays) < 1000, `delays ${delays}`);
  assert.ok(flooder.socket.connected, "it was sent away too early");
  for (let i = 0; i < 600; ++i) flooder.emit("chat:message", text("spam"));
  assert.equal(await flooder.next("disconnect"), "io server disconnect");
  assert.equal((await victim.next("room:closed")).reason, "user_disconnected");
  assert.equal(victim.seen.filter(({ event }) => event === "chat:message").length, 10);
  assert.equal((await ada.ask("chat:message", text("still here"))).ok, true);
});

test("§13.2-handshakes: handshakes beyond the limit are refused until one may come again", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "3", SOCKET_RATE_LIMIT_WINDOW_MS: "3000" });
  const ada = await server.account("Ada");
  for (let i = 0; i < 3; ++i) {
    await ada.connect();
    ada.disconnect();
  }
  ada.open();
  const refused = await ada.next("connect_error");
  assert.equal(refused.message, "Rate limit exceeded");
  assert.deepEqual(withoutWait(refused.data, 1000), { code: "RATE_LIMITED" });
  // Another guest may come in all the while.
  await server.guest("Grace");
  ada.disconnect();
  await new Promise((resolve) => setTimeout(resolve, refused.data.retryAfterMs));
  await ada.connect();
});

test("§13.2-off: a limit of 0 means none", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "0" });
  const [ada] = await server.pair();
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => ada.ask("chat:message", text(`${i}`))));
  assert.ok(answers.every(({ ok }) => ok));
});

test("an unknown event is ignored", async (t) => {
  const server = await startChat(t, { SOCKET_RATE_LIMIT_MAX: "5" });
  const ada = await server.guest("Ada");
  for (let i = 0; i < 100; ++i) ada.emit("no:such:event", { i });
  assert.equal((await ada.ask("presence:heartbeat", {})).ok, true);
  assert.deepEqual(ada.unread(), []);
});
