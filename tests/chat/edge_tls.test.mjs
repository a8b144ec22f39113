// HTTPS and WSS on the chat's own port (contract §2, §13.3).

import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import https from "node:https";
import { after, before, test } from "node:test";
import { once } from "node:events";
import { Authority } from "../support/certificates.mjs";
import { eventually, nothingMore } from "./support/guest.mjs";
import { launch, match, startChat } from "./support/server.mjs";

let authority;
let first;
let second;
before(async () => {
  authority = await Authority.make();
  [first, second] = [await authority.issue("first"), await authority.issue("second")];
});
after(() => authority.remove());

const tlsOf = ({ cert, key }) => ({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
const startSecure = (t, env = {}) => startChat(t, { ...tlsOf(first), ...env }, authority.certificate);

test("§2-tls: guests meet and chat over HTTPS and WSS, whichever transport each uses", async (t) => {
  const server = await startSecure(t, { PARLEY_ENV: "production" });
  assert.match(server.binary.stdout, /Parley chat server: https:/);
  const ada = await server.guest("Ada", { transports: ["polling"] });
  const grace = await server.guest("Grace", { transports: ["websocket"] });
  await match(ada, grace);
  ada.emit("chat:message", { type: "text", content: "over polling" });
  assert.equal((await grace.next("chat:message")).content, "over polling");
  grace.emit("chat:message", { type: "text", content: "over a WebSocket" });
  assert.equal((await ada.next("chat:message")).content, "over a WebSocket");
  for (const guest of [ada, grace]) await guest.next("chat:message:sent");
  await nothingMore(ada, grace);
});

test("§13.3-hsts: every kind of answer over HTTPS asks for HTTPS from now on", async (t) => {
  const server = await startSecure(t);
  const answers = [
    ["GET", "/health", 200],
    ["GET", "/nowhere", 404],
    ["GET", "/socket.io/?EIO=4&transport=polling", 200],
    ["GET", "/socket.io/?EIO=4&transport=polling&sid=unknown", 400],
    ["OPTIONS", "/api/guest", 204],
    ["GET", "/health", 431, { "x-long": "x".repeat(20_000) }],
  ];
  for (const [method, target, expected, headers] of answers) {
    const answer = await server.request(method, target, { headers });
    assert.equal(answer.status, expected, target);
    assert.equal(answer.headers["strict-transport-security"], "max-age=31536000", `${target} ${expected}`);
  }
});

test("the server's own origin has its scheme", async (t) => {
  const server = await startSecure(t, { CORS_ORIGIN: "https://elsewhere.example" });
  const allowed = async (origin) => {
    const { headers } = await server.request("GET", "/health", { headers: { origin } });
    return headers["access-control-allow-origin"];
  };
  assert.equal(await allowed(server.url), server.url);
  assert.equal(await allowed(server.url.replace("https", "http")), undefined);
});

/** The name in the certificate that a new connection is shown. */
async function nameShown(server) {
  const request = https.get(`${server.url}/health`, { ca: server.ca, agent: false });
  const [response] = await once(request, "response");
  const { subject } = response.socket.getPeerCertificate();
  response.resume();
  return subject.CN;
}

test("§2-tls: SIGHUP loads the certificate again while guests chat on, and a bad one changes nothing", async (t) => {
  const live = { cert: authority.file("chat.pem"), key: authority.file("chat.key") };
  const install = async ({ cert, key }) => {
    await copyFile(cert, live.cert);
    await copyFile(key, live.key);
  };
  await install(first);
  const server = await startSecure(t, tlsOf(live));
  const [ada, grace] = await server.pair();
  assert.equal(await nameShown(server), "first");
  const hangUp = () => process.kill(server.binary.pid, "SIGHUP");

  await install(second);
  hangUp();
  let inRow = 0;
  await eventually("the second is shown by all workers", async () => {
    inRow = (await nameShown(server)) === "second" ? inRow + 1 : 0;
    return inRow === 12;
  });

  await writeFile(live.cert, "spoilt");
  hangUp();
  await eventually("the server says so", () => server.binary.stderr.includes("the certificate stays as it was"));
  assert.match(server.binary.stderr, /cannot use the certificates in [^"]*chat\.pem/);
  for (let i = 0; i < 6; i++) assert.equal(await nameShown(server), "second");

  ada.emit("chat:message", { type: "text", content: "still here" });
  assert.equal((await grace.next("chat:message")).content, "still here");
});

test("a server without TLS takes SIGHUP calmly", async (t) => {
  const server = await startChat(t);
  process.kill(server.binary.pid, "SIGHUP");
  assert.equal((await server.request("GET", "/health")).status, 200);
});

test("a certificate or key that cannot be used stops the start with the reason", async () => {
  const fails = (env, reason) => assert.rejects(launch(env), reason);
  await fails({ TLS_CERT_FILE: first.cert }, /TLS_KEY_FILE/);
  await fails({ TLS_KEY_FILE: first.key }, /TLS_CERT_FILE/);
  await fails(tlsOf({ cert: "/nowhere.pem", key: first.key }), /cannot read \/nowhere\.pem: No such file/);
  await fails(tlsOf({ cert: first.cert, key: second.key }), /second\.key/);
  await fails(tlsOf({ cert: first.key, key: first.key }), /cannot use the certificates in/);
});
