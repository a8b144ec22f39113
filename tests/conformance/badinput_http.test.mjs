import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession } from "../support/engine.mjs";
import { askOne, connect, disconnectAll } from "../support/socketio.mjs";
import { TcpPeer, upgradeRequest } from "../support/tcp.mjs";
import { until, within } from "../support/wait.mjs";

const crlf = "\r\n";
const get = (line, ...headers) => [line, ...headers, "", ""].join(crlf);
const host = "Host: x";

forEachWorkerCount("malformed HTTP", { connectTimeout: 60_000 }, (server) => {
  let witness;
  before(async () => (witness = await connect(server, "/plain")));
  after(disconnectAll);

  const witnessIsWell = async () => assert.equal(await askOne(witness, "message-with-ack", "well"), "well");

  /** Sends bytes and gathers every response until the server closes, or the first refusal. */
  const answers = async (bytes) => {
    const peer = await TcpPeer.open(server);
    await peer.write(bytes);
    const responses = [];
    for (;;) {
      const response = await peer.response();
      if (!response) break;
      responses.push(response.status);
      if (response.status >= 400) break;
    }
    peer.destroy();
    return responses;
  };

  /** Nothing but a refusal or the end of the connection, and nobody else notices. */
  const refused = async (bytes) => {
    const statuses = await answers(bytes);
    assert.ok(
      statuses.every((status) => status >= 400),
      `answered with ${statuses}`
    );
    await witnessIsWell();
  };

  const requests = {
    "a line that is no request": "hello\r\n\r\n",
    "a request line without a target": get("GET", host),
    "a version that does not exist": get("GET /health HTTP/9.9", host),
    "the greeting of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "the greeting of TLS": Buffer.from("160301020001000001fc0303", "hex"),
    "zeros": Buffer.alloc(5000),
    "all the bytes there are": Buffer.from(Array.from({ length: 4096 }, (_, i) => i & 255)),
    "a header without a colon": get("GET /health HTTP/1.1", host, "no colon here"),
    "a header with an empty name": get("GET /health HTTP/1.1", host, ": value"),
    "a header name with a space": get("GET /health HTTP/1.1", host, "na me: value"),
    "a space before the colon": get("GET /health HTTP/1.1", host, "Content-Length : 0"),
    "a zero in a header value": get("GET /health HTTP/1.1", host, "X-Zero: a\0b"),
    "a zero in the target": get("GET /hea\0lth HTTP/1.1", host),
    "a length that is no number": get("POST /health HTTP/1.1", host, "Content-Length: abc"),
    "a negative length": get("POST /health HTTP/1.1", host, "Content-Length: -1"),
    "a length with a sign": `${get("POST /health HTTP/1.1", host, "Content-Length: +1")}x`,
    "a length beyond 64 bits": get("POST /health HTTP/1.1", host, "Content-Length: 99999999999999999999999"),
    "a chunk size that is no number": `${get("POST /health HTTP/1.1", host, "Transfer-Encoding: chunked")}zz\r\n`,
    "a negative chunk size": `${get("POST /health HTTP/1.1", host, "Transfer-Encoding: chunked")}-1\r\n\r\n`,
    "a chunk size beyond 64 bits": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding: chunked"
    )}fffffffffffffffff\r\n`,
    "a chunk longer than announced": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding: chunked"
    )}1\r\nabc\r\n0\r\n\r\n`,
  };
  for (const [what, bytes] of Object.entries(requests)) {
    it(`refuses ${what}`, () => refused(bytes));
  }

  // Where two readings of one request are possible, a proxy in front may have taken the other.
  const hidden = get("GET /health HTTP/1.1", host);
  const ambiguous = {
    "a length and chunks": `${get(
      "POST /health HTTP/1.1",
      host,
      "Content-Length: 6",
      "Transfer-Encoding: chunked"
    )}0\r\n\r\n${hidden}`,
    "chunks and a length": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding: chunked",
      `Content-Length: ${5 + hidden.length}`
    )}0\r\n\r\n${hidden}`,
    "two lengths that differ": `${get(
      "POST /health HTTP/1.1",
      host,
      "Content-Length: 0",
      `Content-Length: ${hidden.length}`
    )}${hidden}`,
    "an unknown transfer coding": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding: xchunked",
      "Content-Length: 5"
    )}0\r\n\r\n${hidden}`,
    "chunked that is not the last coding": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding: chunked, identity"
    )}0\r\n\r\n${hidden}`,
    "a folded transfer coding": `${get(
      "POST /health HTTP/1.1",
      host,
      "Transfer-Encoding:\r\n chunked",
      "Content-Length: 5"
    )}0\r\n\r\n${hidden}`,
  };
  for (const [what, bytes] of Object.entries(ambiguous)) {
    it(`does not answer a request hidden behind ${what}`, () => refused(bytes));
  }

  it("refuses a flood of headers", () =>
    refused(get("GET /health HTTP/1.1", host, ...Array.from({ length: 20_000 }, (_, i) => `X-Header-${i}: ${i}`))));

  it("refuses a header that is too long", () =>
    refused(get("GET /health HTTP/1.1", host, `X-Long: ${"x".repeat(500_000)}`)));

  it("refuses a target that is too long", () => refused(get(`GET /${"x".repeat(500_000)} HTTP/1.1`, host)));

  it("survives odd targets", async () => {
    const targets = [
      "*",
      "http://x/health",
      "//",
      "/%",
      "/%zz",
      "/socket.io/?%",
      "/socket.io/?EIO=%zz&transport=polling",
      "/socket.io/?transport",
      "/socket.io/?&&&=&=",
      `/socket.io/?EIO=4&transport=polling&sid=${"%00".repeat(100)}`,
      "/socket.io/?EIO=4&EIO=3&transport=polling&transport=websocket",
      "/../../etc/passwd",
      "/socket.io/../health",
    ];
    for (const target of targets) {
      const peer = await TcpPeer.open(server);
      await peer.write(get(`GET ${target} HTTP/1.1`, host, "Connection: close"));
      await peer.response();
      peer.destroy();
    }
    await witnessIsWell();
  });

  it("answers requests that come in one piece, in order", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write(
      get("GET /health HTTP/1.1", host) + get("GET /nowhere HTTP/1.1", host) + get("GET /health HTTP/1.1", host)
    );
    const responses = [await peer.response(), await peer.response(), await peer.response()];
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200, 404, 200]
    );
    peer.destroy();
  });

  it("answers a request that comes byte by byte", async () => {
    const peer = await TcpPeer.open(server);
    await peer.writeByteByByte(get("GET /health HTTP/1.1", host));
    assert.equal((await peer.response()).text, "ok");
    peer.destroy();
  });

  it("answers a client that sends nothing more after its request", async () => {
    const peer = await TcpPeer.open(server);
    peer.socket.end(get("GET /health HTTP/1.1", host));
    assert.equal((await peer.response()).text, "ok");
    await within(peer.closed, "the end of the connection");
  });

  it("refuses a body that is announced too large without reading it", async () => {
    const session = await PollingSession.open(server);
    const statuses = await answers(
      get(`POST ${session.target} HTTP/1.1`, host, "Content-Type: text/plain", "Content-Length: 1000001") +
        "4".repeat(1_000_001)
    );
    assert.ok(statuses.length === 0 || statuses[0] === 413, `answered with ${statuses}`);
    await witnessIsWell();
  });

  it("ends a body that never ends, and does not keep it", async () => {
    const session = await PollingSession.open(server);
    const peer = await TcpPeer.open(server);
    await peer.write(
      get(`POST ${session.target} HTTP/1.1`, host, "Content-Type: text/plain", "Transfer-Encoding: chunked")
    );
    const chunk = `10000\r\n${"4".repeat(0x10000)}\r\n`;
    const before = await server.residentBytesMax();
    for (let i = 0; i < 500 && !peer.ended && peer.buffer.length === 0; i++) await peer.write(chunk);
    const response = await peer.response();
    assert.ok(response === null || response.status === 413, `answered with ${response?.status}`);
    assert.ok((await server.residentBytesMax()) - before < 30e6);
    peer.destroy();
    await witnessIsWell();
  });

  it("serves others while many connections say nothing, half of something, or hang up", async () => {
    const beginnings = [
      "",
      "G",
      "GET /health HTTP/1.1\r\nHo",
      get("POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1", host, "Content-Length: 100") + "4",
      upgradeRequest(server).slice(0, 60),
    ];
    const peers = await Promise.all(Array.from({ length: 100 }, () => TcpPeer.open(server)));
    await Promise.all(
      peers.map((peer, i) => beginnings[i % beginnings.length] && peer.write(beginnings[i % beginnings.length]))
    );
    await witnessIsWell();
    assert.equal((await answers(get("GET /nowhere HTTP/1.1", host)))[0], 404);
    peers.forEach((peer, i) => (i % 2 ? peer.destroy() : peer.socket.resetAndDestroy()));
    await witnessIsWell();
  });

  it("forgets sessions whose WebSocket was reset", async () => {
    const peers = await Promise.all(Array.from({ length: 20 }, () => TcpPeer.open(server)));
    for (const peer of peers) await peer.write(upgradeRequest(server));
    for (const peer of peers) assert.equal((await peer.response()).status, 101);
    for (const peer of peers) peer.socket.resetAndDestroy();
    const sessions = async () => (await askOne(witness, "stats")).clients;
    // Besides the witness only the polling sessions of the tests above are left, which nobody has closed.
    await until(async () => (await sessions()) <= 3, "the sessions are gone");
  });

  it("keeps no descriptor of connections that are gone", async () => {
    const storm = async () => {
      const session = await PollingSession.open(server);
      await session.post("40/plain,");
      await session.upgrade().then((peer) => peer.socket.terminate());
      for (const bytes of [
        upgradeRequest(server),
        "nonsense\r\n\r\n",
        get("GET /health HTTP/1.1", host),
        "half a re",
      ]) {
        const peer = await TcpPeer.open(server);
        await peer.write(bytes);
        if (bytes !== "half a re") await peer.response();
        peer.destroy();
      }
    };
    const before = await server.descriptors();
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 5 }, storm));
    // Where the system lets a server keep one spare, it may have come later.
    await until(async () => (await server.descriptors()) <= before + 2, "the descriptors are closed");
    await witnessIsWell();
  });
});
