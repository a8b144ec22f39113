import assert from "node:assert/strict";
import http from "node:http";
import { it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession } from "../support/engine.mjs";
import { TcpPeer } from "../support/tcp.mjs";
import { within } from "../support/wait.mjs";

// Which connection a request takes is the client's affair: sessions neither own connections nor are owned by them.
forEachWorkerCount("engine.io over HTTP connections", { mode: "engineio" }, (server) => {
  const openMany = (count) => Promise.all(Array.from({ length: count }, () => PollingSession.open(server)));
  const getRequest = (target, ...headers) => [`GET ${target} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");
  const postRequest = (target, body, ...headers) =>
    [`POST ${target} HTTP/1.1`, "Host: x", `Content-Length: ${Buffer.byteLength(body)}`, ...headers, "", body].join(
      "\r\n"
    );

  it("serves many sessions over one connection", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const sessions = await openMany(10);
    for (let round = 0; round < 3; round++) {
      for (const [i, session] of sessions.entries()) await session.post(`4${i} ${round}`, { agent });
      for (const [i, session] of sessions.entries())
        assert.equal((await session.poll({ agent })).text, `4${i} ${round}`);
    }
    agent.destroy();
  });

  it("answers requests of many sessions that come in one piece, in order", async () => {
    const sessions = await openMany(10);
    const peer = await TcpPeer.open(server);
    const requests = sessions.flatMap(({ target }, i) => [postRequest(target, `4for ${i}`), getRequest(target)]);
    await peer.write(requests.join("") + getRequest("/health"));
    for (const i of sessions.keys()) {
      assert.equal((await peer.response()).text, "ok");
      assert.equal((await peer.response()).text, `4for ${i}`);
    }
    assert.equal((await peer.response()).text, "ok");
    peer.destroy();
  });

  it("loses no answer when one piece asks for sessions wherever they live", async () => {
    const sessions = await openMany(12);
    const peer = await TcpPeer.open(server);
    await peer.write(sessions.map(({ target }, i) => postRequest(target, `4for ${i}`)).join(""));
    for (const i of sessions.keys()) assert.equal((await peer.response()).text, "ok", `answer ${i}`);
    for (const [i, session] of sessions.entries()) assert.equal(await session.next(), `4for ${i}`);
    peer.destroy();
  });

  it("keeps later answers behind a poll that waits", async () => {
    const [session] = await openMany(1);
    const peer = await TcpPeer.open(server);
    await peer.write(getRequest(session.target) + getRequest("/nowhere"));
    await session.post("6");
    assert.equal(peer.buffer.length, 0);
    await session.post("4now");
    assert.equal((await peer.response()).text, "4now");
    assert.equal((await peer.response()).status, 404);
    peer.destroy();
  });

  it("closes the connection after the answer when asked to", async () => {
    const [session] = await openMany(1);
    const peer = await TcpPeer.open(server);
    await peer.write(postRequest(session.target, "4x", "Connection: close"));
    const answer = await peer.response();
    assert.equal(answer.text, "ok");
    assert.match(answer.headers.connection, /close/i);
    await within(peer.closed, "the end of the connection");
    assert.equal(await session.next(), "4x");
  });

  it("keeps the connection open otherwise", async () => {
    const peer = await TcpPeer.open(server);
    for (let i = 0; i < 5; i++) {
      await peer.write(getRequest("/health"));
      assert.equal((await peer.response()).text, "ok");
    }
    assert.equal(peer.ended, false);
    peer.destroy();
  });

  it("answers HTTP/1.0 and closes", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write("GET /health HTTP/1.0\r\n\r\n");
    const answer = await peer.response();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["transfer-encoding"], undefined);
    await within(peer.closed, "the end of the connection");
  });

  it("takes a body from a client that first asks whether it may send it", async () => {
    const [session] = await openMany(1);
    const peer = await TcpPeer.open(server);
    const whole = postRequest(session.target, "4expected", "Expect: 100-continue");
    const bodyAt = whole.length - "4expected".length;
    await peer.write(whole.slice(0, bodyAt));
    assert.equal((await peer.response()).status, 100);
    await peer.write(whole.slice(bodyAt));
    assert.equal((await peer.response()).text, "ok");
    assert.equal(await session.next(), "4expected");
    peer.destroy();
  });

  it("reads a body whose bytes come one at a time, whole or in chunks", async () => {
    const [session] = await openMany(1);
    const peer = await TcpPeer.open(server);
    await peer.writeByteByByte(postRequest(session.target, "4äß€😀"));
    assert.equal((await peer.response()).text, "ok");
    const chunked = [
      `POST ${session.target} HTTP/1.1`,
      "Host: x",
      "Transfer-Encoding: chunked",
      "",
      "2;note=x",
      "4a",
      "3",
      "bcd",
      "0",
      "Trailer: x",
      "",
      "",
    ];
    await peer.writeByteByByte(chunked.join("\r\n"));
    assert.equal((await peer.response()).text, "ok");
    assert.deepEqual(await session.take(2), ["4äß€😀", "4abcd"]);
    peer.destroy();
  });

  it("ends only the session whose poll was waiting when a shared connection breaks", async () => {
    const [waiting, other] = await openMany(2);
    const peer = await TcpPeer.open(server);
    await peer.write(postRequest(other.target, "4kept") + getRequest(waiting.target));
    assert.equal((await peer.response()).text, "ok");
    peer.destroy();
    assert.equal(await other.next(), "4kept");
  });
});
