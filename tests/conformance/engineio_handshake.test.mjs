import assert from "node:assert/strict";
import http from "node:http";
import { describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import {
  PollingSession,
  WebSocketPeer,
  openWebSocketSession,
  refusedUpgrade,
  request,
  target,
  turnedAway,
} from "../support/engine.mjs";

forEachWorkerCount("engine.io handshake", { mode: "engineio" }, (server) => {
  it("opens a session by polling and announces its limits", async () => {
    const { handshake, response } = await PollingSession.open(server);
    assert.deepEqual(Object.keys(handshake).sort(), ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
    assert.deepEqual(
      { ...handshake, sid: "" },
      {
        sid: "",
        upgrades: ["websocket"],
        pingInterval: 25000,
        pingTimeout: 20000,
        maxPayload: 1000000,
      }
    );
    assert.equal(response.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(response.headers["cache-control"], "no-store");
  });

  it("opens a session over WebSocket with nothing left to upgrade to", async () => {
    const peer = await openWebSocketSession(server);
    assert.deepEqual(peer.handshake.upgrades, []);
    assert.equal(peer.handshake.maxPayload, 1000000);
    await peer.close();
  });

  it("gives every session an id of its own that fits into a URL", async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => PollingSession.open(server)));
    const ids = sessions.map((session) => session.sid);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[\w.~-]{16,}$/);
  });

  it("accepts query parameters it does not know, in any order", async () => {
    const response = await request(server, `${server.path}?t=abc&transport=polling&b64=1&x=%F0%9F%98%80&EIO=4`);
    assert.equal(response.status, 200);
  });

  it("sends no CORS headers and no cookie unless told to", async () => {
    const { response } = await PollingSession.open(server, { headers: { Origin: "http://example.com" } });
    assert.equal(response.headers["access-control-allow-origin"], undefined);
    assert.equal(response.headers["set-cookie"], undefined);
  });

  const refusals = [
    ["no transport", { transport: "" }, 0, "Transport unknown"],
    ["an unknown transport", { transport: "tesla" }, 0, "Transport unknown"],
    ["a transport named like an object property", { transport: "constructor" }, 0, "Transport unknown"],
    ["an unknown session", { transport: "polling", sid: "unknown" }, 1, "Session ID unknown"],
    ["a session named like an object property", { transport: "polling", sid: "__proto__" }, 1, "Session ID unknown"],
    ["a websocket without upgrade", { transport: "websocket" }, 3, "Bad request"],
    ["the protocol of version 3", { transport: "polling", EIO: 3 }, 5, "Unsupported protocol version"],
    ["a protocol that is no number", { transport: "polling", EIO: "abc" }, 5, "Unsupported protocol version"],
    ["no protocol", { transport: "polling", EIO: "" }, 5, "Unsupported protocol version"],
  ];
  for (const [what, query, code, message] of refusals) {
    it(`refuses ${what} with code ${code}`, async () => {
      const response = await request(server, target(server, query));
      assert.equal(response.status, 400);
      assert.match(response.headers["content-type"], /^application\/json/);
      assert.deepEqual(JSON.parse(response.text), { code, message });
    });
  }

  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    it(`refuses to open a session by ${method} with code 2`, async () => {
      const response = await request(server, target(server, { transport: "polling" }), { method });
      assert.equal(response.status, 400);
      assert.deepEqual(JSON.parse(response.text), { code: 2, message: "Bad handshake method" });
    });
  }

  it("refuses a transport that is not the one of the session with code 3", async () => {
    const { sid } = await PollingSession.open(server);
    const response = await request(server, target(server, { transport: "websocket", sid }));
    assert.equal(response.status, 400);
    assert.equal(JSON.parse(response.text).code, 3);
  });

  it("refuses a poll that names another protocol than the session with code 3", async () => {
    const { sid } = await PollingSession.open(server);
    const response = await request(server, target(server, { transport: "polling", sid, EIO: 3 }));
    assert.equal(response.status, 400);
    assert.equal(JSON.parse(response.text).code, 3);
  });

  it("refuses a WebSocket for the same reasons, before it is one", async () => {
    assert.equal((await refusedUpgrade(server, { transport: "tesla" })).status, 400);
    assert.equal((await refusedUpgrade(server, { sid: "unknown" })).status, 400);
  });

  it("lets no WebSocket live that speaks another protocol version", async () => {
    await turnedAway(server, { EIO: "abc" });
  });

  it("serves the application's own routes beside the engine, also on one connection", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const health = await request(server, "/health", { agent });
    assert.equal(health.status, 200);
    assert.match(health.headers["content-type"], /^text\/plain/);
    assert.equal(health.text, "ok");
    const session = await PollingSession.open(server, { agent });
    await session.post("4over the same connection", { agent });
    assert.equal((await session.poll({ agent })).text, "4over the same connection");
    assert.equal((await request(server, "/health", { agent })).text, "ok");
    assert.equal((await request(server, "/nothing/here", { agent })).status, 404);
    agent.destroy();
  });

  it("answers 404 to whatever is not the engine's path", async () => {
    for (const path of [
      "/",
      "/engine.io",
      "/engine.iox/?EIO=4&transport=polling",
      "/socket.io/?EIO=4&transport=polling",
      "/healthy",
    ]) {
      assert.equal((await request(server, path)).status, 404, path);
    }
    assert.equal((await request(server, "/health", { method: "POST", body: "x" })).status, 404);
  });
});

