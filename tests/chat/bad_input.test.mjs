// Every event with every wrong kind of payload: the documented answer and nothing else (contract §5.6).

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import { startChat } from "./support/server.mjs";
import { eventually, nothingMore, settle } from "./support/guest.mjs";

const deep = (depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth));

/** Argument lists that no client of ours would send. */
const oddities = [
  [],
  [null],
  [true],
  [false],
  [0],
  [-1.5e300],
  [""],
  ["text"],
  ["x".repeat(50_000)],
  [[]],
  [[null, {}, "x"]],
  [{}],
  [{ "": "" }],
  [JSON.parse('{"__proto__":{"type":"text","content":"polluted","isSearching":true}}')],
  [{ constructor: { prototype: { ok: true } }, toString: "x", hasOwnProperty: 1 }],
  [{ type: null, content: null, messageId: null, offer: null, answer: null, isOnline: null, location: null }],
  [deep(200)],
  [{ type: "text", content: deep(200) }],
  [Buffer.from("binary")],
  [{ type: "text", content: Buffer.from("binary"), offer: Buffer.from("x"), messageId: Buffer.from("x") }],
  [{}, {}, "extra", 7, null],
  [null, null],
];

const searchReplies = ["user:match:searching", "user:match:no_users", "user:match:error"];
const leaveReplies = ["chat:clear:confirmed", "chat:error"];

/** What a lone guest may hear in answer to each event, whatever it sends along. */
const replies = {
  "user:match:cancel": ["user:match:cancelled", "user:match:cancel:error"],
  "user:match": searchReplies,
  "chat:message": ["chat:error"],
  "chat:message:delivered": [],
  "chat:typing:start": [],
  "chat:typing:stop": [],
  "chat:clear": leaveReplies,
  "leave-room": leaveReplies,
  "close-room": leaveReplies,
  "webrtc:offer": ["webrtc:error"],
  "webrtc:answer": ["webrtc:error"],
  "webrtc:ice-candidate": ["webrtc:error"],
  "webrtc:call-end": ["webrtc:error"],
  "webrtc:call-reject": ["webrtc:error"],
  "webrtc:call-timeout": ["webrtc:error"],
  "get:stats": ["realtime:stats", "realtime:stats:error"],
  "stats:request": ["stats:update", "realtime:stats:error"],
  "users:online:request": ["users:online:update", "realtime:stats:error"],
  "presence:online": [],
  "presence:searching": [],
  "presence:heartbeat": [],
  "presence:request_update": ["presence:update"],
  "guest:register": [],
  "guest:update": [],
};

for (const [event, allowed] of Object.entries(replies)) {
  test(`§5.6-bad-input, §5.6-acks: ${event} answers any payload as documented, with and without an acknowledgement`, async (t) => {
    const server = await startChat(t);
    const [ada, grace] = await server.pair();
    const eve = await server.guest("Eve");
    for (const args of oddities) {
      const label = `${event} ${JSON.stringify(args).slice(0, 100)}`;
      const answer = await eve.ask(event, ...args);
      assert.equal(typeof answer?.ok, "boolean", `${label}: ${JSON.stringify(answer)}`);
      if (!answer.ok) {
        assert.equal(typeof answer.error.message, "string", label);
        assert.match(answer.error.code, /^[A-Z_]+$/, label);
      }
      eve.emit(event, ...args);
      await settle(eve);
      const told = eve.unread().map((entry) => entry.event);
      assert.deepEqual(
        told.filter((name) => !allowed.includes(name)),
        [],
        label,
      );
      if (!["get:stats", "user:match"].includes(event) && allowed.length > 0) {
        assert.equal(told.length, 2, `${label}: one answer each time, not ${told}`);
      }
      eve.forget();
    }
    assert.ok(eve.socket.connected);
    await nothingMore(ada, grace);
    const { username, isOnline, connectedUser, location } = await eve.record();
    assert.deepEqual(
      { username, isOnline, connectedUser, location },
      { username: "Eve", isOnline: true, connectedUser: null, location: null },
    );
  });
}

