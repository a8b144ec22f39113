// What passes between two guests reaches nobody else, now or later (contract I5, §9.5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { match, startChat } from "./support/server.mjs";
import { nothingMore, settle } from "./support/guest.mjs";

/** Every event that a guest can aim at another one. */
const everything = (more = {}) => [
  ["chat:message", { type: "text", content: "hello", ...more }],
  ["chat:message", { type: "file", content: { filename: "a", fileType: "b", fileSize: 1 }, ...more }],
  ["chat:message", { type: "voice", content: { duration: 1, fileSize: 1 }, ...more }],
  ["chat:typing:start", more],
  ["chat:typing:stop", more],
  ["webrtc:offer", { offer: { sdp: "x" }, type: "audio", ...more }],
  ["webrtc:answer", { answer: { sdp: "x" }, ...more }],
  ["webrtc:ice-candidate", { candidate: { candidate: "x" }, ...more }],
  ["webrtc:call-reject", more],
  ["webrtc:call-timeout", more],
  ["webrtc:call-end", more],
];

test("I5, §8.4-broadcast: a chat is heard by nobody but its two guests", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair("Ada", "Grace");
  const others = [...(await server.pair("Eve", "Frank")), await server.guest("Idle")];
  const searcher = await server.guest("Searcher");
  await searcher.ask("user:match");
  await searcher.next("user:match:searching");
  await searcher.next("user:match:no_users");

  for (const [from, to] of [
    [ada, grace],
    [grace, ada],
  ]) {
    for (const [event, payload] of everything()) {
      from.emit(event, payload);
      const heard = await to.next(event);
      if (event === "chat:message") to.emit("chat:message:delivered", { messageId: heard.id });
    }
  }
  ada.emit("leave-room");
  await grace.next("chat:cleared");
  await nothingMore(...others, searcher);
});

test("§9.5-isolation: room and user ids in a payload change nothing about who hears it", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair("Ada", "Grace");
  const [eve, frank] = await server.pair("Eve", "Frank");
  const idle = await server.guest("Idle");
  const aims = [
    { roomId: [eve.id, frank.id].sort().join("_") },
    { to: eve.id, userId: eve.id, recipientId: eve.id, targetUserId: eve.id },
    { socketId: idle.socket.id, room: idle.id, to: idle.id },
  ];
  for (const aim of aims) {
    for (const [event, payload] of everything(aim)) {
      ada.emit(event, payload);
      await grace.next(event);
      idle.emit(event, payload);
    }
    for (const event of ["chat:clear", "leave-room", "close-room"]) await idle.ask(event, aim);
  }
  await nothingMore(eve, frank);
  assert.equal((await ada.record()).connectedUser, grace.id);
  assert.equal((await eve.record()).connectedUser, frank.id);
});

test("§9.5-ex-partner, I5: after a chat nothing of the one reaches the other", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  await ada.ask("leave-room");
  await settle(ada, grace);
  for (const [from, to] of [
    [ada, grace],
    [grace, ada],
  ]) {
    [ada, grace].forEach((guest) => guest.forget());
    for (const [event, payload] of everything()) {
      from.emit(event, payload);
      if (event.startsWith("chat:message")) assert.equal((await from.next("chat:error")).code, "NOT_IN_CHAT");
      if (event.startsWith("webrtc:")) assert.equal((await from.next("webrtc:error")).code, "NOT_IN_CHAT");
    }
    await nothingMore(ada, grace);
  }
});

test("§9.5-ex-partner: an ex-partner is not heard in the next chat, nor can it end that", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  await ada.ask("leave-room");
  await settle(ada, grace);
  const edith = await server.guest("Edith");
  [ada, grace].forEach((guest) => guest.forget());
  await match(grace, edith);

  for (const [event, payload] of everything({ to: grace.id, roomId: [grace.id, edith.id].sort().join("_") }))
    ada.emit(event, payload);
  for (const event of ["chat:clear", "leave-room", "close-room"]) await ada.ask(event);
  ada.disconnect();
  await server.offline(ada);
  await nothingMore(grace, edith);
  assert.equal((await grace.record()).connectedUser, edith.id);
});

test("§9.5-isolation: what was on its way when the chat ended does not arrive in the next one", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const grace = await server.guest("Grace");
  const edith = await server.guest("Edith");
  for (let round = 0; round < 20; ++round) {
    await match(ada, grace);
    // All at once: Ada still talks while Grace moves on to Edith.
    edith.emit("user:match");
    for (let i = 0; i < 10; ++i) ada.emit("chat:message", { type: "text", content: `to Grace ${i}` });
    grace.emit("user:match");
    for (let i = 0; i < 10; ++i) ada.emit("chat:message", { type: "text", content: `to Grace ${i}` });
    await Promise.all([grace.next("user:matched"), edith.next("user:matched")]);
    await settle(ada, grace, edith);
    assert.ok(!edith.order().includes("chat:message"), "Edith hears nothing of Ada");
    const [left] = grace.seen
      .map(({ event }, i) => (event === "room:user_left" ? i : -1))
      .filter((i) => i >= 0)
      .slice(-1);
    assert.ok(!grace.order(left).includes("chat:message"), "Grace hears nothing of Ada after leaving");
    await grace.ask("leave-room");
    await settle(ada, grace, edith);
    [ada, grace, edith].forEach((guest) => guest.forget());
  }
});

test("an error of one guest is told to nobody else", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const idle = await server.guest("Idle");
  ada.emit("chat:message", { type: "text", content: "" });
  ada.emit("webrtc:offer", {});
  await ada.next("chat:error");
  await ada.next("webrtc:error");
  await nothingMore(ada, grace, idle);
});
