// The REST interface: guests, health and statistics (contract §4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { claimsOf } from "./support/tokens.mjs";
import { assertTime, uuid } from "./support/shapes.mjs";

test("§4-health: health tells version, uptime in seconds and that no Redis is in use", async (t) => {
  const server = await startChat(t);
  const { status, headers, body } = await server.request("GET", "/health");
  assert.equal(status, 200);
  assert.match(headers["content-type"], /^application\/json/);
  const { timestamp, uptime, version, ...rest } = body;
  assert.deepEqual(rest, { success: true, message: "Server is running", redis: "disabled" });
  assertTime(timestamp);
  assert.equal(typeof version, "string");
  assert.ok(uptime >= 0 && uptime < 60, `uptime ${uptime}`);
});

test("§4-ready: a running server is ready", async (t) => {
  const server = await startChat(t);
  const { status, body } = await server.request("GET", "/health/ready");
  assert.deepEqual([status, body], [200, { success: true }]);
});

test("§4-username: a proposed username is an adjective, a noun and a number up to 9999", async (t) => {
  const server = await startChat(t);
  const { status, body } = await server.request("GET", "/api/guest/username");
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["data", "success"]);
  assert.match(body.data.username, /^([A-Z][a-z]+){2}[1-9]\d{0,3}$/);
});

test("§4-create, §1.1-ids: a new guest gets a token and an identity whose two UUIDs are unrelated", async (t) => {
  const server = await startChat(t);
  const { status, body } = await server.request("POST", "/api/guest", { json: { username: "Ada_L" } });
  assert.equal(status, 201);
  const { id, sessionId, ...profile } = body.data.user;
  assert.deepEqual(body, {
    success: true,
    message: "Guest session created successfully",
    data: { token: body.data.token, user: { ...profile, id, sessionId } },
  });
  assert.deepEqual(profile, { username: "Ada_L", isGuest: true, location: null, gender: null, language: null });
  assert.match(sessionId, uuid);
  assert.match(id, /^guest_/);
  assert.match(id.slice("guest_".length), uuid);
  assert.notEqual(id, `guest_${sessionId}`);
});

test("a guest may be created with a profile", async (t) => {
  const server = await startChat(t);
  const profile = { location: { country: "FI", region: "Uusimaa", city: "Espoo" }, gender: "f", language: "fi" };
  const guest = await server.account(profile);
  const { location, gender, language } = guest.user;
  assert.deepEqual({ location, gender, language }, profile);
});

test("§4-create-without-body, §4-errors: a missing body counts as an empty object", async (t) => {
  const server = await startChat(t);
  for (const options of [{}, { headers: { "content-type": "application/json" } }, { json: {} }]) {
    const { status, body } = await server.request("POST", "/api/guest", options);
    assert.equal(status, 201);
    assert.match(body.data.user.username, /^[A-Za-z0-9_]{3,20}$/);
  }
});

test("§3-username-rule: an absent, null or blank username is generated", async (t) => {
  const server = await startChat(t);
  for (const username of [undefined, null, "", "   "]) {
    const { user } = await server.account({ username });
    assert.match(user.username, /^([A-Z][a-z]+){2}[1-9]\d{0,3}$/, `for ${JSON.stringify(username)}`);
  }
});

test("§3-username-rule: a username is trimmed and need not be unique", async (t) => {
  const server = await startChat(t);
  for (const [given, kept] of [
    ["  Ada  ", "Ada"],
    ["Ada", "Ada"],
    ["x".repeat(20), "x".repeat(20)],
    ["A_9", "A_9"],
  ]) {
    assert.equal((await server.account({ username: given })).user.username, kept);
  }
});

test("§3-username-rule, §4-validation: a username that breaks the rule is refused by field", async (t) => {
  const server = await startChat(t);
  for (const username of [
    "ab",
    "x".repeat(21),
    "<b>x</b>",
    "two words",
    "dash-ed",
    "naïve",
    "a\u0000bc",
    7,
    true,
    [],
    {},
  ]) {
    const { status, body } = await server.request("POST", "/api/guest", { json: { username } });
    const label = JSON.stringify(username);
    assert.equal(status, 400, label);
    assert.deepEqual([body.success, body.message], [false, "Validation failed"], label);
    assert.equal(body.errors.length, 1, label);
    const [{ type, path, msg, location }] = body.errors;
    assert.deepEqual({ type, path, location }, { type: "field", path: "username", location: "body" }, label);
    assert.ok(typeof msg === "string" && msg.length > 0, label);
  }
});

test("§4-validation: all faults of a body are reported together", async (t) => {
  const server = await startChat(t);
  const { body } = await server.request("POST", "/api/guest", { json: { username: "ab", gender: "g".repeat(21) } });
  assert.deepEqual(body.errors.map(({ path }) => path).sort(), ["gender", "username"]);
});

