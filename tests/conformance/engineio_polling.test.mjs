import assert from "node:assert/strict";
import net from "node:net";
import { describe, it } from "node:test";
import { forEachWorkerCount, sharedServer } from "../support/conformance.mjs";
import { PollingSession, pollingSessionEnds, request, target } from "../support/engine.mjs";
import { until, within } from "../support/wait.mjs";

/** A POST whose body never gets complete. Resolves once the server has begun to read it. */
async function beginPost(server, session, part = "4never ending") {
  const socket = net.connect(server.port, server.host);
  socket.on("error", () => {});
  socket.ended = new Promise((resolve) => socket.on("close", resolve));
  await new Promise((resolve) => socket.on("connect", resolve));
  const head = `POST ${session.target} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`;
  await new Promise((resolve) => socket.write(head + part, resolve));
  socket.resume();
  return socket;
}

forEachWorkerCount("engine.io polling", { mode: "engineio", maxPayload: 100_000 }, (server) => {
  it("carries text, binary, empty messages and any Unicode", async () => {
    const session = await PollingSession.open(server);
    const packets = ["4hello", "bAQIDBA==", "4", "4äß€😀\u0000\n\t", "b", '4{"a":"\\ud800"}'];
    const posted = await session.post(packets);
    assert.equal(posted.status, 200);
    assert.equal(posted.text, "ok");
    assert.match(posted.headers["content-type"], /^text\/html/);
    assert.equal(posted.headers["cache-control"], "no-store");
    const polled = await session.poll();
    assert.equal(polled.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(polled.headers["cache-control"], "no-store");
    assert.deepEqual(polled.text.split("\x1e"), packets);
  });

  it("answers a waiting poll as soon as there is something", async () => {
    const session = await PollingSession.open(server);
    const poll = session.poll();
    await session.post("4now");
    assert.equal((await poll).text, "4now");
  });

  it("keeps messages in order until they are asked for", async () => {
    const session = await PollingSession.open(server);
    for (let i = 0; i < 10; i++) await session.post([`4${i}a`, `4${i}b`]);
    const expected = Array.from({ length: 10 }, (_, i) => [`4${i}a`, `4${i}b`]).flat();
    assert.deepEqual(await session.take(20), expected);
  });

  it("takes a thousand packets in one payload", async () => {
    const session = await PollingSession.open(server);
    const packets = Array.from({ length: 1000 }, (_, i) => `4${i}`);
    await session.post(packets);
    assert.deepEqual(await session.take(1000), packets);
  });

  it("serves one session over many connections, and many sessions at once", async () => {
    const chat = async (name) => {
      const session = await PollingSession.open(server);
      for (let i = 0; i < 15; i++) {
        const poll = session.poll();
        assert.equal((await session.post(`4${name} ${i}`)).text, "ok");
        assert.equal((await poll).text, `4${name} ${i}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => chat(`session ${i}`)));
  });

  it("reads a chunked body", async () => {
    const session = await PollingSession.open(server);
    const headers = { "Transfer-Encoding": "chunked", "Content-Type": "text/plain" };
    const posted = await request(server, session.target, { method: "POST", headers, body: "4in chunks" });
    assert.equal(posted.text, "ok");
    assert.equal(await session.next(), "4in chunks");
  });

  it("takes a body of exactly the limit and refuses one byte more with 413", async () => {
    const session = await PollingSession.open(server);
    const full = `4${"x".repeat(99_999)}`;
    assert.equal((await session.post(full)).status, 200);
    assert.equal(await session.next(), full);
    assert.equal((await session.post(`${full}x`)).status, 413);
  });

  it("refuses a chunked body above the limit with 413", async () => {
    const session = await PollingSession.open(server);
    const headers = { "Transfer-Encoding": "chunked", "Content-Type": "text/plain" };
    const posted = await request(server, session.target, { method: "POST", headers, body: `4${"x".repeat(100_000)}` });
    assert.equal(posted.status, 413);
  });

  it("refuses a body of octets with 400 and ends the session", async () => {
    const session = await PollingSession.open(server);
    const posted = await session.post("4x", { headers: { "Content-Type": "application/octet-stream" } });
    assert.equal(posted.status, 400);
    await pollingSessionEnds(session);
  });

  it("ends the session when two polls overlap: the first is answered, the second refused", async () => {
    const session = await PollingSession.open(server);
    const first = session.poll();
    const second = session.poll();
    const answers = await Promise.all([first, second]);
    // Which of two simultaneous requests comes first is up to the network.
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 400]);
    assert.equal(answers.find((answer) => answer.status === 200).text, "1");
    await pollingSessionEnds(session);
  });

  it("ends the session when two posts overlap", async () => {
    const session = await PollingSession.open(server);
    const first = await beginPost(server, session);
    await until(async () => (await session.post("6")).status === 400, "the second post is refused");
    await pollingSessionEnds(session);
    first.destroy();
  });

  it("ends the session when a waiting poll is aborted", async () => {
    const session = await PollingSession.open(server);
    const abort = new AbortController();
    const { answer } = await session.waitingPoll({ signal: abort.signal });
    abort.abort();
    await assert.rejects(answer, { name: "AbortError" });
    await pollingSessionEnds(session);
  });

  it("ends the session when a post is aborted", async () => {
    const session = await PollingSession.open(server);
    const post = await beginPost(server, session);
    post.destroy();
    await pollingSessionEnds(session);
  });

  it("ends the session on a close packet and answers the waiting poll with a noop", async () => {
    const session = await PollingSession.open(server);
    const { answer } = await session.waitingPoll();
    await session.post("1");
    assert.equal((await answer).text, "6");
    await pollingSessionEnds(session);
  });

  it("ignores noops", async () => {
    const session = await PollingSession.open(server);
    await session.post(["6", "4still here", "6"]);
    assert.equal(await session.next(), "4still here");
  });

  const undecodable = [
    ["an unknown packet type", "abc"],
    ["a type out of range", "7"],
    ["an empty packet", ""],
    ["an empty packet between good ones", "4a\x1e\x1e4b"],
    ["a ping, which only servers send", "2"],
  ];
  for (const [what, body] of undecodable) {
    it(`ends the session on ${what}`, async () => {
      const session = await PollingSession.open(server);
      const poll = session.poll().catch(() => null);
      await session.post(body).catch(() => {});
      await pollingSessionEnds(session);
      await within(poll, "the waiting poll to end");
    });
  }

  it("refuses other methods on a session", async () => {
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const { target } = await PollingSession.open(server);
      const response = await request(server, target, { method, body: "4x" });
      assert.ok(response.status >= 400, `${method} gave ${response.status}`);
    }
  });

  it("gives a session to whoever knows its id alone", async () => {
    const [a, b] = await Promise.all([PollingSession.open(server), PollingSession.open(server)]);
    await a.post("4for a");
    await b.post("4for b");
    assert.equal(await b.next(), "4for b");
    assert.equal(await a.next(), "4for a");
    const cut = await request(server, target(server, { transport: "polling", sid: a.sid.slice(0, -1) }));
    assert.equal(JSON.parse(cut.text).code, 1);
  });
});

describe("engine.io polling with the default limit", () => {
  const server = sharedServer({ mode: "engineio" });

  it("carries close to a megabyte each way", async () => {
    const session = await PollingSession.open(server);
    const text = `4${"€".repeat(300_000)}`;
    assert.equal((await session.post(text)).status, 200);
    assert.equal(await session.next(), text);
  });
});
