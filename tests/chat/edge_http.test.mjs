// Raw bytes at the chat's edge: requests that two servers in a row could read differently, answers that must stay
// whole, JSON that grows, and security headers where no route was reached (contract §13.3, §14).

import assert from "node:assert/strict";
import { test } from "node:test";
import { TcpPeer, upgradeRequest } from "../support/tcp.mjs";
import { nothingMore } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

const crlf = "\r\n";
const host = "Host: x";
const head = (...lines) => [...lines, "", ""].join(crlf);
const poison = head("GET /api/guest/username HTTP/1.1", host);
const endpoint = (server) => ({ host: "127.0.0.1", port: server.binary.port, path: "/socket.io/" });

/** Sends bytes; resolves to all the answers until the server closes. */
async function answersTo(server, bytes) {
  const peer = await TcpPeer.open(endpoint(server));
  await peer.write(bytes);
  const answers = [];
  for (let answer; (answer = await peer.response()); ) answers.push(answer);
  peer.destroy();
  return answers;
}

const chunked = (...lines) => head("POST /api/guest HTTP/1.1", host, "Transfer-Encoding: chunked", ...lines);
const posted = (...lines) => head("POST /api/guest HTTP/1.1", host, ...lines);

/** What a proxy may have taken for something else. Behind each stands a request that must never be answered. */
const pairs = {
  "two equal lengths": posted("Content-Length: 2", "Content-Length: 2") + "{}",
  "a length that is a list": posted("Content-Length: 2, 2") + "{}",
  "a length with a leading plus": posted("Content-Length: +2") + "{}",
  "a length in hexadecimal": posted("Content-Length: 0x2") + "{}",
  "a length with a sign behind a length": posted("Content-Length: 2", "Content-Length: -2") + "{}",
  "a length that is folded": "POST /api/guest HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 2\r\n\r\n{}",
  "a header folded with a tab": "POST /api/guest HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\tContent-Length: 2\r\n\r\n{}",
  "a space before the colon of the length": posted("Content-Length : 2") + "{}",
  "a tab before the colon of the coding": posted("Transfer-Encoding\t: chunked") + "0\r\n\r\n",
  "a coding after a vertical tab": posted("Transfer-Encoding: \x0bchunked") + "0\r\n\r\n",
  "a coding in quotes": posted('Transfer-Encoding: "chunked"') + "0\r\n\r\n",
  "a coding given twice": posted("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n",
  "a coding that is a list": posted("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n",
  "an empty coding": posted("Transfer-Encoding: ", "Content-Length: 2") + "{}",
  "a coding of HTTP/1.0": head("POST /api/guest HTTP/1.0", host, "Transfer-Encoding: chunked") + "0\r\n\r\n",
  "chunks beside a length": chunked("Content-Length: 2") + "0\r\n\r\n",
  "lines that end in LF alone": "POST /api/guest HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}",
  "one line that ends in LF alone": "POST /api/guest HTTP/1.1\r\nHost: x\nContent-Length: 2\r\n\r\n{}",
  "a CR alone within a header": "POST /api/guest HTTP/1.1\r\nHost: x\r\nX-A: a\rContent-Length: 2\r\n\r\n{}",
  "a head that ends in LF CR LF": "POST /api/guest HTTP/1.1\r\nHost: x\r\nX-A: b\n\r\n",
  "a chunk size with 0x": chunked() + "0x2\r\n{}\r\n0\r\n\r\n",
  "a chunk size with a plus": chunked() + "+2\r\n{}\r\n0\r\n\r\n",
  "a chunk size with an underscore": chunked() + "0_2\r\n{}\r\n0\r\n\r\n",
  "a chunk size that ends in LF alone": chunked() + "2\n{}\r\n0\r\n\r\n",
  "an extension with a bare LF": chunked() + "2;a\nb\r\n{}\r\n0\r\n\r\n",
  "an extension with a bare CR": chunked() + "2;a\rb\r\n{}\r\n0\r\n\r\n",
  "a chunk that ends in LF alone": chunked() + "2\r\n{}\n0\r\n\r\n",
  "a chunk longer than it says": chunked() + "1\r\n{}\r\n0\r\n\r\n",
  "an empty chunk size": chunked() + "\r\n{}\r\n0\r\n\r\n",
  "two hosts": head("GET /health HTTP/1.1", "Host: a", "Host: b"),
  "no host": head("GET /health HTTP/1.1"),
  "a host with a path": head("GET /health HTTP/1.1", "Host: a/b"),
};

test("a request that two servers could read in two ways is refused, and nothing behind it is answered", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const [what, bytes] of Object.entries(pairs)) {
    const answers = await answersTo(server, bytes + poison);
    assert.equal(answers.length, 1, `${what}: ${answers.map(({ status }) => status)}`);
    assert.ok([400, 501].includes(answers[0].status), `${what}: ${answers[0].status}`);
    assert.equal(answers[0].headers.connection, "close", what);
  }
  await nothingMore(ada, grace);
});

test("requests in a row are answered in order, each for itself, whatever one of them is about", async (t) => {
  const server = await startChat(t);
  const body = JSON.stringify({ username: "Ada" });
  const row =
    posted(`Content-Length: ${body.length}`, "Content-Type: application/json") + body +
    head("GET /nowhere HTTP/1.1", host) +
    chunked() + "2\r\n{}\r\n0\r\n\r\n" +
    head("GET /health HTTP/1.1", host, "Connection: close") +
    poison;
  const answers = await answersTo(server, row);
  assert.deepEqual(answers.map(({ status }) => status), [201, 404, 201, 200]);
  assert.equal(JSON.parse(answers[0].text).data.user.username, "Ada");
});

