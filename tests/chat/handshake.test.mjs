// Opening a socket: where the token may be, what is said first, and what a second socket does (contract §5).

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import { match, startChat } from "./support/server.mjs";
import { eventually, nothingMore, settle } from "./support/guest.mjs";
import { assertTime } from "./support/shapes.mjs";

const bearer = (token) => ({ extraHeaders: { authorization: `Bearer ${token}` } });

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  test(`§5.1-transports, §5.3-2: a guest with a token is welcomed over ${transports.join(", then ")}`, async (t) => {
    const server = await startChat(t);
    const ada = await server.guest("Ada", { transports });
    const { serverTime, ...welcome } = ada.established;
    assertTime(serverTime);
    assert.deepEqual(welcome, {
      userId: ada.id,
      username: "Ada",
      socketId: ada.socket.id,
      isGuest: true,
      sessionId: ada.user.sessionId,
      activeChat: null,
      isSearching: false,
    });
    await ada.next("realtime:stats");
    assert.equal(ada.seen[0].event, "connection:established");
  });

  test(`two guests can chat over ${transports.join(", then ")}`, async (t) => {
    const server = await startChat(t);
    const [ada, grace] = await server.pair("Ada", "Grace", { transports });
    ada.emit("chat:message", { type: "text", content: "hello" });
    assert.equal((await grace.next("chat:message")).content, "hello");
    await ada.next("chat:message:sent");
    await nothingMore(ada, grace);
  });
}

test("§3-token-place: the token may be in auth, in the query or in the Authorization header", async (t) => {
  const server = await startChat(t);
  const { token } = await server.account();
  const guest = await server.account();
  const places = [
    { auth: { token: guest.token } },
    { auth: {}, query: { token: guest.token } },
    { auth: {}, ...bearer(guest.token) },
    // The first that is not empty wins.
    { auth: { token: guest.token }, query: { token: "nonsense" }, ...bearer("nonsense") },
    { auth: {}, query: { token: guest.token }, ...bearer("nonsense") },
    { auth: { token: "" }, query: { token: guest.token } },
    { auth: { token: null }, query: { token: "" }, ...bearer(guest.token) },
    { auth: { token: guest.token }, query: { token } },
  ];
  for (const options of places) {
    for (const transports of [["websocket"], ["polling"]]) {
      const client = server.twin(guest).open({ ...options, transports });
      assert.equal((await client.next("connection:established")).userId, guest.id, JSON.stringify(options));
      client.disconnect();
    }
  }
});

test("§3-token-place: a bad token in an earlier place is not rescued by a good one in a later place", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  const places = [
    { auth: { token: "nonsense" }, query: { token: guest.token }, ...bearer(guest.token) },
    { auth: {}, query: { token: "nonsense" }, ...bearer(guest.token) },
  ];
  for (const options of places) {
    const client = server.twin(guest).open(options);
    const error = await client.next("connect_error");
    assert.deepEqual([error.message, error.data], ["Invalid token", { code: "TOKEN_INVALID" }]);
  }
});

test("§3-1, §5.2-refused: a handshake without a token asks for one", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  const places = [
    { auth: {} },
    { auth: { token: "" } },
    { auth: { token: null } },
    { auth: {}, query: { token: "" } },
    { auth: {}, extraHeaders: { authorization: "Basic QWRhOkFkYQ==" } },
    { auth: {}, extraHeaders: { authorization: "Bearer " } },
  ];
  for (const options of places) {
    const client = server.twin(guest).open(options);
    const error = await client.next("connect_error");
    const refusal = ["Authentication token required", { code: "TOKEN_REQUIRED" }];
    assert.deepEqual([error.message, error.data], refusal, JSON.stringify(options));
    assert.deepEqual(client.order(), ["connect_error"]);
  }
});

test("a token that is no string is invalid", async (t) => {
  const server = await startChat(t);
  const guest = await server.account();
  for (const token of [42, true, { token: guest.token }, [guest.token]]) {
    const error = await server.twin(guest).open({ auth: { token } }).next("connect_error");
    assert.deepEqual([error.message, error.data], ["Invalid token", { code: "TOKEN_INVALID" }], JSON.stringify(token));
  }
});

test("a refused guest stays offline and may try again", async (t) => {
  const server = await startChat(t);
  const ada = await server.account({ username: "Ada" });
  const client = server.twin(ada).open({ auth: { token: "nonsense" } });
  await client.next("connect_error");
  assert.equal((await ada.record()).isOnline, false);
  await ada.connect();
  assert.equal((await ada.record()).isOnline, true);
});

