// TLS on the server's own port: everything that works without it works with it, and certificates change while it runs.

import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, rename, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { after, afterEach, before, describe, it } from "node:test";
import { Authority } from "../support/certificates.mjs";
import { startConformance, workerCounts } from "../support/conformance.mjs";
import { ask, askOne, connect, disconnectAll, nextEvent } from "../support/socketio.mjs";
import { TcpPeer, text, upgradeRequest } from "../support/tcp.mjs";
import { until, within } from "../support/wait.mjs";

let authority;
let first;
let second;
before(async () => {
  authority = await Authority.make();
  [first, second] = [await authority.issue("first"), await authority.issue("second")];
});
after(() => authority.remove());

/** Puts certificate and key where the server looks for them, each in one step. */
async function install({ cert, key }, at) {
  for (const [from, to] of Object.entries({ [cert]: at.cert, [key]: at.key })) {
    await copyFile(from, `${to}.new`);
    await rename(`${to}.new`, to);
  }
}

async function startSecure(flags = {}) {
  const files = { cert: authority.file("live.pem"), key: authority.file("live.key") };
  await install(first, files);
  const server = await startConformance({ tlsCertFile: files.cert, tlsKeyFile: files.key, ...flags });
  server.files = files;
  return server;
}

const trust = (options = {}) => ({ ca: authority.certificate, ...options });

/** A TLS connection whose handshake is done; rejects when it fails. */
async function secured(server, options = {}) {
  const socket = tls.connect({ host: server.host, port: server.port, servername: "localhost", ...trust(options) });
  socket.on("error", () => {});
  await within(
    new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject).once("close", reject)),
    "the TLS handshake"
  );
  return socket;
}