describe("flag --path", () => {
  const server = sharedServer({ path: "/chat/live" });

  it("moves the engine to another path, with a trailing slash", async () => {
    const session = await PollingSession.open(server);
    assert.equal((await session.post("40")).status, 200);
    assert.match(await session.next(), /^40\{"sid":/);
    assert.equal((await request(server, "/chat/live?EIO=4&transport=polling")).status, 404);
    assert.equal((await request(server, "/socket.io/?EIO=4&transport=polling")).status, 404);
  });
});

describe("flags that shape the handshake", () => {
  const timing = sharedServer({ mode: "engineio", pingInterval: 1234, pingTimeout: 567, maxPayload: 8910 });
  const pollingOnly = sharedServer({ mode: "engineio", transports: "polling" });
  const websocketOnly = sharedServer({ mode: "engineio", transports: "websocket" });
  const noUpgrades = sharedServer({ mode: "engineio", allowUpgrades: false });

  it("--ping-interval, --ping-timeout and --max-payload are announced", async () => {
    const { handshake } = await PollingSession.open(timing);
    assert.equal(handshake.pingInterval, 1234);
    assert.equal(handshake.pingTimeout, 567);
    assert.equal(handshake.maxPayload, 8910);
  });

  it("--transports polling refuses WebSockets and announces no upgrade", async () => {
    const session = await PollingSession.open(pollingOnly);
    assert.deepEqual(session.handshake.upgrades, []);
    assert.equal((await refusedUpgrade(pollingOnly, {})).status, 400);
    assert.equal((await refusedUpgrade(pollingOnly, { sid: session.sid })).status, 400);
  });

  it("--transports websocket refuses polling with code 0", async () => {
    const response = await request(websocketOnly, target(websocketOnly, { transport: "polling" }));
    assert.equal(response.status, 400);
    assert.equal(JSON.parse(response.text).code, 0);
    const peer = await openWebSocketSession(websocketOnly);
    await peer.close();
  });

  it("--allow-upgrades false announces no upgrade", async () => {
    const { handshake } = await PollingSession.open(noUpgrades);
    assert.deepEqual(handshake.upgrades, []);
  });
});

describe("flag --cookie", () => {
  const server = sharedServer({ mode: "engineio", cookie: "affinity" });

  it("sets the cookie with the first response only", async () => {
    const session = await PollingSession.open(server);
    assert.deepEqual(session.response.headers["set-cookie"], [
      `affinity=${session.sid}; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    const posted = await session.post("4x");
    assert.equal(posted.headers["set-cookie"], undefined);
    const polled = await session.poll();
    assert.equal(polled.headers["set-cookie"], undefined);
  });
});

describe("flag --allow-request", () => {
  const server = sharedServer({ mode: "engineio", allowRequest: true });
  const denied = { code: 4, message: "denied by policy" };

  it("lets handshakes pass that the policy has nothing against", async () => {
    assert.equal((await PollingSession.open(server)).response.status, 200);
    const peer = await openWebSocketSession(server, { query: { deny: "0" } });
    await peer.close();
  });

  it("refuses a handshake with 403 and the policy's own message", async () => {
    const byHeader = await request(server, target(server, { transport: "polling" }), { headers: { "X-Deny": "1" } });
    assert.equal(byHeader.status, 403);
    assert.deepEqual(JSON.parse(byHeader.text), denied);
    const byQuery = await request(server, target(server, { transport: "polling", deny: 1 }));
    assert.equal(byQuery.status, 403);
    assert.deepEqual(JSON.parse(byQuery.text), denied);
  });

  it("refuses a WebSocket before it is one, saying why", async () => {
    const refusal = await refusedUpgrade(server, { deny: 1 });
    assert.ok([400, 403].includes(refusal.status), `status ${refusal.status}`);
    assert.match(refusal.text, /denied by policy/);
  });

  it("asks at the handshake alone", async () => {
    const session = await PollingSession.open(server);
    assert.equal((await session.post("4x", { headers: { "X-Deny": "1" } })).status, 200);
    assert.equal((await session.poll({ headers: { "X-Deny": "1" } })).text, "4x");
  });
});

describe("flag --custom-headers", () => {
  const server = sharedServer({ mode: "engineio", customHeaders: true });
  const seen = ({ headers }) => [headers["x-initial"], headers["x-all"]];

  it("adds headers to the first response and to every response", async () => {
    const session = await PollingSession.open(server);
    assert.deepEqual(seen(session.response), ["1", "1"]);
    assert.deepEqual(seen(await session.post("4x")), [undefined, "1"]);
    assert.deepEqual(seen(await session.poll()), [undefined, "1"]);
    const upgrade = await session.websocket();
    assert.deepEqual(seen(upgrade.response), [undefined, "1"]);
    await upgrade.close();
  });

  it("adds both to the answer of a WebSocket handshake", async () => {
    const peer = await WebSocketPeer.open(server);
    assert.deepEqual(seen(peer.response), ["1", "1"]);
    await peer.close();
  });
});
