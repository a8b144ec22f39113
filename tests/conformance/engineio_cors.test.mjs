import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sharedServer } from "../support/conformance.mjs";
import { PollingSession, request, target } from "../support/engine.mjs";

const asking = (origin) => ({ headers: { Origin: origin } });
const allowed = (response) => response.headers["access-control-allow-origin"];

function preflight(server, origin, headers = {}) {
  return request(server, target(server, { transport: "polling" }), {
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "POST", ...headers },
  });
}

describe("--cors-origin *", () => {
  const server = sharedServer({ mode: "engineio", corsOrigin: "*" });

  it("allows every origin on every response of a session", async () => {
    const session = await PollingSession.open(server, asking("http://a.example"));
    assert.equal(allowed(session.response), "*");
    assert.equal(allowed(await session.post("4x", asking("http://a.example"))), "*");
    assert.equal(allowed(await session.poll(asking("http://a.example"))), "*");
    assert.equal(session.response.headers["access-control-allow-credentials"], undefined);
  });

  it("allows it on refusals too, so that a page can read them", async () => {
    const response = await request(server, target(server, { transport: "tesla" }), asking("http://a.example"));
    assert.equal(response.status, 400);
    assert.equal(allowed(response), "*");
  });

  it("answers a preflight with methods and the headers asked for", async () => {
    const response = await preflight(server, "http://a.example", { "Access-Control-Request-Headers": "x-one,x-two" });
    assert.equal(response.status, 204);
    assert.equal(response.text, "");
    assert.equal(allowed(response), "*");
    const methods = response.headers["access-control-allow-methods"].split(/\s*,\s*/);
    assert.ok(methods.includes("GET") && methods.includes("POST"), methods.join());
    assert.equal(response.headers["access-control-allow-headers"], "x-one,x-two");
  });
});

describe("--cors-origin with one origin and credentials", () => {
  const server = sharedServer({ mode: "engineio", corsOrigin: "http://a.example", corsCredentials: true });

  it("names the origin and allows credentials", async () => {
    const { response } = await PollingSession.open(server, asking("http://a.example"));
    assert.equal(allowed(response), "http://a.example");
    assert.equal(response.headers["access-control-allow-credentials"], "true");
    assert.match(response.headers.vary, /Origin/i);
  });

  it("allows credentials in a preflight", async () => {
    const response = await preflight(server, "http://a.example");
    assert.equal(response.status, 204);
    assert.equal(allowed(response), "http://a.example");
    assert.equal(response.headers["access-control-allow-credentials"], "true");
  });

  it("never names the origin of a stranger", async () => {
    const { response } = await PollingSession.open(server, asking("http://evil.example"));
    assert.ok([undefined, "http://a.example"].includes(allowed(response)), allowed(response));
  });
});

describe("--cors-origin with a list", () => {
  const server = sharedServer({ mode: "engineio", corsOrigin: "http://a.example,http://b.example" });

  it("names whichever of the list asked", async () => {
    for (const origin of ["http://a.example", "http://b.example"]) {
      const { response } = await PollingSession.open(server, asking(origin));
      assert.equal(allowed(response), origin);
      assert.match(response.headers.vary, /Origin/i);
    }
  });

  it("says nothing to others, not even to those whose name contains a listed one", async () => {
    for (const origin of ["http://c.example", "http://a.example.evil.example", "xhttp://a.example", "null"]) {
      const { response } = await PollingSession.open(server, asking(origin));
      assert.equal(allowed(response), undefined, origin);
      assert.equal(allowed(await preflight(server, origin)), undefined, origin);
    }
  });
});
