// What every HTTP answer carries, and which origins may use it from a browser (contract §13.3, §5.1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { startChat } from "./support/server.mjs";

const security = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "x-xss-protection": "0",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "cross-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

const polling = "/socket.io/?EIO=4&transport=polling";

/** The names in a comma-separated header, in lower case and sorted. */
const listed = (value) =>
  (value ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
    .sort();

/** Tries a WebSocket handshake with an origin; resolves to 101 or the status of the refusal. */
const upgradeStatus = (server, origin) =>
  new Promise((resolve, reject) => {
    const url = `${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url, origin === undefined ? {} : { origin });
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
    socket.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode);
    });
    socket.on("error", reject);
  });

test("§13.3-headers: every kind of answer carries the security headers", async (t) => {
  const server = await startChat(t);
  const answers = [
    ["GET", "/health", {}, 200],
    ["POST", "/api/guest", { json: {} }, 201],
    ["POST", "/api/guest", { json: { username: "ab" } }, 400],
    ["POST", "/api/guest", { body: "{", headers: { "content-type": "application/json" } }, 400],
    ["GET", "/api/guest/me", {}, 401],
    ["GET", "/api/nonsense", {}, 404],
    ["POST", "/api/guest", { json: "x".repeat(200_000) }, 413],
    ["OPTIONS", "/api/guest", { headers: { origin: "http://localhost:3000" } }, 204],
  ];
  for (const [method, target, options, expected] of answers) {
    const { status, headers } = await server.request(method, target, options);
    const label = `${method} ${target} ${expected}`;
    assert.equal(status, expected, label);
    for (const [name, value] of Object.entries(security)) assert.equal(headers[name], value, `${label}: ${name}`);
    assert.equal(headers["x-powered-by"], undefined, label);
    assert.doesNotMatch(headers.server ?? "", /\d/, label);
    assert.equal(headers["strict-transport-security"], undefined, label);
  }
});

test("polling answers carry the security headers", async (t) => {
  const server = await startChat(t);
  const { status, headers } = await server.request("GET", polling);
  assert.equal(status, 200);
  for (const [name, value] of Object.entries(security)) assert.equal(headers[name], value, name);
});

test("§13.3-cors: an origin in the list is echoed with credentials, each entry of the list counts", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example, https://two.example:8443" });
  for (const origin of ["https://one.example", "https://two.example:8443"]) {
    for (const target of ["/health", "/api/guest/me", polling]) {
      const { headers } = await server.request("GET", target, { headers: { origin } });
      assert.equal(headers["access-control-allow-origin"], origin, target);
      assert.equal(headers["access-control-allow-credentials"], "true", target);
      assert.ok(listed(headers.vary).includes("origin"), `${target}: Vary ${headers.vary}`);
    }
  }
});

test("§13.3-cors: an origin outside the list gets no permission", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example,https://two.example" });
  const strangers = [
    "https://three.example",
    "http://one.example",
    "https://one.example:444",
    "https://x.vercel.app",
    "null",
  ];
  for (const origin of [...strangers, "https://one.example,https://two.example"]) {
    for (const target of ["/health", polling]) {
      const { headers } = await server.request("GET", target, { headers: { origin } });
      assert.equal(headers["access-control-allow-origin"], undefined, `${origin} ${target}`);
    }
  }
});

test("an answer varies by origin even when none was sent", async (t) => {
  const server = await startChat(t);
  const { headers } = await server.request("GET", "/health");
  assert.ok(listed(headers.vary).includes("origin"), `Vary ${headers.vary}`);
  assert.equal(headers["access-control-allow-origin"], undefined);
});

test("§13.3-preflight: a preflight names the methods and headers a client may use", async (t) => {
  const server = await startChat(t);
  const ask = (origin) =>
    server.request("OPTIONS", "/api/guest/location", {
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization",
      },
    });

  const { status, headers, text } = await ask("http://localhost:3000");
  assert.deepEqual([status, text], [204, ""]);
  assert.equal(headers["access-control-allow-origin"], "http://localhost:3000");
  assert.equal(headers["access-control-allow-credentials"], "true");
  assert.deepEqual(listed(headers["access-control-allow-methods"]), ["delete", "get", "options", "post", "put"]);
  assert.deepEqual(listed(headers["access-control-allow-headers"]), [
    "authorization",
    "content-type",
    "x-requested-with",
  ]);

  assert.equal((await ask("https://stranger.example")).headers["access-control-allow-origin"], undefined);
});

test("a star allows every origin", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "*" });
  const origin = "https://anyone.example";
  const { headers } = await server.request("GET", "/health", { headers: { origin } });
  assert.ok(["*", origin].includes(headers["access-control-allow-origin"]), headers["access-control-allow-origin"]);
  assert.equal(await upgradeStatus(server, origin), 101);
});

test("§5.1-origin: a WebSocket from a page of another origin is refused", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example" });
  assert.equal(await upgradeStatus(server, "https://one.example"), 101);
  assert.equal(await upgradeStatus(server, "https://two.example"), 403);
  assert.equal(await upgradeStatus(server, "null"), 403);
});

test("§5.1-origin: the server's own origin and a client without one are always welcome", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example" });
  assert.equal(await upgradeStatus(server, server.url), 101);
  assert.equal(await upgradeStatus(server, undefined), 101);
  assert.equal(await upgradeStatus(server, server.url.replace("http", "https")), 403);
});