/** The name in the certificate that new connections are shown. */
async function nameShown(server) {
  const socket = await secured(server);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

const refusedWith = (promise, why) => assert.rejects(promise, (error) => why.test(String(error?.code ?? error)));

for (const workers of workerCounts) {
  describe(`TLS, ${workers} worker${workers === 1 ? "" : "s"}`, () => {
    let server;
    before(async () => (server = await startSecure({ workers })));
    after(async () => assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false }, server.stderr));
    afterEach(disconnectAll);

    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      it(`carries the official client over ${transports.join(" and then ")}`, async () => {
        const socket = await connect(server, "/plain", trust({ transports }));
        if (transports.length === 2 && socket.io.engine.transport.name !== "websocket") {
          await within(once(socket.io.engine, "upgrade"), "the upgrade");
        }
        assert.equal(socket.io.engine.transport.name, transports.at(-1));
        const handshake = await askOne(socket, "handshake");
        assert.equal(handshake.secure, true);
        const long = "äöü".repeat(90_000);
        assert.deepEqual(await ask(socket, "message-with-ack", long, Buffer.alloc(200_000, 7)), [
          long,
          Buffer.alloc(200_000, 7),
        ]);
        const many = Array.from({ length: 500 }, (_, i) => askOne(socket, "message-with-ack", i));
        assert.deepEqual(await Promise.all(many), Array.from({ length: 500 }, (_, i) => i));
      });
    }

    it("carries what members of a room share", async () => {
      const members = await Promise.all(Array.from({ length: 6 }, () => connect(server, "/plain", trust())));
      for (const member of members) await askOne(member, "join", ["everyone"]);
      const heard = members.map((member) => nextEvent(member, "much"));
      const args = ["x".repeat(200_000)];
      assert.equal((await askOne(members[0], "cmd", { op: "emit", to: ["everyone"], event: "much", args })).ok, true);
      for (const each of heard) assert.deepEqual(await each, args);
    });

    it("answers requests that follow each other on one connection", async () => {
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...trust() });
      for (let i = 0; i < 5; i++) {
        const request = https.get(`${server.url}/health`, { agent, servername: "localhost" });
        const [response] = await within(once(request, "response"), "the answer");
        response.resume();
        await once(response, "end");
        assert.equal(response.statusCode, 200);
        assert.equal(request.reusedSocket, i > 0);
      }
      agent.destroy();
    });

    it("takes records and requests wherever they are cut", async () => {
      const socket = await secured(server);
      const peer = new TcpPeer(socket, server);
      const request = `GET /health HTTP/1.1\r\nHost: x\r\n\r\n`;
      for (const byte of request) await peer.write(byte);
      assert.equal((await peer.response()).text, "ok");
      // Three requests in one record, and one request in three.
      await peer.write(request.repeat(3));
      for (let i = 0; i < 3; i++) assert.equal((await peer.response()).text, "ok");
      // Frames right behind the request that asks for the WebSocket.
      await peer.write(Buffer.concat([Buffer.from(upgradeRequest(server)), text("40/plain,")]));
      assert.equal((await peer.response()).status, 101);
      assert.match(await peer.message(), /^0/);
      assert.match(await peer.message(), /^40/);
      peer.destroy();
    });

    it("speaks TLS 1.2 and 1.3 with forward secrecy, and nothing older", async () => {
      for (const version of ["TLSv1.2", "TLSv1.3"]) {
        const socket = await secured(server, { minVersion: version, maxVersion: version });
        assert.equal(socket.getProtocol(), version);
        assert.match(socket.getCipher().standardName, version === "TLSv1.2" ? /^TLS_ECDHE_/ : /^TLS_(AES|CHACHA20)/);
        socket.destroy();
      }
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
      await refusedWith(secured(server, old), /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
      const weak = { maxVersion: "TLSv1.2", ciphers: "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA" };
      await refusedWith(secured(server, weak), /HANDSHAKE_FAILURE/);
    });

    it("chooses HTTP/1.1 among the protocols a client offers, and refuses one that offers only others", async () => {
      const socket = await secured(server, { ALPNProtocols: ["h2", "http/1.1"] });
      assert.equal(socket.alpnProtocol, "http/1.1");
      socket.destroy();
      await refusedWith(secured(server, { ALPNProtocols: ["h2", "smtp"] }), /NO_APPLICATION_PROTOCOL|ECONNRESET/);
    });

    it("lets a client come back with the ticket it was given, to any worker", async () => {
      let session;
      const socket = await secured(server);
      socket.once("session", (ticket) => (session = ticket));
      socket.resume();
      socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      await until(() => session, "a ticket has come");
      socket.destroy();
      for (let i = 0; i < 4; i++) {
        const again = await secured(server, { session });
        assert.equal(again.isSessionReused(), true);
        again.destroy();
      }
    });

    it("does not renegotiate", async () => {
      const socket = await secured(server, { maxVersion: "TLSv1.2" });
      const outcome = new Promise((resolve) => {
        socket.renegotiate({}, (error) => resolve(error ? "refused" : "renegotiated"));
        socket.once("close", () => resolve("refused")).once("error", () => resolve("refused"));
      });
      assert.equal(await within(outcome, "the refusal"), "refused");
      socket.destroy();
    });

    it("tells a client of plain HTTP what it has come to, and nothing else", async () => {
      const peer = await TcpPeer.open(server);
      await peer.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      const response = await peer.response();
      assert.deepEqual([response.status, response.text], [400, "This port speaks HTTPS.\n"]);
      assert.equal(await peer.response(), null);
      peer.destroy();
    });

    it("ends connections that speak anything else, and nobody else notices", async () => {
      const witness = await connect(server, "/plain", trust());
      const garbage = {
        zeros: Buffer.alloc(5000),
        "all bytes": Buffer.from(Array.from({ length: 4096 }, (_, i) => i & 255)),
        "a record of a version that is none": Buffer.from("1609090005010000010203", "hex"),
        "an empty hello": Buffer.from("160301000401000000", "hex"),
        "a hello longer than any": Buffer.concat([Buffer.from("160301400001ffffff", "hex"), Buffer.alloc(0x3ffc)]),
        "application data first": Buffer.from("170303001000112233445566778899aabbccddeeff", "hex"),
        "an alert": Buffer.from("15030300020228", "hex"),
        "a request line of another protocol": "EHLO example.org\r\n",
      };
      for (const [what, bytes] of Object.entries(garbage)) {
        const peer = await TcpPeer.open(server);
        await peer.write(bytes);
        await within(peer.closed, `the end after ${what}`);
        peer.destroy();
      }
      // A good handshake, and then bytes that are no record of it.
      const socket = net.connect(server.port, server.host);
      const inside = tls.connect({ socket, servername: "localhost", ...trust() });
      inside.on("error", () => {});
      await within(once(inside, "secureConnect"), "the handshake");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(Buffer.from("1703030020" + "5a".repeat(32), "hex"));
      await within(closed, "the end after a forged record");
      assert.equal(await askOne(witness, "message-with-ack", "well"), "well");
    });

    it("says goodbye before it closes", async () => {
      const socket = await secured(server);
      const raw = [];
      socket.on("data", (data) => raw.push(data));
      const end = once(socket, "end");
      socket.write("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      await within(end, "the end that TLS itself announces");
      assert.match(Buffer.concat(raw).toString(), /^HTTP\/1\.1 200 .*ok$/s);
      socket.destroy();
    });
  });
}