test("inside a chat, odd payloads reach the partner in no form but the documented one", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const refused = ["chat:message", "webrtc:offer", "webrtc:answer"];
  for (const event of refused) {
    for (const args of oddities) {
      const answer = await ada.ask(event, ...args);
      const code = event === "chat:message" ? "INVALID_MESSAGE" : "INVALID_SIGNAL";
      assert.equal(answer.error?.code, code, `${event} ${JSON.stringify(args).slice(0, 100)}`);
    }
  }
  ada.forget();
  for (const args of oddities) ada.emit("chat:typing:start", ...args);
  await settle(ada, grace);
  const told = grace.unread();
  grace.forget();
  assert.ok(told.length <= oddities.length);
  for (const { event, args } of told) {
    assert.deepEqual([event, args], ["chat:typing:start", [{ userId: ada.id, username: "Ada" }]]);
  }
  await nothingMore(ada, grace);
});

test("§5.6-unknown: an unknown event is ignored", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const names = [
    "user:unknown",
    "",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "message",
    "chat:message ",
    "ping",
  ];
  for (const name of names) {
    ada.emit(name, { type: "text", content: "hello" });
    ada.emit(name);
  }
  // Events that only the server sends are no events of a client.
  for (const name of ["user:matched", "room:closed", "chat:cleared", "realtime:stats", "chat:message:sent", "error"]) {
    ada.emit(name, { userId: grace.id, message: "forged" });
  }
  await nothingMore(ada, grace);
  assert.ok(ada.socket.connected);
});

/** A socket that speaks the protocol by hand and has been welcomed. */
async function byHand(t, server, guest) {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  t.after(() => socket.terminate());
  socket.on("error", () => {});
  const heard = [];
  socket.on("message", (data) => heard.push(data.toString()));
  await once(socket, "open");
  socket.send(`40${JSON.stringify({ token: guest.token })}`);
  await eventually("the socket is welcomed", () => heard.some((text) => text.includes("connection:established")));
  return { socket, heard };
}

test("§14-malformed: packets that are no packets close their own connection at most", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const packets = [
    "42",
    "42{",
    "42[",
    "42[]",
    "42[1",
    '42["chat:message",]',
    '42["chat:message",{"type":"text","content":"\\ud800"}]',
    '42["chat:message",{"type":"text","content":1e400}]',
    `42["chat:message",${"[".repeat(100_000)}${"]".repeat(100_000)}]`,
    `42["chat:message",${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}]`,
    '42[null,"x"]',
    '42[{"a":1}]',
    '4299999999999999999999["get:stats"]',
    '451-["chat:message",{"_placeholder":true,"num":5}]',
    '4599999-["chat:message",{"_placeholder":true,"num":0}]',
    '43["late"]',
    "431[1]",
    "44",
    "49",
    "4",
    "9",
    "",
    "\u0000",
    "41",
    '42/elsewhere,["chat:message"]',
    Buffer.from([0xff, 0x00, 0x80]),
  ];
  const guest = await server.account();
  for (const packet of packets) {
    const { socket } = await byHand(t, server, guest);
    socket.send(packet);
    socket.send('42["leave-room"]');
    await settle(ada, grace);
    socket.close();
  }
  await nothingMore(ada, grace);
  ada.emit("chat:message", { type: "text", content: "still here" });
  assert.equal((await grace.next("chat:message")).content, "still here");
});

test("a connect packet with an odd payload is refused without harm", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const payloads = [
    "",
    "null",
    "7",
    '"text"',
    "[]",
    "{",
    "{}",
    '{"token":{}}',
    `{"token":"${"x".repeat(100_000)}"}`,
    "[".repeat(50_000),
  ];
  for (const payload of payloads) {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    t.after(() => socket.terminate());
    socket.on("error", () => {});
    const heard = [];
    let closed = false;
    socket.on("message", (data) => heard.push(data.toString()));
    socket.on("close", () => (closed = true));
    await once(socket, "open");
    socket.send(`40${payload}`);
    await eventually("it is refused", () => closed || heard.some((text) => text.startsWith("44")));
    assert.ok(!heard.some((text) => text.startsWith("40")), `${payload.slice(0, 40)} was accepted`);
    socket.close();
  }
  await nothingMore(ada, grace);
});
