// Starting, stopping and logging (contract §2, §9.2, §14).

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { ChatServer, launch, startChat } from "./support/server.mjs";
import { eventually } from "./support/guest.mjs";

const clean = { code: 0, signal: null };
const closedForRestart = (partner) => ({
  userId: partner.id,
  username: partner.name,
  message: "Server is restarting. Room closed.",
  reason: "server_shutdown",
});

/** Why the server refuses to start with these settings; starting after all is the failure. */
async function refusal(env) {
  const started = await launch(env).catch((error) => error);
  if (started instanceof Error) return started.message;
  await started.stop();
  return assert.fail(`it started with ${JSON.stringify(env)}`);
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`§14-stop: ${signal} ends the server with exit code 0 within five seconds, also with guests connected`, async () => {
    const binary = await launch();
    const server = new ChatServer(binary);
    await server.pair();
    await server.guest("Polling", { transports: ["polling"] });
    const searcher = await server.guest("Searcher");
    await searcher.ask("user:match");
    const started = Date.now();
    process.kill(binary.pid, signal);
    assert.deepEqual(await binary.exited, clean);
    assert.ok(Date.now() - started < 5000);
    await binary.stop();
    await assert.rejects(server.request("GET", "/health"));
  });
}

test("§9.2-server-shutdown, §14-stop: a stop tells both guests of a chat, and their transports close so that they come back", async () => {
  const binary = await launch();
  const server = new ChatServer(binary);
  const [ada, grace] = await server.pair();
  const idle = await server.guest("Idle");
  process.kill(binary.pid, "SIGTERM");
  assert.deepEqual(await ada.next("room:closed"), closedForRestart(grace));
  assert.deepEqual(await grace.next("room:closed"), closedForRestart(ada));
  for (const guest of [ada, grace, idle]) assert.match(await guest.next("disconnect"), /^transport/);
  assert.ok(!idle.order().includes("room:closed"));
  assert.deepEqual(await binary.exited, clean);
  await binary.stop();
});

test("a stop ends chats over polling as well", async () => {
  const binary = await launch();
  const server = new ChatServer(binary);
  const [ada, grace] = await server.pair("Ada", "Grace", { transports: ["polling"] });
  // A guest between two polls cannot be told anything; a round trip later each has its next poll pending.
  for (const { socket } of [ada, grace]) await eventually("it polls", () => socket.io.engine.transport._polling);
  for (let i = 0; i < 3; ++i) await server.request("GET", "/health");
  process.kill(binary.pid, "SIGTERM");
  for (const guest of [ada, grace]) {
    assert.equal((await guest.next("room:closed")).reason, "server_shutdown");
    await guest.next("disconnect");
  }
  assert.deepEqual(await binary.exited, clean);
  await binary.stop();
});

test("§14-stop: a client that never reads does not delay the stop", async () => {
  const binary = await launch();
  const server = new ChatServer(binary);
  const ada = await server.guest("Ada");
  ada.socket.io.engine.transport.ws._socket.pause();
  process.kill(binary.pid, "SIGTERM");
  assert.deepEqual(await binary.exited, clean);
  ada.disconnect();
  await binary.stop();
});

test("§2-faults: a setting that cannot be read stops the start and is named, all of them together", async () => {
  const text = await refusal({ PORT: "abc", JWT_EXPIRES_IN: "soon", STATS_INTERVAL_MS: "-1", CALL_TIMEOUT_MS: "1.5x" });
  for (const name of ["PORT", "JWT_EXPIRES_IN", "STATS_INTERVAL_MS", "CALL_TIMEOUT_MS"]) {
    assert.ok(text.includes(name), `${name} is not named in:\n${text}`);
  }
});

test("§2-secret: production needs a secret of at least 32 bytes", async () => {
  for (const JWT_SECRET of ["", "x".repeat(31)]) {
    assert.match(await refusal({ PARLEY_ENV: "production", JWT_SECRET }), /JWT_SECRET/);
  }
  const binary = await launch({ PARLEY_ENV: "production", JWT_SECRET: "x".repeat(32) });
  assert.deepEqual(await binary.stop(), { ...clean, killed: false });
});

test("§2-secret: development makes a secret of its own when none is given", async (t) => {
  const server = await startChat(t, { JWT_SECRET: "" });
  const { token } = await server.account();
  assert.equal((await server.request("GET", "/api/guest/me", { token })).status, 200);
});

