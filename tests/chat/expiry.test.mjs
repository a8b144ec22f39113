// The end of a token while its guest is connected (contract §5.5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { altered } from "./support/tokens.mjs";
import { startChat } from "./support/server.mjs";

const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

test("§5.5-expired, §3-expiry-connected: a connection ends with its token, by its transport; the chat waits for a better one", async (t) => {
  const server = await startChat(t, { DISCONNECT_GRACE_MS: "60000" });
  const [ada, grace] = await server.pair();
  const lasting = ada.token;
  ada.token = altered(ada, { exp: inSeconds(2) });
  await ada.connect();
  assert.deepEqual(await ada.next("error", ({ code }) => code === "TOKEN_EXPIRED"), {
    message: "Authentication failed",
    code: "TOKEN_EXPIRED",
  });
  // A namespace disconnect would tell the client to stay away.
  assert.equal(await ada.next("disconnect", (reason) => reason !== "io server disconnect"), "transport close");
  await grace.next("presence:user_offline");

  ada.open();
  const { message, data } = await ada.next("connect_error");
  assert.deepEqual([message, data.code], ["Token has expired", "TOKEN_EXPIRED"]);
  ada.token = lasting;
  await ada.connect();
  assert.equal(ada.established.activeChat.matchedUser.id, grace.id);
  await grace.next("presence:user_online");
});
