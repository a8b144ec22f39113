// What GET /metrics counts (contract §14).

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, settle } from "./support/guest.mjs";
import { scrape } from "./support/metrics.mjs";
import { Lives, holdDatabase } from "./support/records.mjs";
import { match, startChat } from "./support/server.mjs";
import { altered } from "./support/tokens.mjs";

test("§14-metrics, §4-metrics: gauges follow connects, searches, chats and disconnects, and end at zero", async (t) => {
  const server = await startChat(t);
  const before = await scrape(server);
  for (const name of ["parley_open_sockets", "parley_guests_online", "parley_guests_searching", "parley_chats"]) {
    assert.equal(before.sum(name), 0, name);
  }
  const [ada, grace] = await server.pair();
  const searcher = await server.guest("Searcher");
  await searcher.ask("user:match");
  const during = await scrape(server);
  assert.equal(during.sum("parley_open_sockets"), 3);
  assert.equal(during.sum("parley_guests_online"), 3);
  assert.equal(during.sum("parley_guests_searching"), 1);
  assert.equal(during.sum("parley_chats"), 1);
  assert.equal(during.sum("parley_guest_sessions"), 3);
  assert.equal(during.sum("parley_sessions"), 3);
  assert.ok(during.sum("parley_connections") >= 3);
  assert.equal(during.sum("parley_ready"), 1);
  for (const guest of [ada, grace, searcher]) guest.disconnect();
  await eventually("all sockets are closed", async () => (await scrape(server)).sum("parley_open_sockets") === 0);
  const after = await scrape(server);
  for (const name of ["parley_guests_online", "parley_guests_searching", "parley_chats", "parley_sessions"]) {
    assert.equal(after.sum(name), 0, name);
  }
});

test("the records tell whether they can be relied on, what waits for them and how long commits take", async (t) => {
  const lives = await Lives.begin(t);
  const [ada] = await lives.server.pair();
  await ada.ask("chat:message", { type: "text", content: "hello" });
  const well = await scrape(lives.server);
  assert.equal(well.sum("parley_store_available"), 1);
  assert.equal(well.sum("parley_store_failures_total"), 0);
  assert.equal(well.sum("parley_store_calls_waiting"), 0);
  assert.ok(well.sum("parley_store_commit_seconds_count") >= 3, "two sessions, a chat and a message were committed");
  assert.ok(well.sum("parley_store_commit_seconds_sum") > 0);
  await lives.kill();

  const holder = await holdDatabase(t, lives.database);
  await lives.start();
  await lives.unready();
  const ill = await scrape(lives.server);
  assert.equal(ill.sum("parley_store_available"), 0);
  assert.equal(ill.sum("parley_ready"), 0);
  await holder.end();
  await lives.ready();
  assert.equal((await scrape(lives.server)).sum("parley_store_available"), 1);
});

test("answers are counted by route and status, and a made-up path makes no new name", async (t) => {
  const server = await startChat(t);
  const { user } = await server.account();
  await server.request("GET", `/api/guest/${user.sessionId}`);
  await server.request("HEAD", `/api/guest/${user.sessionId}`);
  await server.request("GET", "/api/guest/nobody");
  await server.request("GET", "/api/guest/me");
  for (let i = 0; i < 20; ++i) await server.request("GET", `/made-up/${i}`);
  const metrics = await scrape(server);
  const count = (route, status) => metrics.sum("parley_http_requests_total", { route, status });
  assert.equal(count("POST /api/guest", "201"), 1);
  assert.equal(count("GET /api/guest/:sessionId", "200"), 2);
  assert.equal(count("GET /api/guest/:sessionId", "404"), 1);
  assert.equal(count("GET /api/guest/me", "401"), 1);
  assert.equal(count("other", "404"), 20);
  assert.equal(metrics.sum("parley_http_request_seconds_count", { route: "GET /api/guest/:sessionId" }), 3);
  assert.ok(metrics.sum("parley_http_request_seconds_sum") > 0);
  const routes = new Set(metrics.samples.map(({ labels }) => labels.route).filter(Boolean));
  assert.ok(![...routes].some((route) => route.includes("made-up")), [...routes].join());
});

