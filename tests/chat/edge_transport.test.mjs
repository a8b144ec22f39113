// REQUIRE_SECURE and what a trusted proxy says of its clients (contract §2, §5.1, §13.1, §13.3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { startChat } from "./support/server.mjs";

const polling = "/socket.io/?EIO=4&transport=polling";

/** The status of a WebSocket handshake, and the body of its refusal. */
const upgrade = (server, headers = {}, query = "") =>
  new Promise((resolve, reject) => {
    const url = `${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket${query}`;
    const socket = new WebSocket(url, { headers });
    socket.on("open", () => {
      socket.close();
      resolve({ status: 101 });
    });
    socket.on("unexpected-response", (request, response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    socket.on("error", reject);
  });

async function assertHandshakes(server, headers, expected) {
  const answers = [await server.request("GET", polling, { headers }), await upgrade(server, headers)];
  const label = JSON.stringify(headers);
  if (expected === "served") {
    assert.deepEqual(answers.map(({ status }) => status), [200, 101], label);
    return;
  }
  for (const { status, text } of answers) {
    assert.equal(status, 403, label);
    assert.equal(JSON.parse(text).message, "Secure connection required", label);
  }
}

const https = { "x-forwarded-proto": "https" };
const http = { "x-forwarded-proto": "http" };
const remote = { "x-forwarded-for": "203.0.113.9" };

test("§2-secure: with REQUIRE_SECURE sockets are refused that came neither over TLS nor with a trusted word of it", async (t) => {
  const server = await startChat(t, { REQUIRE_SECURE: "true", TRUST_PROXY: "1" });
  await assertHandshakes(server, {}, "refused");
  await assertHandshakes(server, http, "refused");
  await assertHandshakes(server, { "x-forwarded-proto": "https, http" }, "refused");
  await assertHandshakes(server, https, "served");
  // Only handshakes of sockets are meant.
  assert.equal((await server.request("POST", "/api/guest", { json: {} })).status, 201);
});

test("nobody is believed that there is a proxy when none is trusted", async (t) => {
  const server = await startChat(t, { REQUIRE_SECURE: "true" });
  await assertHandshakes(server, https, "refused");
  const { headers } = await server.request("GET", "/health", { headers: https });
  assert.equal(headers["strict-transport-security"], undefined);
});

test("in production clients of this machine need no TLS, and those behind its proxy do", async (t) => {
  const server = await startChat(t, { PARLEY_ENV: "production", TRUST_PROXY: "1" });
  await assertHandshakes(server, {}, "served");
  await assertHandshakes(server, { ...remote, ...http }, "refused");
  await assertHandshakes(server, remote, "refused");
  await assertHandshakes(server, { ...remote, ...https }, "served");
});

test("REQUIRE_SECURE=false asks for nothing, and neither does development", async (t) => {
  const lenient = await startChat(t, { PARLEY_ENV: "production", REQUIRE_SECURE: "false", TRUST_PROXY: "1" });
  await assertHandshakes(lenient, remote, "served");
  const development = await startChat(t, { TRUST_PROXY: "1" });
  await assertHandshakes(development, remote, "served");
});

test("a trusted proxy's HTTPS counts for Strict-Transport-Security and for the server's own origin", async (t) => {
  const server = await startChat(t, { TRUST_PROXY: "1", CORS_ORIGIN: "https://elsewhere.example" });
  const own = server.url.replace("http", "https");
  for (const target of ["/health", polling, "/nowhere"]) {
    const { headers } = await server.request("GET", target, { headers: { ...https, origin: own } });
    assert.equal(headers["strict-transport-security"], "max-age=31536000", target);
    assert.equal(headers["access-control-allow-origin"], own, target);
    const plain = await server.request("GET", target, { headers: { ...http, origin: own } });
    assert.equal(plain.headers["strict-transport-security"], undefined, target);
    assert.equal(plain.headers["access-control-allow-origin"], undefined, target);
  }
  assert.equal((await upgrade(server, { ...https, origin: own })).status, 101);
  assert.equal((await upgrade(server, { ...http, origin: own })).status, 403);
});

test("a polling session is not upgraded by a page of another origin", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example" });
  const { text } = await server.request("GET", polling);
  const { sid } = JSON.parse(text.slice(1));
  assert.equal((await upgrade(server, { origin: "https://two.example" }, `&sid=${sid}`)).status, 403);
  assert.equal((await upgrade(server, { origin: "https://one.example" }, `&sid=${sid}`)).status, 101);
});

test("a preflight for polling names the same methods and headers as one for REST", async (t) => {
  const server = await startChat(t);
  const ask = (target) =>
    server.request("OPTIONS", target, {
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-anything",
      },
    });
  const [rest, socket] = [await ask("/api/guest"), await ask(polling)];
  for (const { status, headers } of [rest, socket]) {
    assert.equal(status, 204);
    assert.equal(headers["access-control-allow-origin"], "http://localhost:3000");
    assert.equal(headers["access-control-allow-credentials"], "true");
    assert.equal(headers["access-control-allow-methods"], "GET, POST, PUT, DELETE, OPTIONS");
    assert.equal(headers["access-control-allow-headers"], "Content-Type, Authorization, X-Requested-With");
  }
});
