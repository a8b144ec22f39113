import assert from "node:assert/strict";
import { it } from "node:test";
import { forEachWorkerCount } from "../support/conformance.mjs";
import { PollingSession } from "../support/engine.mjs";
import { TcpPeer, rawWebSocket, sampleAccept, text, upgradeRequest } from "../support/tcp.mjs";

forEachWorkerCount("RFC 6455 handshake", { mode: "engineio" }, (server) => {
  const answerTo = async (options) => {
    const peer = await TcpPeer.open(server);
    await peer.write(upgradeRequest(server, options));
    const response = await peer.response();
    peer.destroy();
    return response;
  };

  it("is answered with 101, the key's proof and no extension", async () => {
    const { status, headers } = await answerTo({
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" },
    });
    assert.equal(status, 101);
    assert.equal(headers.upgrade.toLowerCase(), "websocket");
    assert.equal(headers.connection.toLowerCase(), "upgrade");
    assert.equal(headers["sec-websocket-accept"], sampleAccept);
    assert.equal(headers["sec-websocket-extensions"], undefined);
  });

  it("reads header names and tokens in any case and in lists", async () => {
    const variants = [
      { Upgrade: "WebSocket", Connection: "keep-alive, Upgrade" },
      { Upgrade: undefined, Connection: undefined, upgrade: "WEBSOCKET", CONNECTION: "upgrade" },
      { Connection: "foo ,\tUPGRADE, bar" },
    ];
    for (const headers of variants) assert.equal((await answerTo({ headers })).status, 101, JSON.stringify(headers));
  });

  const faults = {
    "no key": { headers: { "Sec-WebSocket-Key": undefined } },
    "an empty key": { headers: { "Sec-WebSocket-Key": "" } },
    "a key that is too short": { headers: { "Sec-WebSocket-Key": "c2hvcnQ=" } },
    "a key that is too long": { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSB0aGF0IGlzIHRvbyBsb25n" } },
    "a key that is not base64": { headers: { "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" } },
    "no version": { headers: { "Sec-WebSocket-Version": undefined } },
    "version 7": { headers: { "Sec-WebSocket-Version": "7" } },
    "version 14": { headers: { "Sec-WebSocket-Version": "14" } },
    "a version that is no number": { headers: { "Sec-WebSocket-Version": "thirteen" } },
    "another protocol to upgrade to": { headers: { Upgrade: "h2c" } },
    "no Upgrade header": { headers: { Upgrade: undefined } },
    "no Connection header": { headers: { Connection: undefined } },
    "a Connection header that does not say so": { headers: { Connection: "keep-alive" } },
    "the method POST": { method: "POST", headers: { "Content-Length": "0" } },
    "the method HEAD": { method: "HEAD" },
  };
  for (const [what, options] of Object.entries(faults)) {
    it(`is refused with ${what}`, async () => {
      const response = await answerTo(options);
      assert.ok(response === null || (response.status >= 400 && response.status < 500), `status ${response?.status}`);
    });
  }

  it("names the version it speaks when asked for another", async () => {
    const response = await answerTo({ headers: { "Sec-WebSocket-Version": "12" } });
    assert.ok([400, 426].includes(response.status), `status ${response.status}`);
    assert.match(response.headers["sec-websocket-version"] ?? "13", /13/);
  });

  it("is answered with 404 elsewhere", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write(upgradeRequest({ ...server, host: server.host, port: server.port, path: "/elsewhere/" }));
    const response = await peer.response();
    assert.ok(response === null || response.status >= 400, `status ${response?.status}`);
    peer.destroy();
  });

  it("completes an upgrade whose probe came together with the request", async () => {
    const session = await PollingSession.open(server);
    await session.post("4queued");
    const peer = await TcpPeer.open(server);
    await peer.write(
      Buffer.concat([
        Buffer.from(upgradeRequest(server, { query: { sid: session.sid } })),
        text("2probe"),
        text("5"),
        text("4next"),
      ])
    );
    assert.equal((await peer.response()).status, 101);
    assert.equal(await peer.message(), "3probe");
    assert.equal(await peer.message(), "4queued");
    assert.equal(await peer.message(), "4next");
    peer.destroy();
  });

  it("may follow other requests on the same connection", async () => {
    const peer = await TcpPeer.open(server);
    await peer.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.equal((await peer.response()).text, "ok");
    await peer.write(upgradeRequest(server));
    assert.equal((await peer.response()).status, 101);
    assert.match(await peer.message(), /^0\{/);
    peer.destroy();
  });

  it("leaves no trace of one that was refused", async () => {
    await answerTo(faults["no key"]);
    const peer = await rawWebSocket(server);
    await peer.write(text("4fine"));
    assert.equal(await peer.message(), "4fine");
    peer.destroy();
  });
});
