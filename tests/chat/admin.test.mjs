// The operator's command line, over a socket of the running server.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { test } from "node:test";
import { admin, socketPath } from "./support/admin.mjs";
import { launch, startChat } from "./support/server.mjs";

test("reports are listed with their messages, and closing one erases it", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket });
  assert.equal((await admin(socket, "reports")).stdout, "no reports\n");
  const [ada, bob] = await server.pair("Ada", "Bob");
  await bob.ask("chat:message", { type: "text", content: "buy \u001b[31mgold\u0007" });
  await bob.ask("chat:message", { type: "text", content: "now" });
  const { reportId } = await ada.ask("user:report", { reason: "spam", details: "sells gold" });
  assert.ok(reportId);

  const answer = JSON.parse((await admin(socket, "reports", "--json")).stdout);
  assert.equal(answer.total, 1);
  const [report] = answer.reports;
  assert.equal(report.id, reportId);
  assert.deepEqual(report.by, { id: ada.id, username: "Ada" });
  assert.deepEqual(report.about, { id: bob.id, username: "Bob", address: "127.0.0.1" });
  assert.deepEqual([report.reason, report.details], ["spam", "sells gold"]);
  assert.deepEqual(report.messages.map(({ content }) => content), ["buy \u001b[31mgold\u0007", "now"]);

  const words = (await admin(socket, "reports")).stdout;
  for (const part of [reportId, bob.id, "127.0.0.1", "sells gold", "Bob: buy ?[31mgold?", "Bob: now"]) {
    assert.ok(words.includes(part), `${part} is missing in\n${words}`);
  }
  assert.deepEqual(await admin(socket, "close-report", reportId), { code: 0, stdout: "done\n", stderr: "" });
  const again = await admin(socket, "close-report", reportId);
  assert.deepEqual(again, { code: 1, stdout: "", stderr: `there is no report ${reportId}\n` });
  assert.equal((await admin(socket, "reports")).stdout, "no reports\n");
});

test("bans are listed with their end and reason, and lifting one that is not there is refused", async (t) => {
  const socket = socketPath(t);
  await startChat(t, { ADMIN_SOCKET: socket });
  assert.equal((await admin(socket, "bans")).stdout, "no bans\n");
  assert.equal((await admin(socket, "ban", "session", "guest_x", "--reason", "abuse")).code, 0);
  assert.equal((await admin(socket, "ban", "address", "2001:db8::1", "--for", "7d")).code, 0);
  const { bans } = JSON.parse((await admin(socket, "bans", "--json")).stdout);
  assert.deepEqual(bans.map(({ of, value, reason }) => [of, value, reason]), [
    ["session", "guest_x", "abuse"],
    ["address", "2001:db8::/64", ""],
  ]);
  assert.equal(bans[0].until, null);
  assert.equal(Date.parse(bans[1].until) - Date.parse(bans[1].at), 7 * 24 * 3600 * 1000);
  assert.equal((await admin(socket, "unban", "address", "2001:db8::ffff")).code, 0);
  const twice = await admin(socket, "unban", "address", "2001:db8::/64");
  assert.deepEqual([twice.code, twice.stderr], [1, "there is no ban of 2001:db8::/64\n"]);
  const wrong = await admin(socket, "ban", "address", "nowhere");
  assert.deepEqual([wrong.code, wrong.stderr], [1, "neither an IPv4 nor an IPv6 address: nowhere\n"]);
  assert.equal((await admin(socket, "ban", "session", "bob")).code, 1);
});

test("statistics count guests, sockets and chats", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket });
  await server.pair();
  const { stats, uptimeSeconds } = JSON.parse((await admin(socket, "stats", "--json")).stdout);
  assert.equal(stats.onlineUsers, 2);
  assert.equal(stats.connectedUsers, 1);
  assert.ok(Number.isInteger(uptimeSeconds));
  assert.match((await admin(socket, "stats")).stdout, /onlineUsers {2}2\n/);
});

test("where no server is, the exit code is 3; wrong words are 2", async (t) => {
  const socket = socketPath(t);
  const { code, stderr } = await admin(socket, "stats");
  assert.equal(code, 3);
  assert.match(stderr, /^no server is there: /);
  for (const args of [[], ["nonsense"], ["ban", "session"], ["ban", "planet", "x"], ["ban", "session", "guest_x", "--for", "soon"], ["close-report"]]) {
    assert.equal((await admin(socket, ...args)).code, 2, args.join(" "));
  }
});

test("the socket and its directory are their owner's alone, and the socket goes with the server", async (t) => {
  const socket = socketPath(t);
  const binary = await launch({ ADMIN_SOCKET: socket });
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700);
  await binary.stop();
  assert.ok(!existsSync(socket));
});

test("a second server at the same socket does not start, and what a killed one left is replaced", async (t) => {
  const socket = socketPath(t);
  const first = await launch({ ADMIN_SOCKET: socket });
  await assert.rejects(launch({ ADMIN_SOCKET: socket }), /ADMIN_SOCKET cannot be used: another server is at/);
  assert.equal((await admin(socket, "stats")).code, 0);
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  await first.stop();
  assert.ok(existsSync(socket));
  const second = await launch({ ADMIN_SOCKET: socket });
  assert.equal((await admin(socket, "stats")).code, 0);
  await second.stop();
});

test("a place that cannot be used is an error that names the setting, and an empty setting means no socket", async (t) => {
  const socket = socketPath(t);
  mkdirSync(socket, { recursive: true });
  chmodSync(socket, 0o700);
  await assert.rejects(launch({ ADMIN_SOCKET: socket }), /ADMIN_SOCKET cannot be used/);
  const binary = await launch({ ADMIN_SOCKET: "" });
  await binary.stop();
});

test("nonsense, endless lines and callers that say nothing do not disturb the server", async (t) => {
  const socket = socketPath(t);
  await startChat(t, { ADMIN_SOCKET: socket });
  const say = (bytes) =>
    new Promise((resolve, reject) => {
      const caller = net.connect(socket, () => caller.write(bytes));
      let heard = "";
      caller.setEncoding("utf8").on("data", (text) => {
        heard += text;
        caller.end();
      });
      // A caller whose line never ends is cut off while it still writes.
      caller.on("error", (error) => (["EPIPE", "ECONNRESET"].includes(error.code) ? resolve(heard) : reject(error)));
      caller.on("close", () => resolve(heard));
    });
  for (const line of ["nonsense\n", "[]\n", '{"do":7}\n', '{"do":"reboot"}\n']) {
    assert.deepEqual(JSON.parse(await say(line)), { ok: false, error: "this server knows no such command" });
  }
  assert.equal(await say("x".repeat(200_000)), "");
  const idle = Array.from({ length: 8 }, () => net.connect(socket));
  assert.equal((await admin(socket, "stats")).code, 0);
  for (const caller of idle) caller.destroy();
});
