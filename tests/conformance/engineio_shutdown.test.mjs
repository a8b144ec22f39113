import assert from "node:assert/strict";
import net from "node:net";
import { describe, it } from "node:test";
import { startConformance, workerCounts } from "../support/conformance.mjs";
import { PollingSession, openWebSocketSession, request } from "../support/engine.mjs";
import { rawSocket } from "../support/socketio.mjs";
import { within } from "../support/wait.mjs";

const clean = { code: 0, signal: null };
const exitTimeMs = 4000;

/** Starts a server that ends with the test, however that goes. */
async function startFor(test, flags) {
  const server = await startConformance(flags);
  test.after(() => server.stop());
  return server;
}

async function terminate(server, signal = "SIGTERM") {
  process.kill(server.pid, signal);
  assert.deepEqual(await within(server.exited, `the exit after ${signal}`, exitTimeMs), clean, server.stderr);
}

for (const mode of ["engineio", "socketio"]) {
  for (const workers of workerCounts) {
    describe(`graceful close, mode ${mode}, ${workers} worker(s)`, { concurrency: 2 }, () => {
      it("answers waiting polls, closes WebSockets and exits with 0", async (test) => {
        const server = await startFor(test, { mode, workers });
        const polls = [];
        for (let i = 0; i < 4; i++) {
          const session = await PollingSession.open(server);
          polls.push((await session.waitingPoll()).answer);
        }
        const peers = await Promise.all(Array.from({ length: 4 }, () => openWebSocketSession(server)));
        const probing = await (await PollingSession.open(server)).websocket();
        probing.send("2probe");
        await probing.next();

        await terminate(server);
        for (const poll of polls) assert.equal((await poll).status, 200);
        for (const peer of [...peers, probing]) await peer.closeCode();
        await assert.rejects(request(server, "/health"), { code: "ECONNREFUSED" });
      });

      it("does not wait for connections that are idle, half-open or slow", async (test) => {
        const server = await startFor(test, { mode, workers });
        const half = ["", "GET / HT", `POST ${server.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4`];
        const sockets = half.map((text) => {
          const socket = net.connect(server.port, server.host, () => socket.write(text));
          socket.on("error", () => {}).resume();
          return socket;
        });
        const kept = net.connect(server.port, server.host, () => kept.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"));
        kept.on("error", () => {});
        await new Promise((resolve) => kept.once("data", resolve));
        kept.resume();
        await terminate(server);
        for (const socket of [...sockets, kept]) socket.destroy();
      });

      it("ends on SIGINT as on SIGTERM", async (test) => {
        const server = await startFor(test, { mode, workers });
        const peer = await openWebSocketSession(server);
        await terminate(server, "SIGINT");
        await peer.closeCode();
      });
    });
  }
}

for (const workers of workerCounts) {
  describe(`graceful close in the midst of things, ${workers} worker(s)`, () => {
    it("waits neither for a client that never reads nor for a middleware that never ends", async (test) => {
      const server = await startFor(test, { workers });
      const deaf = await rawSocket(server);
      deaf.socket._socket.pause();
      deaf.put('42/plain,["cmd",{"op":"emit","event":"much","args":["' + "x".repeat(100_000) + '"],"repeat":200}]');
      const waiting = await openWebSocketSession(server);
      waiting.send('40/mw,{"token":"secret","delay":60000}');
      waiting.send("40/plain,");
      assert.match(await waiting.next(), /^40\/plain,/);
      waiting.send('42/plain,["late-ack",60000]');
      waiting.send('42/plain,1["emit-ack","question",[],60000]');
      assert.match(await waiting.next(), /question/);
      await terminate(server);
      await waiting.closeCode();
      deaf.socket.terminate();
    });

    it("sends no DISCONNECT: whoever is lost may come back", async (test) => {
      const server = await startFor(test, { workers });
      const sockets = await Promise.all(["polling", "websocket"].map((transport) => rawSocket(server, { transport })));
      const { answer } = await sockets[0].waitingPoll();
      await terminate(server);
      assert.match((await answer).text, /^(6\x1e)?[16]$/);
      await sockets[1].closeCode();
      assert.deepEqual(sockets[1].messages.left, []);
    });
  });
}

describe("the process", () => {
  it("says on stdout where it listens, and nothing else", async (test) => {
    const server = await startFor(test, {});
    await request(server, "/health");
    await (await openWebSocketSession(server)).close();
    await terminate(server);
    assert.equal(server.stdout, `LISTENING ${server.port}\n`);
  });

  it("refuses a flag it does not know", async () => {
    await assert.rejects(startConformance({ noSuchFlag: 1 }), /ended before it was ready \(code [1-9]/);
  });

  for (const [flag, value] of [
    ["redis", "redis://127.0.0.1:1"],
    ["recovery", "1000"],
    ["parser", "msgpack"],
  ]) {
    it(`exits with 64 and says why as long as --${flag} is not there`, async (test) => {
      const outcome = await startConformance({ [flag]: value }).then(
        (server) => server.stop().then(() => null),
        (error) => error.message
      );
      if (outcome === null) return test.skip(`--${flag} is there`);
      assert.match(outcome, /code 64/);
      assert.match(outcome.split("\n").slice(1).join("\n"), /\S/, "a message on stderr");
    });
  }
});