test("another namespace than / does not exist", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest();
  const elsewhere = ada.socket.io.socket("/elsewhere", { auth: { token: ada.token } });
  const [error] = await new Promise((resolve) => elsewhere.once("connect_error", (...args) => resolve(args)));
  assert.equal(error.message, "Invalid namespace");
  await settle(ada);
});

test("§5.3-queued: events sent together with the connect packet are handled after it, in order", async (t) => {
  const server = await startChat(t);
  const ada = await server.account();
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  t.after(() => socket.terminate());
  const heard = [];
  socket.on("message", (data) => {
    const text = data.toString();
    heard.push(text.startsWith("42") ? JSON.parse(text.slice(2))[0] : text.slice(0, 2));
  });
  await once(socket, "open");
  socket.send(`40${JSON.stringify({ token: ada.token })}`);
  socket.send('42["user:match"]');
  socket.send('42["user:match:cancel"]');
  await eventually("the last event was answered", () => heard.includes("user:match:cancelled"));
  assert.deepEqual(
    heard.filter((name) => name !== "realtime:stats"),
    ["0{", "40", "connection:established", "user:match:searching", "user:match:no_users", "user:match:cancelled"],
  );
});

test("§5.4-newest: the newest socket of a session wins and the older one is told why", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const newer = await server.twin(ada).connect();
  assert.deepEqual(await ada.next("error"), { message: "Session opened in another window", code: "SESSION_REPLACED" });
  assert.equal(await ada.next("disconnect"), "io server disconnect");
  await settle(newer);
  assert.equal((await ada.record()).isOnline, true);
  const { body } = await server.request("GET", "/api/stats", { token: ada.token });
  assert.deepEqual([body.data.stats.onlineUsers, body.data.stats.activeUsers], [1, 1]);
});

test("§5.4-newest: a newer socket takes the chat over, and the partner notices nothing", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const newer = await server.twin(ada).connect();
  const { roomId, matchedUser } = newer.established.activeChat;
  assert.equal(roomId, [ada.id, grace.id].sort().join("_"));
  assert.deepEqual(matchedUser, {
    id: grace.id,
    username: "Grace",
    isGuest: true,
    location: null,
    gender: null,
    language: null,
  });
  await ada.next("disconnect");
  await nothingMore(newer, grace);

  newer.emit("chat:message", { type: "text", content: "from the new window" });
  await newer.next("chat:message:sent");
  assert.equal((await grace.next("chat:message")).content, "from the new window");
  grace.emit("chat:message", { type: "text", content: "to the new window" });
  assert.equal((await newer.next("chat:message")).content, "to the new window");
  assert.deepEqual(
    ada.unread().map(({ event }) => event),
    ["error"],
  );
});

test("§5.4-newest: a newer socket takes the search over", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  ada.emit("user:match");
  await ada.next("user:match:no_users");
  const newer = await server.twin(ada).connect();
  await ada.next("disconnect");
  assert.equal((await ada.record()).isSearching, true);

  const grace = await server.guest("Grace");
  grace.emit("user:match");
  assert.equal((await newer.next("user:matched")).matchedUser.id, grace.id);
  assert.equal((await grace.next("user:matched")).matchedUser.id, ada.id);
});

test("§5.4-old-end, §9.5-old-socket: an old socket that closes by itself at the moment it is replaced does no harm", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  let current = ada;
  for (let round = 0; round < 10; ++round) {
    const newer = server.twin(ada).open();
    await newer.next("connection:established");
    current.disconnect();
    current = newer;
  }
  await nothingMore(current, grace);
  assert.equal((await ada.record()).connectedUser, grace.id);
  assert.equal((await ada.record()).isOnline, true);
});

test("of sockets opened at the same moment exactly one stays", async (t) => {
  const server = await startChat(t);
  const ada = await server.account();
  const twins = Array.from({ length: 8 }, () => server.twin(ada).open());
  await Promise.all(twins.map((twin) => twin.next("connection:established")));
  const open = () => twins.filter((twin) => twin.socket.connected);
  await eventually("one socket is left", () => open().length === 1);
  await settle(open()[0]);
  assert.equal((await server.request("GET", "/api/socket/stats")).body.data.connectedSockets, 1);
});

test("§5.1-packet-limit: a packet above the limit closes that connection only", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const eve = await server.guest("Eve");
  eve.emit("chat:message", { type: "text", content: "x".repeat(1_000_001) });
  assert.match(await eve.next("disconnect"), /^transport (close|error)$/);
  await nothingMore(ada, grace);
});