describe("TLS with a limit of two seconds for the handshake", () => {
  let server;
  before(async () => (server = await startSecure({ workers: 2, tlsHandshakeTimeout: 2000, connectionsMax: 400 })));
  after(async () => assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false }, server.stderr));
  afterEach(disconnectAll);

  it("ends handshakes that stall wherever they stop, and gives their descriptors back", async () => {
    const witness = await connect(server, "/plain", trust());
    const before = await server.descriptors();
    // A real hello, cut at several places: nothing, inside the record's head, inside the hello, before the end.
    const listener = net.createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const client = tls.connect({ port: listener.address().port, host: "127.0.0.1" });
    client.on("error", () => {});
    const [incoming] = await once(listener, "connection");
    const [hello] = await once(incoming, "data");
    client.destroy();
    incoming.destroy();
    listener.close();
    const cuts = [0, 1, 5, 60, hello.length - 1, hello.length];
    const peers = await Promise.all(Array.from({ length: 60 }, () => TcpPeer.open(server)));
    await Promise.all(peers.map((peer, i) => peer.write(hello.subarray(0, cuts[i % cuts.length]))));
    await until(async () => (await server.descriptors()) >= before + 60, "all are accepted");
    assert.equal(await askOne(witness, "message-with-ack", "well"), "well");
    await Promise.all(peers.map((peer) => within(peer.closed, "the end of a stalled handshake")));
    peers.forEach((peer) => peer.destroy());
    await until(async () => (await server.descriptors()) <= before + 2, "the descriptors are closed");
    assert.equal(await askOne(witness, "message-with-ack", "well"), "well");
  });

  it("has no limit of two seconds for what comes after the handshake", async () => {
    const socket = await secured(server);
    const peer = new TcpPeer(socket, server);
    const stalled = await TcpPeer.open(server);
    await within(stalled.closed, "the end of a handshake that began later");
    await peer.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.equal((await peer.response()).text, "ok");
    peer.destroy();
  });

  it("turns connections beyond the limit away without a handshake", async () => {
    const peers = await Promise.all(Array.from({ length: 400 }, () => TcpPeer.open(server)));
    await until(async () => (await server.descriptors()) >= 400, "all are accepted");
    await assert.rejects(secured(server));
    await Promise.all(peers.map((peer) => within(peer.closed, "the end of a silent connection")));
    const socket = await secured(server);
    socket.destroy();
  });

  it("serves others while handshakes flood it", async () => {
    const witness = await connect(server, "/plain", trust());
    const floods = Array.from({ length: 300 }, () => secured(server).then((socket) => socket.destroy()));
    for (let i = 0; i < 50; i++) assert.equal(await askOne(witness, "message-with-ack", i), i);
    await Promise.all(floods);
  });
});

