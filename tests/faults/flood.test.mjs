// One guest sends as fast as it can; two others go on talking.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { eventually } from "../chat/support/guest.mjs";
import { startChat } from "../chat/support/server.mjs";

/** A client that does not wait: it sends `packets` again and again until `stop` is called or the server cuts it off. */
function flood(server, guest, packets) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.binary.port}/socket.io/?EIO=4&transport=websocket`);
  const flooder = { sent: 0, stop: () => socket.terminate() };
  let going = false;
  socket.on("message", (data) => {
    const packet = data.toString();
    if (packet.startsWith("0{")) socket.send(`40${JSON.stringify({ token: guest.token })}`);
    else if (packet === "2") socket.send("3");
    else if (packet.startsWith('42["connection:established"') && !going) {
      going = true;
      pour();
    }
  });
  const pour = () => {
    if (socket.readyState !== WebSocket.OPEN) return;
    // As much as the connection takes, and a little more, without filling this process's memory.
    for (let i = 0; i < 200 && socket.bufferedAmount < 1_000_000; ++i) {
      socket.send(packets[flooder.sent++ % packets.length]);
    }
    setImmediate(pour);
  };
  socket.on("error", () => {});
  return flooder;
}

/** How long each of `count` messages takes to reach the partner, in milliseconds, ascending. */
async function latencies(a, b, count) {
  const all = [];
  for (let i = 0; i < count; ++i) {
    const began = performance.now();
    a.emit("chat:message", { type: "text", content: `message ${i}` });
    const { id } = await b.next("chat:message", ({ content }) => content === `message ${i}`);
    all.push(performance.now() - began);
    b.emit("chat:message:delivered", { messageId: id });
    await a.next("chat:message:delivered", ({ messageId }) => messageId === id);
  }
  return all.sort((x, y) => x - y);
}

const packets = {
  "good events": ['42["presence:heartbeat",{}]', '42["get:stats"]', '42["user:match"]', '42["user:match:cancel"]'],
  "messages outside a chat": ['42["chat:message",{"type":"text","content":"hello"}]'],
  "events nobody knows": ['42["no:such:event",{"a":1}]'],
};

for (const [what, each] of Object.entries(packets)) {
  test(`a guest who floods the server with ${what}, without limits, does not silence a pair that talks`, async (t) => {
    const server = await startChat(t, { WORKERS: "1" });
    const [ada, grace] = await server.pair();
    const eve = await server.account({ username: "Eve" });
    const flooder = flood(server, eve, each);
    t.after(flooder.stop);
    await eventually("the flood has begun", () => flooder.sent > 5000);
    const all = await latencies(ada, grace, 100);
    t.diagnostic(`p50 ${all[50].toFixed(1)} ms, p99 ${all[98].toFixed(1)} ms beside a flood of ${flooder.sent} events`);
    assert.ok(all[50] < 200 && all.at(-1) < 2000, `p50 ${all[50]} ms, longest ${all.at(-1)} ms`);
  });
}