test("§4-errors, §4-create-without-body: a body that is not JSON is refused", async (t) => {
  const server = await startChat(t);
  const headers = { "content-type": "application/json" };
  for (const body of ["{", "{'a':1}", "nonsense", '{"username":"Ada"} trailing', '{"username":"\xff"}']) {
    const bytes = Buffer.from(body, "latin1");
    const answer = await server.request("POST", "/api/guest", { body: bytes, headers });
    assert.equal(answer.status, 400, body);
    assert.deepEqual(answer.body, { success: false, message: "Invalid JSON body" }, body);
  }
});

test("JSON that is no object creates no internal error", async (t) => {
  const server = await startChat(t);
  for (const body of ["[]", '"text"', "5", "true", "null"]) {
    const answer = await server.request("POST", "/api/guest", {
      body,
      headers: { "content-type": "application/json" },
    });
    assert.ok([201, 400].includes(answer.status), `${body}: ${answer.status}`);
  }
});

test("§4-errors: a JSON body of 100 KiB is read and one byte more is refused", async (t) => {
  const server = await startChat(t);
  const frame = '{"username":"Ada","padding":""}';
  const sized = (bytes) => frame.replace('""', `"${"x".repeat(bytes - frame.length)}"`);
  const send = (body) =>
    server.request("POST", "/api/guest", { body, headers: { "content-type": "application/json" } });

  assert.equal((await send(sized(100 * 1024))).status, 201);
  const refused = await send(sized(100 * 1024 + 1));
  assert.equal(refused.status, 413);
  assert.deepEqual(refused.body, { success: false, message: "Request body too large" });
});

test("the size limit also holds for a body of unannounced length", async (t) => {
  const server = await startChat(t);
  const json = { padding: "x".repeat(200 * 1024) };
  const answer = await server.request("POST", "/api/guest", { json, chunked: true });
  assert.equal(answer.status, 413);
});

test("§4-me: me is told by the token", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ username: "Ada" });
  const { status, body } = await server.request("GET", "/api/guest/me", { token: ada.token });
  assert.equal(status, 200);
  const { id, sessionId } = ada.user;
  assert.deepEqual(body, { success: true, data: { user: { id, username: "Ada", isGuest: true, sessionId } } });
});

test("§4-session: whoever knows the session id may read the session", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ username: "Ada", language: "fi" });
  const { status, body } = await server.request("GET", `/api/guest/${ada.user.sessionId}`);
  assert.equal(status, 200);
  const { lastSeen, ...user } = body.data.user;
  assertTime(lastSeen);
  assert.deepEqual(user, {
    id: ada.id,
    username: "Ada",
    isOnline: false,
    isSearching: false,
    connectedUser: null,
    isGuest: true,
    sessionId: ada.user.sessionId,
    location: null,
    gender: null,
    language: "fi",
  });
});

test("an unknown session id and the public guest id are not found", async (t) => {
  const server = await startChat(t);
  const ada = await server.account();
  for (const id of ["6b0ff2f7-4d5c-4b53-8f43-3b8f5a9f1c11", "nonsense", ada.id, "two%20words"]) {
    const { status, body } = await server.request("GET", `/api/guest/${id}`);
    assert.equal(status, 404, id);
    assert.deepEqual(body, { success: false, message: "Guest session not found or expired" }, id);
  }
});

test("§4-location, §4-partial-update: a profile update changes only the keys it carries", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ gender: "f", language: "fi" });
  const update = (json) => server.request("POST", "/api/guest/location", { token: ada.token, json });

  const first = await update({ location: { country: "FI" } });
  assert.equal(first.status, 200);
  assert.deepEqual(first.body, {
    success: true,
    message: "Location updated successfully",
    data: { location: { country: "FI" }, gender: "f", language: "fi" },
  });
  assert.deepEqual((await update({ language: "sv" })).body.data, {
    location: { country: "FI" },
    gender: "f",
    language: "sv",
  });
  assert.deepEqual((await update({})).body.data, { location: { country: "FI" }, gender: "f", language: "sv" });
  const { location, gender, language } = await ada.record();
  assert.deepEqual({ location, gender, language }, { location: { country: "FI" }, gender: "f", language: "sv" });
});

test("§4-location, §4-validation: a profile update outside the limits is refused and changes nothing", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ language: "fi" });
  const bad = [
    { language: "l".repeat(21) },
    { language: 5 },
    { gender: "g".repeat(21) },
    { gender: ["f"] },
    { location: "Espoo" },
    { location: ["FI"] },
    { location: 7 },
    { location: { country: "c".repeat(51) } },
    { location: { region: 7 } },
    { location: { city: {} } },
    { language: "sv", gender: 1 },
  ];
  for (const json of bad) {
    const { status, body } = await server.request("POST", "/api/guest/location", { token: ada.token, json });
    assert.equal(status, 400, JSON.stringify(json));
    assert.equal(body.message, "Validation failed", JSON.stringify(json));
    assert.ok(body.errors.length > 0);
  }
  const { location, gender, language } = await ada.record();
  assert.deepEqual({ location, gender, language }, { location: null, gender: null, language: "fi" });
});

