// MAX_CONNECTIONS_PER_IP: how many sockets one client address may have (contract §2, §13.1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { eventually, nothingMore } from "./support/guest.mjs";
import { startChat } from "./support/server.mjs";

const limited = { MAX_CONNECTIONS_PER_IP: "3" };
const from = (address) => ({ extraHeaders: { "x-forwarded-for": address } });

async function assertRefused(server, options = {}) {
  const guest = await server.account();
  guest.open(options);
  const error = await guest.next("connect_error");
  assert.equal(error.message, "Too many connections from this address");
  assert.deepEqual(error.data, { code: "RATE_LIMITED" });
  guest.disconnect();
}

/** Resolves once exactly `count` more sockets of this address are admitted, which leave again. */
async function assertRoomFor(server, count, options = {}) {
  const guests = [];
  for (let i = 0; i < count; i++) {
    await eventually("there is room again", async () => {
      const guest = (await server.account()).open(options);
      const answer = await Promise.race([
        guest.next("connection:established").then(() => "admitted"),
        guest.next("connect_error").then(() => "refused"),
      ]);
      if (answer === "admitted") guests.push(guest);
      return answer === "admitted";
    });
  }
  await assertRefused(server, options);
  for (const guest of guests) guest.disconnect();
}

for (const transport of ["websocket", "polling"]) {
  test(`an address has so many sockets over ${transport} and no more, and others notice nothing`, async (t) => {
    const server = await startChat(t, limited);
    const options = { transports: [transport] };
    const [ada, grace] = await server.pair("Ada", "Grace", options);
    const third = await server.guest("Hedy", options);
    await assertRefused(server, options);
    third.disconnect();
    await assertRoomFor(server, 1, options);
    await nothingMore(ada, grace);
  });
}

test("transports that are lost give their place back", async (t) => {
  const server = await startChat(t, limited);
  for (let round = 0; round < 3; round++) {
    const guests = [await server.guest(), await server.guest(), await server.guest()];
    await assertRefused(server);
    for (const guest of guests) guest.socket.io.engine.transport.ws.terminate();
  }
  await assertRoomFor(server, 3);
});

test("a socket that is replaced by another of its guest gives its place back", async (t) => {
  const server = await startChat(t, limited);
  const guest = await server.guest("Ada");
  for (let i = 0; i < 6; i++) {
    const twin = await server.twin(guest).open();
    await eventually("the twin is in", async () => {
      if (twin.seen.some(({ event }) => event === "connection:established")) return true;
      if (twin.seen.some(({ event }) => event === "connect_error")) {
        twin.seen = [];
        twin.socket.connect();
      }
      return false;
    });
  }
  await assertRoomFor(server, 2);
});

test("handshakes that are refused or abandoned in the middle take no place", async (t) => {
  const server = await startChat(t, limited);
  for (let i = 0; i < 5; i++) {
    const liar = (await server.account()).open({ auth: { token: "no token" } });
    assert.equal((await liar.next("connect_error")).message, "Invalid token");
    liar.disconnect();
  }
  const guest = await server.account();
  const abandon = (leave) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
      socket.on("error", () => {});
      socket.on("close", resolve);
      socket.on("open", () => {
        socket.send(`40${JSON.stringify({ token: guest.token })}`, () => leave(() => socket.terminate()));
      });
    });
  // Some are gone before the answer, some while it is on its way.
  const ways = [(go) => go(), (go) => setImmediate(go)];
  await Promise.all(Array.from({ length: 40 }, (_, i) => abandon(ways[i % 2])));
  await assertRoomFor(server, 3);
});

test("clients behind a trusted proxy are told apart, and an IPv6 network counts as one", async (t) => {
  const server = await startChat(t, { ...limited, TRUST_PROXY: "1" });
  for (let i = 1; i <= 3; i++) await server.guest(undefined, from(`2001:db8:0:7::${i}`));
  await assertRefused(server, from("2001:db8:0:7:ffff:ffff:ffff:ffff"));
  await server.guest(undefined, from("2001:db8:0:8::1"));
  await server.guest(undefined, from("203.0.113.7"));
  await server.guest();
  // What a client writes before its proxy does is not its address.
  await assertRefused(server, from("203.0.113.99, 2001:db8:0:7::9"));
});

test("nobody chooses its address when no proxy is trusted", async (t) => {
  const server = await startChat(t, limited);
  for (let i = 1; i <= 3; i++) await server.guest(undefined, from(`203.0.113.${i}`));
  await assertRefused(server, from("203.0.113.4"));
});