describe("a certificate that is loaded again", () => {
  let server;
  before(async () => (server = await startSecure({ workers: 2 })));
  after(async () => assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false }, server.stderr));
  afterEach(disconnectAll);

  const reload = () => process.kill(server.pid, "SIGHUP");
  const refusals = () => server.stderr.split("the certificate was not reloaded").length - 1;
  const refusedReload = async (pattern) => {
    const before = refusals();
    reload();
    await until(() => refusals() > before, "the server says that it keeps the old one");
    assert.match(server.stderr.split("\n").filter((line) => line.includes("not reloaded")).at(-1), pattern);
  };

  it("is shown to new connections, while old ones go on", async () => {
    const talkers = await Promise.all(
      ["websocket", "polling"].map((transport) => connect(server, "/plain", trust({ transports: [transport] })))
    );
    let talking = true;
    let answers = 0;
    const traffic = Promise.all(
      talkers.map(async (talker) => {
        for (let i = 0; talking; i++, answers++) assert.equal(await askOne(talker, "message-with-ack", i), i);
      })
    );
    assert.equal(await nameShown(server), "first");
    for (const [files, name] of [[second, "second"], [first, "first"], [second, "second"]]) {
      await install(files, server.files);
      reload();
      // Every worker has it in the end: the kernel spreads connections over them by chance.
      let inRow = 0;
      await until(async () => (inRow = (await nameShown(server)) === name ? inRow + 1 : 0) === 12, `${name} is shown`);
      const newcomer = await connect(server, "/plain", trust());
      assert.equal(await askOne(newcomer, "message-with-ack", name), name);
      newcomer.disconnect();
    }
    const before = answers;
    await until(() => answers > before + 20, "the old connections still talk");
    talking = false;
    await traffic;
    assert.ok(talkers.every((talker) => talker.connected));
  });

  it("is not taken when it cannot be used", async () => {
    await install(first, server.files);
    reload();
    let inRow = 0;
    await until(async () => (inRow = (await nameShown(server)) === "first" ? inRow + 1 : 0) === 12, "first is shown");

    await install({ cert: second.cert, key: first.key }, server.files);
    await refusedReload(/does not belong|mismatch/);
    await writeFile(server.files.cert, "no certificate at all\n");
    await refusedReload(/cannot use the certificates in .*live\.pem/);
    await install(second, server.files);
    await writeFile(server.files.key, "no key at all\n");
    await refusedReload(/cannot use the key in .*live\.key/);
    await rm(server.files.cert);
    await refusedReload(/cannot read .*live\.pem: No such file/);
    for (let i = 0; i < 8; i++) assert.equal(await nameShown(server), "first");
  });
});

it("an idle TLS connection costs the server 24 KiB at most", { timeout: 120_000 }, async (t) => {
  const count = 2000;
  const server = await startSecure({ workers: 1 });
  t.after(() => server.stop());
  const open = async () => {
    const socket = await secured(server);
    const peer = new TcpPeer(socket, server);
    await peer.write(upgradeRequest(server));
    assert.equal((await peer.response()).status, 101);
    return peer;
  };
  // What the first ones make once is not counted.
  const peers = await Promise.all(Array.from({ length: 50 }, open));
  const before = await server.residentBytes();
  while (peers.length < count + 50) peers.push(...(await Promise.all(Array.from({ length: 100 }, open))));
  const each = ((await server.residentBytes()) - before) / (peers.length - 50);
  t.diagnostic(`${Math.round(each)} bytes each`);
  peers.forEach((peer) => peer.destroy());
  assert.ok(each <= 24 * 1024, `${Math.round(each)} bytes each`);
});
