// Tokens: every rule of contract §3, over REST and in the socket handshake alike.

import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import jwt from "jsonwebtoken";
import { settle } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";
import { altered, claimsOf, headerOf, secret, sign } from "./support/tokens.mjs";

const seconds = () => Math.floor(Date.now() / 1000);
const invalid = ["Invalid token", "TOKEN_INVALID"];
const expired = ["Token has expired", "TOKEN_EXPIRED"];
const notGuest = ["Only guest sessions are supported", "NOT_GUEST"];
const unknown = ["Guest session not found or expired", "SESSION_NOT_FOUND"];
const other = "6b0ff2f7-4d5c-4b53-8f43-3b8f5a9f1c11";

/** Each row: what is wrong, the token for a guest, and the refusal. */
const refused = [
  ["text that is no token", () => "nonsense", invalid],
  ["two parts", ({ token }) => token.split(".").slice(0, 2).join("."), invalid],
  ["four parts", ({ token }) => `${token}.more`, invalid],
  ["an empty signature", ({ token }) => `${token.split(".").slice(0, 2).join(".")}.`, invalid],
  ["a changed signature", ({ token }) => token.replace(/.{8}$/, "AAAAAAAA"), invalid],
  [
    "changed claims under the old signature",
    (guest) => {
      const [head, , signature] = guest.token.split(".");
      return [head, altered(guest, { username: "Eve" }).split(".")[1], signature].join(".");
    },
    invalid,
  ],
  ["another key", (guest) => altered(guest, {}, { key: "another-secret-that-has-more-than-32-bytes" }), invalid],
  ["an empty key", (guest) => altered(guest, {}, { key: "" }), invalid],
  ["alg none", (guest) => altered(guest, {}, { header: { alg: "none", typ: "JWT" } }), invalid],
  ["alg NONE in capitals", (guest) => altered(guest, {}, { header: { alg: "NONE", typ: "JWT" } }), invalid],
  ["HS384", (guest) => altered(guest, {}, { header: { alg: "HS384", typ: "JWT" } }), invalid],
  ["HS512", (guest) => altered(guest, {}, { header: { alg: "HS512", typ: "JWT" } }), invalid],
  ["RS256", (guest) => rs256(claimsOf(guest.token)), invalid],
  ["no alg", (guest) => altered(guest, {}, { header: { typ: "JWT" } }), invalid],
  ["claims that are no JSON", () => sign("not json"), invalid],
  ["claims that are an array", () => sign([]), invalid],
  ["another issuer", (guest) => altered(guest, { iss: "somebody" }), invalid],
  ["no issuer", (guest) => altered(guest, { iss: undefined }), invalid],
  ["another audience", (guest) => altered(guest, { aud: "somebody" }), invalid],
  ["no audience", (guest) => altered(guest, { aud: undefined }), invalid],
  ["no expiry", (guest) => altered(guest, { exp: undefined }), invalid],
  ["an expiry that is no number", (guest) => altered(guest, { exp: String(seconds() + 600) }), invalid],
  ["not yet valid", (guest) => altered(guest, { nbf: seconds() + 600 }), invalid],
  ["expired just now, without leeway", (guest) => altered(guest, { exp: seconds() - 1 }), expired],
  ["expired long ago", (guest) => altered(guest, { iat: 1, exp: 2 }), expired],
  ["expired and badly signed", (guest) => altered(guest, { exp: 2 }, { key: "x".repeat(40) }), invalid],
  ["expired and of another issuer", (guest) => altered(guest, { exp: 2, iss: "somebody" }), invalid],
  ["expired and no guest", (guest) => altered(guest, { exp: 2, isGuest: false }), expired],
  ["expired and of an unknown session", (guest) => altered(guest, { exp: 2, sessionId: other }), expired],
  ["isGuest false", (guest) => altered(guest, { isGuest: false }), notGuest],
  ["isGuest absent", (guest) => altered(guest, { isGuest: undefined }), notGuest],
  ["isGuest as text", (guest) => altered(guest, { isGuest: "true" }), notGuest],
  ["no session id", (guest) => altered(guest, { sessionId: undefined }), notGuest],
  ["an empty session id", (guest) => altered(guest, { sessionId: "" }), notGuest],
  ["no guest and of an unknown session", (guest) => altered(guest, { isGuest: false, sessionId: other }), notGuest],
  ["an unknown session", (guest) => altered(guest, { sessionId: other }), unknown],
  ["the user id of nobody", (guest) => altered(guest, { userId: `guest_${other}` }), unknown],
  ["no user id", (guest) => altered(guest, { userId: undefined }), unknown],
];