test("a taken port is an error that names it", async (t) => {
  const server = await startChat(t);
  const port = String(server.binary.port);
  assert.ok((await refusal({ PORT: port })).includes(port));
});

test("§14-logs: every line of the log is a JSON object with level, time and message", async (t) => {
  const server = await startChat(t, { LOG_LEVEL: "debug" });
  const [ada, grace] = await server.pair();
  ada.emit("leave-room");
  await grace.next("chat:cleared");
  await server.request("GET", "/api/nonsense");
  await eventually("something is logged", () => server.binary.stderr.includes("\n"));
  const lines = server.binary.stderr.split("\n").slice(0, -1);
  for (const line of lines) {
    const entry = JSON.parse(line);
    for (const key of ["level", "time", "message"]) assert.equal(typeof entry[key], "string", line);
    assert.ok(!Number.isNaN(Date.parse(entry.time)), line);
  }
});

test("§14-logs: a request is named in its answer and in the log, by its own name if it brought one", async (t) => {
  const server = await startChat(t, { LOG_LEVEL: "debug" });
  const answered = (id) => {
    const lines = server.binary.stderr.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    return lines.find(({ request }) => request === id);
  };
  const named = await server.request("GET", "/api/guest/me", { headers: { "x-request-id": "proxy-7.a_B" } });
  assert.equal(named.headers["x-request-id"], "proxy-7.a_B");
  await eventually("the answer is logged", () => answered("proxy-7.a_B"));
  const entry = answered("proxy-7.a_B");
  assert.equal(entry.message, "a request was answered");
  assert.equal(entry.route, "GET /api/guest/me");
  assert.equal(entry.status, 401);
  assert.equal(typeof entry.ms, "number");
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  for (const bad of [undefined, "", "two words", "x".repeat(65), 'a"b']) {
    const headers = bad === undefined ? {} : { "x-request-id": bad };
    const answer = await server.request("GET", "/health", { headers });
    assert.match(answer.headers["x-request-id"], uuid);
    await eventually("the answer is logged", () => answered(answer.headers["x-request-id"]));
  }
});

test("§14-logs: tokens, the key, messages and signals are never logged", async (t) => {
  const server = await startChat(t, { LOG_LEVEL: "trace" });
  const [ada, grace] = await server.pair();
  const hidden = "an unmistakable phrase";
  ada.emit("chat:message", { type: "text", content: hidden });
  ada.emit("chat:message", { type: "unknown", content: hidden });
  ada.emit("webrtc:offer", { offer: { sdp: hidden }, type: "audio" });
  ada.emit("webrtc:offer", { offer: hidden });
  ada.emit("webrtc:ice-candidate", { candidate: { candidate: hidden } });
  await grace.next("chat:message");
  await grace.next("webrtc:ice-candidate");
  await server.request("GET", "/api/guest/me", { token: `${ada.token}x` });
  await server.request("GET", `/api/guest/me?token=${ada.token}`);
  const output = server.binary.stderr + server.binary.stdout;
  assert.ok(!output.includes(hidden), "a message or a signal");
  for (const guest of [ada, grace]) assert.ok(!output.includes(guest.token.split(".")[2]), "a token");
  assert.ok(!output.includes("a-secret-for-tests"), "the key");
});

test("after SIGHUP the log goes on in a new file, and the old one stays as it was", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-log-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "parley.log");
  const server = await startChat(t, { LOG_FILE: file });
  const ada = await server.guest("Ada");
  await eventually("the guest is logged", () => readFileSync(file, "utf8").includes(ada.id));
  renameSync(file, `${file}.1`);
  process.kill(server.binary.pid, "SIGHUP");
  await eventually("there is a new file", () => existsSync(file) && readFileSync(file, "utf8").includes("opened anew"));
  const before = readFileSync(`${file}.1`, "utf8");
  const grace = await server.guest("Grace");
  await eventually("the log goes on", () => readFileSync(file, "utf8").includes(grace.id));
  assert.equal(readFileSync(`${file}.1`, "utf8"), before);
});

test("a log file that cannot be opened stops the start", async () => {
  assert.match(await refusal({ LOG_FILE: "/proc/nowhere/parley.log" }), /LOG_FILE cannot be used/);
});