test("a request that is no HTTP is counted by its answer", async (t) => {
  const server = await startChat(t);
  await server.request("GET", "/health", { headers: { "x-long": "x".repeat(20_000) } });
  assert.equal((await scrape(server)).sum("parley_http_malformed_total", { status: "431" }), 1);
});

test("refused tokens are counted by code, over REST and in handshakes", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  const refused = async (token) => {
    const stranger = server.twin(guest);
    stranger.token = token;
    stranger.open();
    await stranger.next("connect_error");
  };
  await server.request("GET", "/api/guest/me");
  await server.request("GET", "/api/guest/me", { token: "nonsense" });
  await refused("");
  await refused(altered(guest, { exp: 1 }));
  await refused(altered(guest, { sessionId: "00000000-0000-4000-8000-000000000000" }));
  await guest.connect();
  const metrics = await scrape(server);
  const failures = (code) => metrics.sum("parley_auth_failures_total", { code });
  assert.equal(failures("TOKEN_REQUIRED"), 2);
  assert.equal(failures("TOKEN_INVALID"), 1);
  assert.equal(failures("TOKEN_EXPIRED"), 1);
  assert.equal(failures("SESSION_NOT_FOUND"), 1);
  const handshakes = (result) => metrics.sum("parley_handshakes_total", { result });
  assert.equal(handshakes("accepted"), 1);
  assert.equal(handshakes("TOKEN_REQUIRED"), 1);
  assert.equal(handshakes("TOKEN_EXPIRED"), 1);
  assert.equal(handshakes("SESSION_NOT_FOUND"), 1);
});

test("error events are counted by event and code, and events of unknown names are counted together", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  await ada.ask("chat:message", { type: "text", content: "to nobody" });
  await ada.ask("webrtc:offer", { offer: {}, type: "audio" });
  for (let i = 0; i < 5; ++i) ada.emit(`made-up:${i}`);
  await settle(ada);
  const metrics = await scrape(server);
  assert.equal(metrics.sum("parley_errors_total", { event: "chat:error", code: "NOT_IN_CHAT" }), 1);
  assert.equal(metrics.sum("parley_errors_total", { event: "webrtc:error", code: "NOT_IN_CHAT" }), 1);
  assert.equal(metrics.sum("parley_errors_total"), 2);
  assert.equal(metrics.sum("parley_unknown_events_total"), 5);
  assert.ok(!metrics.samples.some(({ labels }) => Object.values(labels).some((value) => value.includes("made-up"))));
});

test("what guests are told is counted as it arrives", async (t) => {
  const server = await startChat(t);
  const guests = [];
  for (const name of ["Ada", "Grace", "Edith", "Frances"]) guests.push(await server.guest(name));
  const [ada, grace, edith, frances] = guests;
  await match(ada, grace);
  await match(edith, frances);
  ada.emit("chat:message", { type: "text", content: "hello" });
  await grace.next("chat:message");
  await settle(...guests);
  const metrics = await scrape(server);
  const seen = new Map();
  for (const { event } of guests.flatMap((guest) => guest.seen)) seen.set(event, (seen.get(event) ?? 0) + 1);
  seen.delete("realtime:stats");
  for (const [event, count] of seen) {
    assert.equal(metrics.sum("parley_events_sent_total", { event }), count, event);
  }
  assert.equal(seen.get("user:matched"), 4);
});

test("the process, its loops and its version are shown", async (t) => {
  const server = await startChat(t, { WORKERS: "2" });
  await eventually("both loops have been watched", async () => {
    const metrics = await scrape(server);
    return ["0", "1"].every((worker) => metrics.sum("parley_loop_delay_seconds_count", { worker }) > 0);
  });
  const metrics = await scrape(server);
  const { version } = (await server.request("GET", "/health")).body;
  assert.equal(metrics.sum("parley_build_info", { version }), 1);
  const resident = await server.binary.residentBytes();
  assert.ok(Math.abs(metrics.sum("process_resident_memory_bytes") / resident - 1) < 0.2);
  const descriptors = await server.binary.descriptors();
  assert.ok(Math.abs(metrics.sum("process_open_fds") - descriptors) <= 2, `${descriptors}`);
  assert.ok(Math.abs(metrics.sum("process_start_time_seconds") - Date.now() / 1000) < 60);
  assert.ok(metrics.sum("process_cpu_seconds_total") > 0);
  assert.ok(metrics.sum("process_max_fds") > 0);
  assert.equal(metrics.sum("parley_log_lines_dropped_total"), 0);
});

