// The comparison is between servers that do the same, measured by a client that notices when one does not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket, WebSocketServer } from "ws";
import { ChatServer } from "../tests/chat/support/server.mjs";
import { chatCases } from "./chat_cases.mjs";
import { finish, start, startServer, stopServer } from "./processes.mjs";
import { chatServers } from "./servers.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const binDir = path.resolve(process.env.PARLEY_BIN_DIR ?? path.join(here, "../build/release/bin"));
const bin = (name) => path.join(binDir, name);
const anyCore = "0-1";

/** A chat server of that kind, which ends with the test. */
async function startChatServer(t, { command, env }) {
  const cwd = await mkdtemp(path.join(tmpdir(), "parley-bench-"));
  const { server, port } = await startServer(anyCore, (free) => command(free, {}, bin), { cwd, env });
  t.after(async () => {
    await stopServer(server);
    await rm(cwd, { recursive: true, force: true });
  });
  return { server, port };
}

async function runLoad(args, port, pid) {
  const window = ["--seconds", "0.3", "--warm-up", "0.1"];
  const client = start(anyCore, [bin("bench-chat"), ...args, "--port", port, "--pid", pid, ...window]);
  const outcome = await finish(client, 60_000);
  return { outcome, output: client.output, errorText: client.errorText };
}

for (const [name, kind] of Object.entries(chatServers)) {
  test(`the flow of a chat on ${name} is the contract's`, async (t) => {
    const { port } = await startChatServer(t, kind);
    // Its guests hold everything they hear to the contract.
    const chat = new ChatServer({ port });
    const ada = await chat.guest("Ada");
    const grace = await chat.guest("Grace");
    t.after(() => [ada, grace].forEach((guest) => guest.disconnect()));
    ada.emit("user:match");
    await ada.next("user:match:no_users");
    grace.emit("user:match");
    const [{ roomId, matchedUser }] = [await grace.next("user:matched"), await ada.next("user:matched")];
    assert.equal(roomId, [ada.id, grace.id].sort().join("_"));
    assert.equal(matchedUser.id, ada.id);
    for (const guest of [ada, grace]) {
      const joined = [await guest.next("room:user_joined"), await guest.next("room:user_joined")];
      assert.deepEqual(
        joined.map(({ userId }) => userId),
        [grace.id, ada.id],
      );
    }

    ada.emit("chat:message", { type: "text", content: "a < b?", clientMessageId: "first" });
    const sent = await ada.next("chat:message:sent");
    assert.equal(sent.clientMessageId, "first");
    const heard = await grace.next("chat:message");
    assert.deepEqual([heard.id, heard.content, heard.senderId], [sent.messageId, "a < b?", ada.id]);
    grace.emit("chat:message:delivered", { messageId: heard.id });
    assert.equal((await ada.next("chat:message:delivered")).messageId, sent.messageId);
    // Confirmed before, and by the wrong guest: neither tells anybody anything.
    grace.emit("chat:message:delivered", { messageId: heard.id });
    ada.emit("chat:message:delivered", { messageId: heard.id });
    ada.emit("chat:message", { type: "text", content: "again", clientMessageId: "first" });
    assert.equal((await ada.next("chat:message:sent")).messageId, sent.messageId);
    ada.emit("chat:message", { type: "text", content: "  " });
    assert.equal((await ada.next("chat:error")).code, "INVALID_MESSAGE");

    grace.emit("chat:typing:start");
    assert.equal((await ada.next("chat:typing:start")).userId, grace.id);
    grace.emit("webrtc:offer", { offer: { sdp: "v=0" }, type: "audio" });
    assert.deepEqual((await ada.next("webrtc:offer")).offer, { sdp: "v=0" });
    ada.emit("webrtc:call-end");
    await grace.next("webrtc:call-end");

    ada.emit("leave-room");
    await ada.next("chat:clear:confirmed");
    await grace.next("chat:cleared");
    for (const guest of [ada, grace]) assert.equal((await guest.next("room:user_left")).userId, ada.id);
    ada.emit("chat:message", { type: "text", content: "too late" });
    assert.equal((await ada.next("chat:error")).code, "NOT_IN_CHAT");
    await grace.next("realtime:stats", ({ stats }) => stats.onlineUsers === 2 && stats.connectedUsers === 0);
    for (const guest of [ada, grace]) {
      assert.deepEqual(
        guest.unread().map(({ event }) => event),
        ["user:match:searching"],
      );
    }
    chat.requireNoFault();
  });

  test(`every case of the chat runs against ${name} without a wrong answer`, async (t) => {
    for (const [caseName, chosen] of Object.entries(chatCases)) {
      if (kind.runs?.(chosen) === false) continue;
      await t.test(caseName, async (t) => {
        const { server, port } = await startChatServer(t, kind);
        const { outcome, output, errorText } = await runLoad(small(chosen.args), port, server.pid);
        assert.equal(outcome, 0, errorText);
        for (const { field } of chosen.figures) assert.ok(JSON.parse(output)[field] >= 0, output);
      });
    }
  });
}

