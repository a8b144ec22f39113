// Call signals: relayed to the partner, with the state that ends a call in its time (contract §10).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { nothingMore, settle } from "./support/guest.mjs";

const offer = { type: "offer", sdp: "v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\n" };
const answer = { type: "answer", sdp: "v=0\r\n" };
const candidate = { candidate: "candidate:1 1 udp 2122 192.0.2.1 54321 typ host", sdpMid: "0", sdpMLineIndex: 0 };
const from = ({ id, name }) => ({ from: id, fromUsername: name });
const label = (value) => (JSON.stringify(value) ?? "nothing").slice(0, 120);

/** Ada has called Grace, and Grace has answered. */
async function call(server) {
  const [ada, grace] = await ringing(server);
  grace.emit("webrtc:answer", { answer });
  await ada.next("webrtc:answer");
  return [ada, grace];
}

async function ringing(server) {
  const [ada, grace] = await server.pair();
  ada.emit("webrtc:offer", { offer, type: "audio" });
  await grace.next("webrtc:offer");
  return [ada, grace];
}

test("§10-offer: an offer is passed on unchanged, with the name of the caller", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const type of ["audio", "video"]) {
    assert.deepEqual(await ada.ask("webrtc:offer", { offer, type }), { ok: true });
    assert.deepEqual(await grace.next("webrtc:offer"), { offer, type, ...from(ada) });
  }
  await nothingMore(ada, grace);
});

test("§10-offer: an offer without a type is for video", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("webrtc:offer", { offer });
  assert.deepEqual(await grace.next("webrtc:offer"), { offer, type: "video", ...from(ada) });
});

test("§10-answer, §10-candidate: an answer and candidates are passed on, also the last, empty one", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await ringing(server);
  assert.deepEqual(await grace.ask("webrtc:answer", { answer }), { ok: true });
  assert.deepEqual(await ada.next("webrtc:answer"), { answer, ...from(grace) });
  for (const each of [candidate, {}, null]) {
    assert.deepEqual(await ada.ask("webrtc:ice-candidate", { candidate: each }), { ok: true });
    assert.deepEqual(await grace.next("webrtc:ice-candidate"), { candidate: each, from: ada.id });
  }
  await nothingMore(ada, grace);
});

test("§10-endings: end, reject and timeout are passed on, whatever their payload", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const event of ["webrtc:call-end", "webrtc:call-reject", "webrtc:call-timeout"]) {
    for (const args of [[], [{}], [null], [7], ["x"], [[1]], [{ from: "forged", fromUsername: "Root" }]]) {
      assert.deepEqual(await grace.ask(event, ...args), { ok: true }, `${event} ${label(args)}`);
      assert.deepEqual(await ada.next(event), from(grace), `${event} ${label(args)}`);
    }
  }
  await nothingMore(ada, grace);
});

test("who it is from cannot be forged, and other keys are not relayed", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const forged = { from: grace.id, fromUsername: "Root", to: grace.id, roomId: "other" };
  ada.emit("webrtc:offer", { ...forged, offer, type: "audio" });
  assert.deepEqual(await grace.next("webrtc:offer"), { offer, type: "audio", ...from(ada) });
  ada.emit("webrtc:answer", { ...forged, answer });
  assert.deepEqual(await grace.next("webrtc:answer"), { answer, ...from(ada) });
  ada.emit("webrtc:ice-candidate", { ...forged, candidate });
  assert.deepEqual(await grace.next("webrtc:ice-candidate"), { candidate, from: ada.id });
});

test("descriptions are relayed byte for byte, whatever they hold", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const strange = { sdp: "é漢🙂 <b> \u0000 \\", nested: { list: [1, 2.5, -1e-7, null, true, { a: [] }] }, "": "empty" };
  ada.emit("webrtc:offer", { offer: strange, type: "video" });
  assert.deepEqual((await grace.next("webrtc:offer")).offer, strange);
});

test("§10-order: signals keep their order, whatever their kind", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const start = grace.seen.length;
  const sent = [];
  for (let i = 0; i < 20; ++i) {
    ada.emit("webrtc:offer", { offer: { i }, type: "audio" });
    for (let j = 0; j < 3; ++j) ada.emit("webrtc:ice-candidate", { candidate: { i, j } });
    ada.emit("webrtc:answer", { answer: { i } });
    ada.emit("webrtc:call-end");
    sent.push("webrtc:offer", ...Array(3).fill("webrtc:ice-candidate"), "webrtc:answer", "webrtc:call-end");
  }
  await settle(ada, grace);
  assert.deepEqual(grace.order(start), sent);
  const candidates = grace.seen
    .filter(({ event }) => event === "webrtc:ice-candidate")
    .map(({ payload }) => payload.candidate);
  assert.deepEqual(
    candidates,
    Array.from({ length: 60 }, (_, n) => ({ i: Math.floor(n / 3), j: n % 3 })),
  );
});