test("profile values of exactly the greatest length are kept", async (t) => {
  const server = await startChat(t);
  const ada = await server.account();
  const json = { location: { country: "c".repeat(50) }, gender: "g".repeat(20), language: "l".repeat(20) };
  const { body } = await server.request("POST", "/api/guest/location", { token: ada.token, json });
  assert.deepEqual(body.data, json);
});

test("§4-refresh: refresh gives a new token of the same session", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ username: "Ada" });
  const { status, body } = await server.request("POST", "/api/guest/refresh", { token: ada.token });
  assert.equal(status, 200);
  assert.equal(body.success, true);
  assert.equal(body.data.user.id, ada.id);
  const { userId, sessionId, username } = claimsOf(body.data.token);
  assert.deepEqual({ userId, sessionId, username }, { userId: ada.id, sessionId: ada.user.sessionId, username: "Ada" });
  const me = await server.request("GET", "/api/guest/me", { token: body.data.token });
  assert.equal(me.body.data.user.id, ada.id);
});

test("§4-delete: a deleted session is gone: its token, its record and its name in the list", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = [await server.account(), await server.account()];
  const { status, body } = await server.request("DELETE", "/api/guest/me", { token: ada.token });
  assert.deepEqual([status, body], [200, { success: true }]);

  const me = await server.request("GET", "/api/guest/me", { token: ada.token });
  assert.equal(me.status, 401);
  assert.deepEqual(me.body, {
    success: false,
    message: "Guest session not found or expired",
    code: "SESSION_NOT_FOUND",
  });
  assert.equal((await server.request("GET", `/api/guest/${ada.user.sessionId}`)).status, 404);
  const stats = await server.request("GET", "/api/stats", { token: grace.token });
  assert.equal(stats.body.data.stats.totalUsers, 1);
});

test("§4-stats, §4-stats-work: statistics over REST have the shapes of the socket events", async (t) => {
  const server = await startChat(t);
  const [ada] = await server.pair();
  const { status, body } = await server.request("GET", "/api/stats", { token: ada.token });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["data", "success"]);
  const { stats, onlineUsers, timestamp } = body.data;
  assertTime(timestamp);
  assert.deepEqual(stats, {
    totalUsers: 2,
    onlineUsers: 2,
    activeUsers: 2,
    availableUsers: 0,
    connectedUsers: 1,
    usersInChat: 2,
  });
  assert.deepEqual(onlineUsers.map(({ username }) => username).sort(), ["Ada", "Grace"]);

  const list = await server.request("GET", "/api/stats/online-users", { token: ada.token });
  assert.equal(list.status, 200);
  assert.equal(list.body.data.count, 2);
  assert.deepEqual(list.body.data.onlineUsers.map(({ id }) => id).sort(), onlineUsers.map(({ id }) => id).sort());
  assertTime(list.body.data.timestamp);
});

test("§4-socket-stats: anyone may ask how many sockets there are", async (t) => {
  const server = await startChat(t);
  await server.guest();
  await server.guest();
  const { status, body } = await server.request("GET", "/api/socket/stats");
  assert.equal(status, 200);
  const { rooms, ...data } = body.data;
  assert.deepEqual([body.success, data], [true, { connectedSockets: 2, namespace: "/" }]);
  assert.ok(Number.isInteger(rooms), `rooms ${JSON.stringify(rooms)}`);
});

test("§4-errors, §4-no-debug-routes, §4-no-accounts: an unknown route is not found, also what the reference application left open", async (t) => {
  const server = await startChat(t);
  const routes = [
    ["GET", "/api"],
    ["GET", "/api/nonsense"],
    ["GET", "/api/files/debug/users"],
    ["GET", "/api/cors-test"],
    ["POST", "/api/auth/login"],
    ["GET", "/api/users/me"],
    ["PUT", "/api/guest"],
    ["POST", "/health"],
    ["DELETE", "/api/stats"],
    ["GET", "/healthy"],
    ["GET", "/api/guest/me/more"],
  ];
  for (const [method, target] of routes) {
    const { status, body } = await server.request(method, target);
    assert.equal(status, 404, `${method} ${target}`);
    assert.deepEqual(body, { success: false, message: "API endpoint not found" }, `${method} ${target}`);
  }
});

test("a query string does not change the route", async (t) => {
  const server = await startChat(t);
  assert.equal((await server.request("GET", "/health?probe=1")).status, 200);
});