/** The same case with few guests: whether it works, not what it costs. */
function small(args) {
  const smaller = [...args];
  const at = smaller.indexOf("--guests");
  if (at >= 0) smaller[at + 1] = "20";
  return smaller;
}

/** Stands between the load client and a server; the 50th packet that matches is left to `spoil(packet, pass)`. */
async function spoiler(t, target, pattern, spoil) {
  const front = http.createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = http.request({ port: target, method, path: url, headers });
    onward.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  let matched = 0;
  const sockets = new WebSocketServer({ server: front });
  sockets.on("connection", (near, { url }) => {
    const far = new WebSocket(`ws://127.0.0.1:${target}${url}`);
    const early = [];
    near.on("message", (data) => (far.readyState === WebSocket.OPEN ? far.send(data.toString()) : early.push(data)));
    far.on("open", () => early.forEach((data) => far.send(data.toString())));
    far.on("message", (data) => {
      const packet = data.toString();
      if (pattern.test(packet) && ++matched === 50) spoil(packet, (each) => near.send(each));
      else near.send(packet);
    });
    near.on("close", () => far.close());
    far.on("close", () => near.close());
    far.on("error", () => {});
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    front.close();
    front.closeAllConnections();
  });
  return front.address().port;
}

const message = /^42\["chat:message",/;
const sent = /^42\["chat:message:sent",/;
const delivered = /^42\["chat:message:delivered",/;
const faults = {
  "a changed message": [message, (packet, pass) => pass(packet.replace("quick", "quack")), /expected «g0/],
  "a message passed on twice": [message, (packet, pass) => (pass(packet), pass(packet)), /expected «g0/],
  "a message of somebody else": [
    message,
    (packet, pass) => pass(packet.replace(/guest_../, "guest_no")),
    /expected «g0/,
  ],
  "a lost message": [message, () => {}, /expected «g0|without progress/],
  "a message confirmed twice": [sent, (packet, pass) => (pass(packet), pass(packet)), /expected the confirmation/],
  "another id in the confirmation": [sent, (packet, pass) => pass(packet.replace("msg_", "msg_9")), /expected/],
  "a delivery reported twice": [delivered, (packet, pass) => (pass(packet), pass(packet)), /is delivered, and got/],
  "an unknown event": [delivered, (_, pass) => pass('42["user:disconnected",{}]'), /nothing of that kind/],
};

for (const [fault, [pattern, spoil, complaint]] of Object.entries(faults)) {
  test(`${fault} ends a run of the chat with an error`, async (t) => {
    const { server, port } = await startChatServer(t, chatServers.node);
    const front = await spoiler(t, port, pattern, spoil);
    const args = ["talk", "--guests", "10", "--in-flight", "4"];
    const { outcome, output, errorText } = await runLoad(args, front, server.pid);
    assert.equal(outcome, 1, output);
    assert.match(errorText, complaint);
    assert.equal(output, "");
  });
}