test("what follows a refused upgrade is never read as a request", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example" });
  const upgrade = upgradeRequest(endpoint(server), { headers: { Origin: "https://two.example" } });
  const answers = await answersTo(server, upgrade + poison);
  assert.deepEqual(answers.map(({ status }) => status), [403]);
});

const security = [
  "x-content-type-options",
  "x-frame-options",
  "referrer-policy",
  "x-xss-protection",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "content-security-policy",
  "permissions-policy",
];

test("answers that no route gives carry the security headers too", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "https://one.example", REQUIRE_SECURE: "false" });
  const socket = "/socket.io/?EIO=4&transport=";
  const requests = {
    101: upgradeRequest(endpoint(server)),
    400: head(`GET ${socket}polling&sid=unknown HTTP/1.1`, host, "Connection: close"),
    403: upgradeRequest(endpoint(server), { headers: { Origin: "https://two.example" } }),
    413: posted("Content-Length: 10000000", "Content-Type: application/json"),
    414: head(`GET /${"x".repeat(9000)} HTTP/1.1`, host),
    417: posted("Content-Length: 2", "Expect: a miracle") + "{}",
    426: upgradeRequest(endpoint(server), { headers: { "Sec-WebSocket-Version": "12" } }),
    431: head("GET /health HTTP/1.1", host, `X-Long: ${"x".repeat(20_000)}`),
    501: posted("Transfer-Encoding: gzip") + "x",
    505: head("GET /health HTTP/3.0", host),
  };
  const plain = {
    "a preflight of the engine": [204, head(`OPTIONS ${socket}polling HTTP/1.1`, host, "Connection: close")],
    "an unknown transport": [400, head(`GET ${socket}pigeon HTTP/1.1`, host, "Connection: close")],
    nonsense: [400, "nonsense\r\n\r\n"],
  };
  const all = [
    ...Object.entries(requests).map(([status, bytes]) => [status, Number(status), bytes]),
    ...Object.entries(plain).map(([what, [status, bytes]]) => [what, status, bytes]),
  ];
  for (const [what, status, bytes] of all) {
    const peer = await TcpPeer.open(endpoint(server));
    await peer.write(bytes);
    const answer = await peer.response();
    peer.destroy();
    assert.equal(answer.status, status, what);
    for (const name of security) assert.ok(answer.headers[name], `${what} has no ${name}`);
    assert.equal(answer.headers["strict-transport-security"], undefined, what);
    for (const name of ["server", "x-powered-by"]) assert.equal(answer.headers[name], undefined, `${what}: ${name}`);
  }
});

test("nothing that a client sends starts a line in an answer", async (t) => {
  const server = await startChat(t, { CORS_ORIGIN: "*" });
  const tricks = [
    "https://a.example%0d%0aX-Injected: 1",
    "https://a.example\\r\\nX-Injected: 1",
    "https://a.example\tX-Injected: 1",
    "https://a.example\u00e5\u0a0dX-Injected: 1",
  ];
  for (const trick of tricks) {
    for (const target of ["/health", "/socket.io/?EIO=4&transport=polling", "/%0d%0aX-Injected:%201"]) {
      const request = head(`GET ${target} HTTP/1.1`, host, `Origin: ${trick}`, "Connection: close");
      const peer = await TcpPeer.open(endpoint(server));
      await peer.write(Buffer.from(request, "utf8"));
      const answer = await peer.response();
      peer.destroy();
      assert.equal(answer.headers["x-injected"], undefined, `${target} ${trick}`);
    }
  }
});

/** JSON that costs a careless reader far more than its length. */
const bombs = {
  "arrays in arrays": "[".repeat(50_000) + "]".repeat(50_000),
  "objects in objects": '{"a":'.repeat(15_000) + "1" + "}".repeat(15_000),
  "unclosed arrays": "[".repeat(100_000),
  "a number of many digits": "9".repeat(100_000),
  "a key repeated": `{${Array.from({ length: 9_000 }, () => '"username":"ab"').join(",").slice(0, 100_000)}}`,
  "escapes alone": `{"username":"${"\\u0000".repeat(16_000)}"}`,
};

test("JSON bombs over REST are answered at once, and cost no memory", async (t) => {
  const server = await startChat(t);
  const before = await server.binary.residentBytes();
  for (const [what, body] of Object.entries(bombs)) {
    const begun = Date.now();
    const headers = { "content-type": "application/json" };
    const { status } = await server.request("POST", "/api/guest", { body, headers });
    // A number without end is JSON all the same, and no name.
    assert.ok((what === "a number of many digits" ? [201, 400] : [400, 413]).includes(status), `${what}: ${status}`);
    assert.ok(Date.now() - begun < 1000, `${what} took ${Date.now() - begun} ms`);
  }
  assert.ok((await server.binary.residentBytesMax()) - before < 32e6);
});

test("JSON bombs over polling end their own session at most", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const [what, bomb] of Object.entries(bombs)) {
    const guest = await server.account();
    const target = "/socket.io/?EIO=4&transport=polling";
    const { sid } = JSON.parse((await server.request("GET", target)).text.slice(1));
    const post = (body) =>
      server.request("POST", `${target}&sid=${sid}`, { body, headers: { "content-type": "text/plain" } });
    assert.equal((await post(`40${JSON.stringify({ token: guest.token })}`)).status, 200);
    const begun = Date.now();
    const { status } = await post(`42["chat:message",${bomb}]`);
    assert.ok([200, 400].includes(status), `${what}: ${status}`);
    assert.ok(Date.now() - begun < 1000, `${what} took ${Date.now() - begun} ms`);
  }
  await nothingMore(ada, grace);
  ada.emit("chat:message", { type: "text", content: "unharmed" });
  assert.equal((await grace.next("chat:message")).content, "unharmed");
});