function rs256(claims) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createSign("sha256").update(signed).sign(privateKey, "base64url")}`;
}

test("§3-1, §3-2, §3-3, §3-4, §3-5: over REST each faulty token is refused with its own text and code", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  for (const [fault, token, [message, code]] of refused) {
    const { status, body } = await server.request("GET", "/api/guest/me", { token: token(guest) });
    assert.deepEqual({ status, body }, { status: 401, body: { success: false, message, code } }, fault);
  }
});

test("§3-1, §3-2, §3-3, §3-4, §3-5, §5.2-refused: in the handshake each faulty token is refused with its own text and code, and nothing else is said", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  for (const [fault, token, [message, code]] of refused) {
    const client = server.twin(guest).open({ auth: { token: token(guest) } });
    const error = await client.next("connect_error");
    assert.deepEqual([error.message, error.data], [message, { code }], fault);
    assert.deepEqual(client.order(), ["connect_error"], fault);
    client.disconnect();
  }
});

test("§3-5: the token of one guest does not open the session of another", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = [await server.account(), await server.account()];
  const mixed = altered(ada, { sessionId: grace.user.sessionId });
  const { status, body } = await server.request("GET", "/api/guest/me", { token: mixed });
  assert.deepEqual([status, body.code], [401, "SESSION_NOT_FOUND"]);
});

test("every protected route asks for a token", async (t) => {
  const server = await startChat(t);
  const routes = [
    ["GET", "/api/guest/me"],
    ["DELETE", "/api/guest/me"],
    ["POST", "/api/guest/location"],
    ["POST", "/api/guest/refresh"],
    ["GET", "/api/stats"],
    ["GET", "/api/stats/online-users"],
  ];
  const refusal = { success: false, message: "Access token is required", code: "TOKEN_REQUIRED" };
  for (const [method, target] of routes) {
    const { status, body } = await server.request(method, target);
    assert.deepEqual({ status, body }, { status: 401, body: refusal }, `${method} ${target}`);
  }
  for (const authorization of ["", "Bearer", "Bearer ", "Basic QWRhOkFkYQ==", "Token abc"]) {
    const { status, body } = await server.request("GET", "/api/guest/me", { headers: { authorization } });
    assert.deepEqual({ status, body }, { status: 401, body: refusal }, `Authorization: ${authorization}`);
  }
});

test("a token in the query does not count over REST", async (t) => {
  const server = await startChat(t);
  const { token } = await server.account();
  assert.equal((await server.request("GET", `/api/guest/me?token=${token}`)).status, 401);
});

test("§3-claims: a token is standard JWT: any library can check it and the claims are those of the contract", async (t) => {
  const server = await startChat(t);
  const { token, user } = await server.account({ username: "Ada" });
  assert.equal(headerOf(token).alg, "HS256");
  const { iat, exp, ...claims } = jwt.verify(token, secret, { algorithms: ["HS256"] });
  assert.deepEqual(claims, {
    userId: user.id,
    sessionId: user.sessionId,
    username: "Ada",
    isGuest: true,
    iss: "realtime-chat-app",
    aud: "realtime-chat-users",
  });
  assert.ok(Math.abs(iat - seconds()) <= 5, `iat ${iat}`);
  assert.equal(exp - iat, 7 * 24 * 3600);
});

test("a token made by any JWT library is as good as the server's own", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  const { iat, exp, ...claims } = claimsOf(guest.token);
  const token = jwt.sign(claims, secret, { algorithm: "HS256", expiresIn: "1h" });
  assert.equal((await server.request("GET", "/api/guest/me", { token })).status, 200);
  // Claims may come in any order.
  const reordered = sign(Object.fromEntries(Object.entries({ ...claims, iat, exp }).reverse()));
  assert.equal((await server.request("GET", "/api/guest/me", { token: reordered })).status, 200);
});

test("§3-token-life: the life of a token is given with a unit or in plain seconds", async (t) => {
  for (const [given, life] of [
    ["90s", 90],
    ["2m", 120],
    ["3h", 10_800],
    ["1d", 86_400],
    ["45", 45],
  ]) {
    const server = await startChat(t, { JWT_EXPIRES_IN: given });
    const { iat, exp } = claimsOf((await server.account()).token);
    assert.equal(exp - iat, life, given);
  }
});

test("§3-3, §3-token-life: a token expires on the second", async (t) => {
  const server = await startChat(t, { JWT_EXPIRES_IN: "2s" });
  const { token } = await server.account();
  const ask = () => server.request("GET", "/api/guest/me", { token });
  assert.equal((await ask()).status, 200);
  const { exp } = claimsOf(token);
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 20));
  assert.equal((await ask()).body.code, "TOKEN_EXPIRED");
});

test("a session that nobody uses ends after its time to live", async (t) => {
  const server = await startChat(t, { SESSION_TTL_SECONDS: "1" });
  const { token, user } = await server.account();
  await new Promise((resolve) => setTimeout(resolve, 2200));
  const { status, body } = await server.request("GET", "/api/guest/me", { token });
  assert.deepEqual([status, body.code], [401, "SESSION_NOT_FOUND"]);
  assert.equal((await server.request("GET", `/api/guest/${user.sessionId}`)).status, 404);
});

test("§3-session-life: use over REST keeps a session alive", async (t) => {
  const server = await startChat(t, { SESSION_TTL_SECONDS: "2" });
  const { token } = await server.account();
  for (let i = 0; i < 4; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.equal((await server.request("GET", "/api/guest/me", { token })).status, 200);
  }
});

test("§3-session-life: the heartbeat of a connected guest that says nothing keeps its session and its chat alive", async (t) => {
  const server = await startChat(t, {
    SESSION_TTL_SECONDS: "1",
    SOCKET_PING_INTERVAL: "300",
    SOCKET_PING_TIMEOUT: "2000",
  });
  const [ada, grace] = await server.pair();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal((await ada.record()).connectedUser, grace.id);
  ada.emit("chat:message", { type: "text", content: "still here" });
  assert.equal((await grace.next("chat:message")).content, "still here");
  await settle(ada, grace);
});
