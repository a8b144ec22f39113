// Who may not come in (contract §5.2), as an operator decides with `parley admin`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { admin, socketPath } from "./support/admin.mjs";
import { match, startChat } from "./support/server.mjs";

const banned = { message: "You have been banned", code: "BANNED" };
const done = { code: 0, stderr: "" };

/** Runs a command that must succeed. */
async function order(socket, ...args) {
  const { stdout, ...rest } = await admin(socket, ...args);
  assert.deepEqual(rest, done, stdout);
  return stdout;
}

async function refusedHandshake(guest) {
  guest.open();
  const { message, data } = await guest.next("connect_error");
  guest.disconnect();
  return { message, ...data };
}

test("§5.2-banned: a banned guest has to leave its chat, stays away, and is refused when it comes again", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket, DISCONNECT_GRACE_MS: "5000" });
  const [ada, bob] = await server.pair("Ada", "Bob");
  await order(socket, "ban", "session", bob.id, "--reason", "spam");
  assert.deepEqual(await bob.next("error"), banned);
  assert.equal(await bob.next("disconnect"), "io server disconnect");
  assert.equal((await ada.next("room:closed")).reason, "user_disconnected");
  assert.equal((await ada.record()).connectedUser, null);
  assert.deepEqual(await refusedHandshake(server.twin(bob)), banned);
  // Nobody else is concerned.
  await match(ada, await server.guest("Grace"));
});

test("a guest that is expected back loses its chat as well", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket, DISCONNECT_GRACE_MS: "60000" });
  const [ada, bob] = await server.pair("Ada", "Bob");
  bob.socket.io.engine.close();
  await ada.next("presence:user_offline");
  await order(socket, "ban", "session", bob.id);
  assert.equal((await ada.next("room:closed")).reason, "user_disconnected");
  assert.deepEqual(await refusedHandshake(bob), banned);
});

test("§5.2-banned: nobody gets in from a banned address, neither with an old session nor with a new one", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket, TRUST_PROXY: "1" });
  const from = (address) => ({ extraHeaders: { "x-forwarded-for": address } });
  const bob = await server.guest("Bob", from("192.0.2.7"));
  const eve = await server.guest("Eve", from("2001:db8:0:1::5"));
  const ada = await server.guest("Ada", from("192.0.2.8"));
  await order(socket, "ban", "address", "192.0.2.7", "--for", "2h");
  await order(socket, "ban", "address", "2001:db8:0:1::9");
  assert.equal(await bob.next("disconnect"), "io server disconnect");
  assert.equal(await eve.next("disconnect"), "io server disconnect");

  const create = (address) => server.request("POST", "/api/guest", { headers: { "x-forwarded-for": address } });
  const refused = await create("192.0.2.7");
  assert.equal(refused.status, 403);
  const { until, ...rest } = refused.body;
  assert.deepEqual(rest, { success: false, ...banned });
  assert.ok(Math.abs(Date.parse(until) - Date.now() - 2 * 3600 * 1000) < 60_000, until);
  const forGood = await create("2001:db8:0:1:ffff::1");
  assert.deepEqual([forGood.status, forGood.body], [403, { success: false, ...banned }]);
  assert.equal((await create("192.0.2.8")).status, 201);
  assert.equal((await create("2001:db8:0:2::5")).status, 201);

  const again = server.twin(bob);
  again.open(from("192.0.2.7"));
  const { data } = await again.next("connect_error");
  assert.deepEqual(data, { code: "BANNED", until });
  assert.equal((await ada.ask("presence:heartbeat", {})).ok, true);
});

test("a ban that is lifted or over is one no more", async (t) => {
  const socket = socketPath(t);
  const server = await startChat(t, { ADMIN_SOCKET: socket });
  const bob = await server.account("Bob");
  await order(socket, "ban", "session", bob.id);
  assert.equal((await refusedHandshake(bob)).code, "BANNED");
  await order(socket, "unban", "session", bob.id);
  await (await server.twin(bob).connect()).disconnect();

  await order(socket, "ban", "session", bob.id, "--for", "1s");
  const { until } = await refusedHandshake(server.twin(bob));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(until) - Date.now())));
  await server.twin(bob).connect();
});
