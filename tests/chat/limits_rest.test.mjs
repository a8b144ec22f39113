// How often a client may ask over REST (contract §13.1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

const refusal = { success: false, message: "Too many API requests, please try again later." };

/** What the limit headers of an answer say, as numbers. */
const limits = ({ headers }) => ({
  limit: Number(headers["ratelimit-limit"]),
  remaining: Number(headers["ratelimit-remaining"]),
  reset: Number(headers["ratelimit-reset"]),
});

test("§13.1-requests: requests beyond the limit get 429 with the text and headers that say how long to wait", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "3", RATE_LIMIT_WINDOW_MS: "60000" });
  for (const remaining of [2, 1, 0]) {
    const answer = await server.request("GET", "/api/guest/username");
    assert.equal(answer.status, 200);
    const told = limits(answer);
    assert.deepEqual([told.limit, told.remaining], [3, remaining]);
    assert.ok(told.reset > 50 && told.reset <= 60, `reset ${told.reset}`);
    assert.equal(answer.headers["retry-after"], undefined);
  }
  const refused = await server.request("GET", "/api/guest/username");
  assert.equal(refused.status, 429);
  assert.deepEqual(refused.body, refusal);
  assert.deepEqual([limits(refused).limit, limits(refused).remaining], [3, 0]);
  const wait = Number(refused.headers["retry-after"]);
  assert.ok(wait > 50 && wait <= 60, `retry after ${wait}`);
});

test("§13.1-requests: guests, files and statistics share one limit, unknown routes below them too", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "6" });
  const guest = await server.account();
  const asked = [
    await server.request("GET", "/api/stats", { token: guest.token }),
    await server.request("GET", "/api/socket/stats"),
    await server.request("GET", "/api/guest/me", { token: "nonsense" }),
    await server.request("GET", "/api/guest/a/b/c"),
    await server.request("PUT", "/api/files/nonsense"),
  ];
  assert.deepEqual(asked.map((answer) => limits(answer).remaining), [4, 3, 2, 1, 0]);
  assert.deepEqual(asked.map(({ status }) => status), [200, 200, 401, 404, 404]);
  for (const [method, path] of [["GET", "/api/stats"], ["POST", "/api/guest"], ["GET", "/api/guest/a/b"], ["GET", "/api/socket/stats"]]) {
    assert.equal((await server.request(method, path)).status, 429, path);
  }
  const file = await server.request("POST", "/api/files/upload", { token: guest.token });
  assert.equal(file.status, 429);
  assert.deepEqual(file.body, { ...refusal, error: refusal.message });
});

test("§13.1-exempt: health, unknown paths elsewhere and preflights are not limited", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "1" });
  for (let i = 0; i < 5; ++i) {
    for (const path of ["/health", "/health/ready", "/api/nonsense", "/nonsense"]) {
      const answer = await server.request("GET", path);
      assert.notEqual(answer.status, 429, path);
      assert.equal(answer.headers["ratelimit-limit"], undefined, path);
    }
    const preflight = await server.request("OPTIONS", "/api/guest", { headers: { origin: "http://localhost:3000" } });
    assert.equal(preflight.status, 204);
  }
  assert.equal((await server.request("POST", "/api/guest")).status, 201);
  assert.equal((await server.request("POST", "/api/guest")).status, 429);
});

test("the allowance is back when the window is over", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "1", RATE_LIMIT_WINDOW_MS: "300" });
  const ask = () => server.request("GET", "/api/guest/username");
  assert.equal((await ask()).status, 200);
  const refused = await ask();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers["retry-after"], "1");
  await eventually("requests are answered again", async () => (await ask()).status === 200, 1000);
});

test("§13.1-address: clients behind a trusted proxy are counted apart, IPv6 by their network, and nobody else is believed", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "1", TRUST_PROXY: "1" });
  const ask = async (forwarded) =>
    (await server.request("GET", "/api/guest/username", { headers: { "x-forwarded-for": forwarded } })).status;
  assert.equal(await ask("192.0.2.1"), 200);
  assert.equal(await ask("192.0.2.1"), 429);
  assert.equal(await ask("192.0.2.2"), 200);
  // What the client has written before the proxy's own entry counts for nothing.
  assert.equal(await ask("203.0.113.9, 192.0.2.1"), 429);
  assert.equal(await ask("2001:db8:0:1::1"), 200);
  assert.equal(await ask("2001:db8:0:1:ffff::2"), 429);
  assert.equal(await ask("2001:db8:0:2::1"), 200);

  const untrusting = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "1" });
  const statuses = [];
  for (const address of ["192.0.2.1", "192.0.2.2"]) {
    const answer = await untrusting.request("GET", "/api/guest/username", { headers: { "x-forwarded-for": address } });
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [200, 429]);
});

test("a limited client still gets the headers of every answer", async (t) => {
  const server = await startChat(t, { RATE_LIMIT_MAX_REQUESTS: "1" });
  const headers = { origin: "http://localhost:3000" };
  await server.request("GET", "/api/guest/username", { headers });
  const refused = await server.request("GET", "/api/guest/username", { headers });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers["access-control-allow-origin"], "http://localhost:3000");
  assert.equal(refused.headers["x-content-type-options"], "nosniff");
});
