// The STUN and TURN servers that guests are told of (contract §11.4), and a real TURN server that believes them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { TurnClient, startCoturn } from "../support/turn.mjs";
import { startChat } from "./support/server.mjs";

const secret = "shared-with-coturn";

async function iceServers(server, guest) {
  const answer = await server.request("GET", "/api/webrtc/ice-servers", { token: guest.token });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.success, true);
  return answer.body.data;
}

/** A client of the coturn at `port` that shows these credentials; closed with the test. */
function turnClient(t, port, credentials) {
  const client = new TurnClient(port, credentials);
  t.after(() => client.close());
  return client;
}

const unauthorized = { name: "Error", code: 401 };

test("§11.4-ice: ICE servers are told to guests with a token alone", async (t) => {
  const server = await startChat(t);
  const answer = await server.request("GET", "/api/webrtc/ice-servers");
  assert.equal(answer.status, 401);
  assert.equal(answer.body.message, "Access token is required");
  const wrong = await server.request("GET", "/api/webrtc/ice-servers", { token: "nonsense" });
  assert.equal(wrong.body.message, "Invalid token");
  assert.deepEqual(await iceServers(server, await server.account()), {
    iceServers: [{ urls: ["stun:stun.l.google.com:19302"] }],
  });
});

test("a fixed user of the TURN server is told as it is configured", async (t) => {
  const server = await startChat(t, {
    STUN_SERVER: "stun:a.example:3478,stun:b.example:3478",
    TURN_SERVER: "turn:a.example:3478?transport=udp, turns:a.example:5349",
    TURN_USERNAME: "parley",
    TURN_CREDENTIAL: "pass",
  });
  assert.deepEqual(await iceServers(server, await server.account()), {
    iceServers: [
      { urls: ["stun:a.example:3478", "stun:b.example:3478"] },
      { urls: ["turn:a.example:3478?transport=udp", "turns:a.example:5349"], username: "parley", credential: "pass" },
    ],
  });
});

test("§11.4-turn: with a shared secret each guest gets credentials of its own for one hour, and coturn relays for them", async (t) => {
  const coturn = await startCoturn(t, secret);
  const url = `turn:127.0.0.1:${coturn.port}?transport=udp`;
  const stun = `stun:127.0.0.1:${coturn.port}`;
  const server = await startChat(t, { STUN_SERVER: stun, TURN_SERVER: url, TURN_SECRET: secret });
  const clients = [];
  for (const guest of [await server.account(), await server.account()]) {
    const { iceServers: servers, ttl, expiresAt } = await iceServers(server, guest);
    assert.deepEqual(servers[0], { urls: [stun] });
    assert.equal(servers.length, 2);
    const { urls, username, credential } = servers[1];
    assert.deepEqual(urls, [url]);
    const [expiry, name] = username.split(":");
    assert.equal(name, guest.id);
    assert.equal(ttl, 3600);
    assert.equal(Date.parse(expiresAt), Number(expiry) * 1000);
    assert.ok(Math.abs(Number(expiry) - Date.now() / 1000 - 3600) < 60, username);
    assert.equal(credential, createHmac("sha1", secret).update(username).digest("base64"));
    clients.push(turnClient(t, coturn.port, { username, credential }));
  }

  const [ada, grace] = clients;
  const [atAda, atGrace] = [await ada.allocate(), await grace.allocate()];
  await ada.permit(atGrace);
  await grace.permit(atAda);
  ada.send(atGrace, "from Ada");
  assert.deepEqual(await grace.receive(), { peer: atAda, text: "from Ada" });
  grace.send(atAda, "from Grace");
  assert.deepEqual(await ada.receive(), { peer: atGrace, text: "from Grace" });
});

test("coturn refuses what was altered, made with another secret, or has expired", async (t) => {
  const coturn = await startCoturn(t, secret);
  const server = await startChat(t, { TURN_SERVER: `turn:127.0.0.1:${coturn.port}`, TURN_SECRET: secret });
  const stranger = await startChat(t, { TURN_SERVER: `turn:127.0.0.1:${coturn.port}`, TURN_SECRET: "another" });
  const told = async (chat) => (await iceServers(chat, await chat.account())).iceServers.at(-1);
  const { username, credential } = await told(server);

  const later = username.replace(/^\d+/, (expiry) => String(Number(expiry) + 3600));
  await assert.rejects(turnClient(t, coturn.port, { username: later, credential }).allocate(), unauthorized);
  await assert.rejects(turnClient(t, coturn.port, await told(stranger)).allocate(), unauthorized);

  const past = username.replace(/^\d+/, String(Math.floor(Date.now() / 1000) - 1));
  const signed = createHmac("sha1", secret).update(past).digest("base64");
  await assert.rejects(turnClient(t, coturn.port, { username: past, credential: signed }).allocate(), unauthorized);

  assert.equal((await turnClient(t, coturn.port, { username, credential }).allocate()).address, "127.0.0.1");
});