test("after a story the numbers agree with each other and with what the guests saw", async (t) => {
  const server = await startChat(t, { DISCONNECT_GRACE_MS: "60000" });
  const [ada, grace] = await server.pair();
  const say = (guest, content) => guest.ask("chat:message", { type: "text", content });
  const confirm = async (guest) => {
    const { id } = await guest.next("chat:message");
    await guest.ask("chat:message:delivered", { messageId: id });
    await guest.ask("chat:message:delivered", { messageId: id });
  };
  for (let i = 0; i < 6; ++i) await say(i % 2 ? ada : grace, `message ${i}`);
  for (const guest of [ada, grace, ada]) await confirm(guest);
  const voice = { duration: 3, fileSize: 1000 };
  await ada.ask("chat:message", { type: "voice", content: voice });
  await ada.ask("chat:message", { type: "text", content: "" });

  grace.socket.io.engine.transport.ws._socket.destroy();
  await ada.next("presence:user_offline");
  await say(ada, "held back");
  await grace.connect();
  await grace.next("chat:message", ({ content }) => content === "held back");

  ada.emit("webrtc:offer", { offer: {}, type: "audio" });
  await grace.next("webrtc:offer");
  grace.emit("webrtc:answer", { answer: {} });
  await ada.next("webrtc:answer");
  await ada.ask("webrtc:call-end");
  ada.emit("webrtc:offer", { offer: {}, type: "audio" });
  await grace.next("webrtc:offer");
  await grace.ask("webrtc:call-reject");

  const during = await scrape(server);
  const sent = during.sum("parley_messages_total", { result: "sent" });
  assert.equal(sent, 8);
  assert.equal(during.sum("parley_messages_total", { type: "voice", result: "sent" }), 1);
  assert.equal(during.sum("parley_messages_held_back_total"), 1);
  assert.equal(during.sum("parley_messages_delivered_total"), 3);
  assert.equal(during.sum("parley_message_delivery_seconds_count"), 3);
  assert.equal(sent, during.sum("parley_messages_delivered_total") + during.sum("parley_messages_unconfirmed"));
  assert.equal(during.sum("parley_errors_total", { event: "chat:error", code: "INVALID_MESSAGE" }), 1);
  assert.equal(during.sum("parley_calls_total", { outcome: "completed" }), 1);
  assert.equal(during.sum("parley_calls_total", { outcome: "rejected" }), 1);
  assert.equal(during.sum("parley_signals_relayed_total", { signal: "offer" }), 2);
  assert.equal(during.sum("parley_signals_relayed_total"), 5);

  await grace.ask("leave-room");
  for (const guest of [ada, grace]) guest.disconnect();
  await eventually("all sockets are closed", async () => (await scrape(server)).sum("parley_open_sockets") === 0);
  const after = await scrape(server);
  const delivered = after.sum("parley_messages_delivered_total");
  assert.equal(after.sum("parley_messages_total", { result: "sent" }), delivered + after.sum("parley_messages_undelivered_total"));
  assert.equal(after.sum("parley_messages_unconfirmed"), 0);
  assert.equal(after.sum("parley_chats"), 0);
  assert.equal(after.sum("parley_matches_total"), 1);
  assert.equal(after.sum("parley_events_sent_total", { event: "user:matched" }), 2 * after.sum("parley_matches_total"));
  assert.equal(after.sum("parley_match_wait_seconds_count"), 2 * after.sum("parley_matches_total"));
  assert.equal(after.sum("parley_handshakes_total", { result: "accepted" }), 3);
  const told = [ada, grace].flatMap(({ seen }) => seen).filter(({ event }) => event === "chat:message:sent");
  assert.equal(told.length, sent);
});