test("§10-bad, §6.3-invalid-signal: signals of a bad shape are refused and reach nobody", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const error = { message: "Invalid signaling data", code: "INVALID_SIGNAL" };
  const rows = [
    ...[undefined, null, 7, "offer", true, [], {}, { type: "audio" }].map((payload) => ["webrtc:offer", payload]),
    ...[null, 7, "v=0", true, []].map((bad) => ["webrtc:offer", { offer: bad, type: "audio" }]),
    ...["screen", "", 7, {}, ["audio"]].map((type) => ["webrtc:offer", { offer, type }]),
    ...[undefined, null, 7, "answer", [], {}].map((payload) => ["webrtc:answer", payload]),
    ...[null, 7, "v=0", true, []].map((bad) => ["webrtc:answer", { answer: bad }]),
    ...[undefined, null, 7, "candidate", [], {}].map((payload) => ["webrtc:ice-candidate", payload]),
    ...[7, "candidate:1", true, []].map((bad) => ["webrtc:ice-candidate", { candidate: bad }]),
    ["webrtc:offer", Buffer.from("offer")],
    ["webrtc:offer", { offer: Buffer.from("offer"), type: "audio" }],
  ];
  for (const [event, payload] of rows) {
    assert.deepEqual(await ada.ask(event, payload), { ok: false, error }, `${event} ${label(payload)}`);
    assert.deepEqual(await ada.next("webrtc:error"), error, `${event} ${label(payload)}`);
  }
  await nothingMore(ada, grace);
});

test("a description of 64 KiB and a candidate of 8 KiB are relayed, one byte more is refused", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const sized = (bytes) => ({ sdp: "x".repeat(bytes - '{"sdp":""}'.length) });
  const rows = [
    ["webrtc:offer", "offer", 64 * 1024],
    ["webrtc:answer", "answer", 64 * 1024],
    ["webrtc:ice-candidate", "candidate", 8 * 1024],
  ];
  for (const [event, key, limit] of rows) {
    assert.deepEqual(await ada.ask(event, { [key]: sized(limit) }), { ok: true }, event);
    assert.deepEqual((await grace.next(event))[key], sized(limit));
    const refused = await ada.ask(event, { [key]: sized(limit + 1) });
    assert.equal(refused.error?.code, "INVALID_SIGNAL", event);
    await ada.next("webrtc:error");
  }
  await nothingMore(ada, grace);
});

test("§6.3-signal-outside-chat: outside a chat no signal is passed on", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const rows = [
    ["webrtc:offer", { offer, type: "audio" }],
    ["webrtc:answer", { answer }],
    ["webrtc:ice-candidate", { candidate }],
    ["webrtc:call-end", {}],
    ["webrtc:call-reject", {}],
    ["webrtc:call-timeout", {}],
  ];
  for (const [event, payload] of rows) {
    const { ok, error } = await ada.ask(event, payload);
    assert.deepEqual([ok, error.code], [false, "NOT_IN_CHAT"], event);
    assert.match(error.message, /not connected/i);
    assert.deepEqual(await ada.next("webrtc:error"), error, event);
  }
  await nothingMore(ada);
});

for (const [state, begin] of [
  ["a ringing call", ringing],
  ["a running call", call],
]) {
  for (const event of ["leave-room", "close-room", "user:match"]) {
    test(`§10.1-a: ${event} in ${state} ends the call first`, async (t) => {
      const server = await startChat(t);
      const [ada, grace] = await begin(server);
      const start = grace.seen.length;
      ada.emit(event);
      await settle(ada, grace);
      assert.deepEqual(await grace.next("webrtc:call-end"), from(ada));
      const order = grace.order(start);
      assert.equal(order.filter((name) => name === "webrtc:call-end").length, 1, `${order}`);
      assert.ok(order.indexOf("webrtc:call-end") < order.indexOf("chat:cleared"), `${order}`);
      assert.ok(!ada.order().includes("webrtc:call-end"));
    });
  }

  test(`§10.1-a: a disconnect in ${state} ends the call before the room`, async (t) => {
    const server = await startChat(t);
    // Also the side that was called may go.
    for (const who of [0, 1]) {
      const pair = await begin(server);
      const [goes, stays] = who ? [pair[1], pair[0]] : pair;
      const start = stays.seen.length;
      goes.disconnect();
      await stays.next("room:closed");
      assert.deepEqual(stays.order(start), ["webrtc:call-end", "room:closed"]);
      assert.deepEqual(await stays.next("webrtc:call-end"), from(goes));
      stays.disconnect();
    }
  });
}

