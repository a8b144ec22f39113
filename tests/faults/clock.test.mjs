// The clock on the wall is set anew while the server runs, by hours, forwards and backwards. What lasts for a while
// must not notice; what tells the time must tell the new one.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { settle } from "../chat/support/guest.mjs";
import { startChat } from "../chat/support/server.mjs";
import { sleep } from "../support/wait.mjs";

const hour = 3_600_000;

/** A chat server whose wall clock, and no other, is moved by `setClock(hours)`. */
async function startUnderClock(t, env) {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-clock-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const shim = path.join(folder, "moved_clock.so");
  const source = new URL("moved_clock.c", import.meta.url).pathname;
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", shim, source]);
  const file = path.join(folder, "offset");
  // In one step: a server that reads meanwhile finds the old time or the new one.
  const setClock = async (hours) => {
    await writeFile(`${file}.new`, `${(hours * hour) / 1000}\n`);
    await rename(`${file}.new`, file);
  };
  await setClock(0);
  const server = await startChat(t, { ...env, LD_PRELOAD: shim, MOVED_CLOCK_FILE: file });
  return { server, setClock };
}

/** One message there and one back; resolves to how far the server's clock is ahead of ours. */
async function talk(a, b) {
  const bothWays = [
    [a, b],
    [b, a],
  ];
  for (const [author, partner] of bothWays) {
    author.emit("chat:message", { type: "text", content: "hello" });
    await author.next("chat:message:sent");
    const { id } = await partner.next("chat:message");
    partner.emit("chat:message:delivered", { messageId: id });
  }
  await b.next("chat:message:delivered");
  const { timestamp } = await a.next("chat:message:delivered");
  return Date.parse(timestamp) - Date.now();
}

test("a clock that jumps by hours ends no session, no chat, no search and no connection", async (t) => {
  const { server, setClock } = await startUnderClock(t, {
    SOCKET_PING_INTERVAL: "300",
    SOCKET_PING_TIMEOUT: "1000",
    SESSION_TTL_SECONDS: "7200",
    CALL_TIMEOUT_MS: "60000",
  });
  const [ada, grace] = await server.pair();
  const alan = await server.guest("Alan");
  const idle = await server.account({ username: "Idle" });
  alan.emit("user:match");
  await alan.next("user:match:no_users");
  ada.emit("webrtc:offer", { offer: {}, type: "audio" });
  await grace.next("webrtc:offer");

  for (const hours of [3, -5, 20, 0]) {
    await setClock(hours);
    const ahead = await talk(ada, grace);
    assert.ok(Math.abs(ahead - hours * hour) < 60_000, `the jump was not seen: ${ahead} ms`);
    // Long enough for several heartbeats, and for what the jump might have made overdue.
    await sleep(2000);
    const { body } = await server.request("GET", "/api/stats", { token: idle.token });
    const { totalUsers, onlineUsers, availableUsers, connectedUsers } = body.data.stats;
    assert.deepEqual([totalUsers, onlineUsers, availableUsers, connectedUsers], [4, 3, 1, 1]);
    assert.ok(Math.abs(Date.parse(body.data.timestamp) - Date.now() - hours * hour) < 60_000);
    assert.ok([ada, grace, alan].every(({ present }) => present));
  }
  await settle(ada, grace, alan);
  for (const guest of [ada, grace, alan]) {
    const unexpected = guest.unread().filter(({ event }) => event !== "user:match:searching");
    assert.deepEqual(unexpected, [], `${guest.name} was told of the jump`);
  }

  // Whoever comes now is served as ever.
  const late = await server.guest("Late");
  late.emit("user:match");
  assert.equal((await late.next("user:matched")).matchedUser.id, alan.id);
});

for (const hours of [6, -6]) {
  test(`the grace period is as long as ever when the clock jumps by ${hours} hours within it`, async (t) => {
    const graceMs = 1500;
    const { server, setClock } = await startUnderClock(t, { DISCONNECT_GRACE_MS: String(graceMs) });
    const [ada, grace] = await server.pair();
    ada.socket.io.engine.close();
    await grace.next("presence:user_offline");
    await setClock(hours);
    await sleep(graceMs / 3);
    await ada.connect();
    assert.equal(ada.established.activeChat.matchedUser.id, grace.id);
    await grace.next("presence:user_online");

    ada.socket.io.engine.close();
    await grace.next("presence:user_offline");
    const began = Date.now();
    await setClock(0);
    assert.equal((await grace.next("room:closed")).reason, "user_disconnected");
    const lasted = Date.now() - began;
    assert.ok(lasted > graceMs - 200 && lasted < graceMs + 3000, `it lasted ${lasted} ms`);
  });
}