const endings = [
  ["ended by the caller", ringing, 0, "webrtc:call-end"],
  ["ended by the called", call, 1, "webrtc:call-end"],
  ["rejected", ringing, 1, "webrtc:call-reject"],
  ["given up by the caller", ringing, 0, "webrtc:call-timeout"],
];
for (const [how, begin, who, event] of endings) {
  test(`a call that was ${how} is not ended again by leaving`, async (t) => {
    const server = await startChat(t);
    const pair = await begin(server);
    pair[who].emit(event);
    await pair[1 - who].next(event);
    pair[0].emit("leave-room");
    await pair[1].next("chat:cleared");
    assert.ok(!pair[1].unread().some(({ event: name }) => name === "webrtc:call-end"), "no second call-end");
  });
}

test("an answer or candidate without an offer is passed on and makes no call", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("webrtc:answer", { answer });
  ada.emit("webrtc:ice-candidate", { candidate });
  await grace.next("webrtc:answer");
  await grace.next("webrtc:ice-candidate");
  ada.emit("leave-room");
  await grace.next("room:user_left");
  await grace.next("chat:cleared");
  await ada.next("room:user_left");
  await ada.next("chat:clear:confirmed");
  await nothingMore(ada, grace);
});

test("§10.1-b: a call that nobody answers is ended by the server, for both, in the caller's name", async (t) => {
  const server = await startChat(t, { CALL_TIMEOUT_MS: "300" });
  const [ada, grace] = await ringing(server);
  for (const guest of [ada, grace]) assert.deepEqual(await guest.next("webrtc:call-timeout"), from(ada));
  // It is over: leaving ends no call, and nothing times out twice.
  ada.emit("leave-room");
  await grace.next("chat:cleared");
  assert.ok(!grace.order().includes("webrtc:call-end"));
});

for (const [how, who, event, payload] of [
  ["answered", 1, "webrtc:answer", { answer }],
  ["rejected", 1, "webrtc:call-reject", {}],
  ["ended", 0, "webrtc:call-end", {}],
  ["left with the room", 0, "leave-room", undefined],
]) {
  test(`a call that was ${how} in time does not time out`, async (t) => {
    const server = await startChat(t, { CALL_TIMEOUT_MS: "300" });
    const pair = await ringing(server);
    pair[who].emit(event, payload);
    await settle(...pair);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await settle(...pair);
    for (const guest of pair) assert.ok(!guest.order().includes("webrtc:call-timeout"), guest.name);
  });
}

test("only the called can answer or reject, and only the caller can give up: a call rings on otherwise", async (t) => {
  const server = await startChat(t, { CALL_TIMEOUT_MS: "400" });
  for (const [who, event, payload] of [
    [0, "webrtc:answer", { answer }],
    [0, "webrtc:call-reject", {}],
    [1, "webrtc:call-timeout", {}],
  ]) {
    const pair = await ringing(server);
    pair[who].emit(event, payload);
    await pair[1 - who].next(event);
    for (const guest of pair) assert.deepEqual(await guest.next("webrtc:call-timeout"), from(pair[0]), event);
    for (const guest of pair) guest.disconnect();
  }
});

test("§10-renegotiation: further offers in a running call are passed on and start no new time-out", async (t) => {
  const server = await startChat(t, { CALL_TIMEOUT_MS: "300" });
  const [ada, grace] = await call(server);
  for (const [caller, called] of [
    [ada, grace],
    [grace, ada],
  ]) {
    caller.emit("webrtc:offer", { offer, type: "video" });
    assert.deepEqual(await called.next("webrtc:offer"), { offer, type: "video", ...from(caller) });
  }
  await new Promise((resolve) => setTimeout(resolve, 700));
  await nothingMore(ada, grace);
});

test("the server's time-out can be turned off", async (t) => {
  const server = await startChat(t, { CALL_TIMEOUT_MS: "0" });
  const [ada, grace] = await ringing(server);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await nothingMore(ada, grace);
});
