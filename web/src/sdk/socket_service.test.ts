// @vitest-environment node
// The service against a scripted socket: what no test should have to wait for a real server to do.

import { beforeEach, describe, expect, test } from "vitest";
import type { ActiveChat, User } from "../../../contract/types/payloads.js";
import { FakeClock, settle } from "../testing/fake_clock.js";
import { type FakeSocket, fakeIo } from "../testing/fake_socket.js";
import type { Connection } from "./connection.js";
import { RestClient } from "./rest_client.js";
import { SessionStore } from "./session_store.js";
import { SocketService } from "./socket_service.js";

const ada: User = {
  id: "guest_1",
  username: "Ada",
  isGuest: true,
  sessionId: "secret",
  location: { city: "Turku" },
  gender: null,
  language: "fi",
};
const grace = {
  id: "guest_9",
  username: "Grace",
  isGuest: true,
  location: null,
  gender: null,
  language: null,
} as const;
const chat: ActiveChat = { roomId: "guest_1_guest_9", matchedUser: grace };
const message = (content: string, clientMessageId: string) => ({ type: "text", content, clientMessageId }) as const;
const sent = (messageId: string) => ({ ok: true, messageId, timestamp: "2026-01-01T00:00:00.000Z", status: "sent" });

let clock: FakeClock;
let session: SessionStore;
let requests: { path: string; method: string; body: unknown; token: string | null }[];
let answers: (() => { status: number; body: unknown })[];
let wire: ReturnType<typeof fakeIo>;
let events: EventTarget;
let told: string[];
let service: SocketService;

beforeEach(() => {
  clock = new FakeClock();
  session = SessionStore.inMemory();
  session.save("token-1", ada);
  requests = [];
  answers = [];
  wire = fakeIo();
  events = new EventTarget();
  told = [];
  for (const name of ["guest:session:expired", "guest:session:regenerated"]) {
    events.addEventListener(name, () => told.push(name));
  }
  service = makeService();
});

function makeService(): SocketService {
  const rest = new RestClient({
    url: "https://chat.example",
    session,
    fetch: async (input, init) => {
      requests.push({
        path: String(input).replace("https://chat.example", ""),
        method: init?.method ?? "GET",
        body: init?.body ? JSON.parse(String(init.body)) : null,
        token: new Headers(init?.headers).get("Authorization"),
      });
      const answer = answers.shift();
      if (!answer) throw new TypeError("fetch failed");
      const { status, body } = answer();
      return new Response(JSON.stringify(body), { status });
    },
  });
  return new SocketService({ url: "https://chat.example", session, rest, io: wire.io, clock, events });
}

const created = (token: string, user: User) => () => ({
  status: 201,
  body: { success: true, message: "Guest session created successfully", data: { token, user } },
});
const socket = (): FakeSocket => wire.sockets.at(-1) as FakeSocket;

function online(about: { activeChat?: ActiveChat } = {}): FakeSocket {
  service.connect();
  socket().welcome(about);
  return socket();
}

describe("connecting", () => {
  test("needs a token", () => {
    session.clear();
    expect(() => service.connect()).toThrow("There is no token");
  });

  test("uses the options of the contract", () => {
    service.connect();
    expect(wire.options[0]).toMatchObject({
      transports: ["websocket", "polling"],
      reconnection: true,
      reconnectionAttempts: 10,
      reconnectionDelay: 1000,
      reconnectionDelayMax: 5000,
      timeout: 20_000,
      forceNew: true,
    });
    expect(socket().token).toBe("token-1");
  });

  test("closes the connection that there was, which is heard no longer", () => {
    const first = online();
    const heard: unknown[] = [];
    service.on("user:match:no_users", (payload) => heard.push(payload));
    online();
    expect(first.closed).toBe(true);
    first.hears("user:match:no_users", { message: "old" });
    socket().hears("user:match:no_users", { message: "new" });
    expect(heard).toEqual([{ message: "new" }]);
  });

  test("is done when the server has said welcome", () => {
    const states: Connection[] = [];
    const connected: boolean[] = [];
    service.onConnection((state) => states.push(state));
    service.onConnectionChange((is) => connected.push(is));
    service.connect();
    expect(service.isConnected).toBe(false);
    socket().welcome({ activeChat: chat });
    expect(service.getConnectionStatus()).toBe(true);
    expect(states).toEqual([
      { at: "connecting", attempt: 0 },
      { at: "online", recovered: false, activeChat: chat },
    ]);
    service.disconnect();
    expect(connected).toEqual([true, false]);
    expect(service.connection).toEqual({ at: "offline", why: "signed-out" });
  });

  test("tells of attempts and of the longest wait for the next", () => {
    online().drop();
    expect(service.connection).toEqual({ at: "waiting", attempt: 1, retryAt: clock.now() + 1500 });
    socket().tries("reconnect_attempt", 1);
    expect(service.connection).toEqual({ at: "connecting", attempt: 1 });
    socket().refuse("websocket error");
    expect(service.connection).toEqual({ at: "waiting", attempt: 2, retryAt: clock.now() + 3000 });
    socket().tries("reconnect_attempt", 2);
    socket().welcome();
    expect(service.connection).toMatchObject({ at: "online", recovered: true });
  });

  test("gives up after the last attempt, and can be asked again", () => {
    online().drop();
    socket().tries("reconnect_failed");
    expect(service.connection).toEqual({ at: "offline", why: "gave-up" });
    online();
    expect(service.isConnected).toBe(true);
  });

  test("stays away when another tab has taken the session", () => {
    online().hears("error", { message: "Session opened in another window", code: "SESSION_REPLACED" });
    expect(service.connection).toEqual({ at: "offline", why: "replaced" });
    expect(socket().closed).toBe(true);
  });

  test("stays away from where it is banned, and knows until when", () => {
    service.connect();
    socket().refuse("You have been banned", { code: "BANNED", until: "2030-01-01T00:00:00.000Z" });
    expect(service.connection).toEqual({ at: "offline", why: "banned", until: "2030-01-01T00:00:00.000Z" });
  });

  test("waits as long as a busy server asks for", async () => {
    service.connect();
    socket().refuse("Rate limit exceeded", { code: "RATE_LIMITED", retryAfterMs: 700 });
    socket().closed = true;
    expect(service.connection).toEqual({ at: "waiting", attempt: 1, retryAt: clock.now() + 700 });
    await clock.pass(700);
    expect(socket().closed).toBe(false);
    expect(service.connection).toEqual({ at: "connecting", attempt: 1 });
  });

  test("a callback that throws does not keep the others from being told", async () => {
    const surfaced = new Promise((resolve) => process.once("uncaughtException", resolve));
    let heard = 0;
    service.onConnectionChange(() => {
      throw new Error("mine");
    });
    service.onConnectionChange(() => (heard += 1));
    online();
    expect(heard).toBe(1);
    expect(await surfaced).toMatchObject({ message: "mine" });
  });

  test("sets up calls now and on every connect", () => {
    let times = 0;
    online();
    service.setWebRTCListenersSetup(() => (times += 1));
    expect(times).toBe(1);
    socket().drop();
    socket().welcome();
    expect(times).toBe(2);
  });
});

describe("listening", () => {
  test("goes on over every connection, until it is taken back", () => {
    const heard: string[] = [];
    const stop = service.on("chat:typing:start", ({ username }) => heard.push(username));
    online().hears("chat:typing:start", { userId: "guest_9", username: "one" });
    socket().drop();
    socket().welcome();
    socket().hears("chat:typing:start", { userId: "guest_9", username: "two" });
    online().hears("chat:typing:start", { userId: "guest_9", username: "three" });
    stop();
    socket().hears("chat:typing:start", { userId: "guest_9", username: "four" });
    expect(heard).toEqual(["one", "two", "three"]);
  });

  test("drops and counts what is malformed, and ignores what the contract does not know", () => {
    const heard: unknown[] = [];
    service.on("chat:message", (payload) => heard.push(payload));
    online();
    socket().hears("chat:message", { id: 7 });
    socket().hears("chat:message", null);
    socket().hears("chat:shout", { loud: true });
    socket().hears("toString", {});
    expect(heard).toEqual([]);
    expect(service.malformedPayloads).toBe(2);
  });

  test("can be ended for a whole event", () => {
    const heard: unknown[] = [];
    service.on("room:closed", (payload) => heard.push(payload));
    service.off("room:closed");
    online().hears("room:closed", { userId: "a", username: "b", message: "c", reason: "room_closed" });
    expect(heard).toEqual([]);
  });
});

describe("messages", () => {
  test("are answered once they are kept", async () => {
    online({ activeChat: chat });
    const answer = service.sendMessage(message("hello", "k1"));
    expect(socket().last("chat:message").payload).toEqual(message("hello", "k1"));
    socket().last("chat:message").answer(sent("m1"));
    expect(await answer).toEqual(sent("m1"));
    expect(service.unconfirmed).toEqual([]);
  });

  test("wait while the connection is lost, and go in order when it is back", async () => {
    online({ activeChat: chat }).drop();
    const first = service.sendMessage(message("one", "k1"));
    void service.sendMessage(message("two", "k2"));
    expect(socket().said).toEqual([]);
    socket().welcome({ activeChat: chat });
    expect(socket().said.map(({ payload }) => payload)).toEqual([message("one", "k1"), message("two", "k2")]);
    socket().last("chat:message").answer(sent("m2"));
    await settle();
    expect(service.unconfirmed).toEqual(["k1"]);
    socket().said[0]?.answer(sent("m1"));
    expect(await first).toEqual(sent("m1"));
  });

  test("whose answer was lost are said again under the same name", async () => {
    online({ activeChat: chat });
    const answer = service.sendMessage(message("hello", "k1"));
    socket().last("chat:message").lose();
    await clock.pass(2000);
    expect(socket().said.map(({ payload }) => payload)).toEqual([message("hello", "k1"), message("hello", "k1")]);
    socket().last("chat:message").answer(sent("m1"));
    expect(await answer).toEqual(sent("m1"));
  });

  test("survive a reload of the page", async () => {
    online({ activeChat: chat }).drop();
    void service.sendMessage(message("hello", "k1"));
    const reloaded = makeService();
    expect(reloaded.unconfirmed).toEqual(["k1"]);
    reloaded.connect();
    const answer = reloaded.sendMessage(message("hello", "k1"), chat.roomId);
    socket().welcome({ activeChat: chat });
    expect(socket().names).toEqual(["chat:message"]);
    socket().last("chat:message").answer(sent("m1"));
    expect(await answer).toEqual(sent("m1"));
    expect(makeService().unconfirmed).toEqual([]);
  });

  test("never reach another partner", async () => {
    online({ activeChat: chat }).drop();
    const answer = service.sendMessage(message("for Grace only", "k1"));
    socket().welcome({ activeChat: { ...chat, roomId: "guest_1_guest_5" } });
    expect(socket().said).toEqual([]);
    expect(await answer).toMatchObject({ ok: false, error: { code: "NOT_IN_CHAT" } });
  });

  test("that are refused are answered with the reason, and not said again", async () => {
    online({ activeChat: chat });
    const answer = service.sendMessage(message("hello", "k1"));
    const refused = { ok: false, error: { message: "Rate limit exceeded", code: "RATE_LIMITED", retryAfterMs: 5 } };
    socket().last("chat:message").answer(refused);
    expect(await answer).toEqual(refused);
    await clock.pass(5000);
    expect(socket().names).toEqual(["chat:message"]);
  });

  test("can be taken back before they are sent", () => {
    online({ activeChat: chat }).drop();
    void service.sendMessage(message("hello", "k1"));
    service.forgetMessage("k1");
    socket().welcome({ activeChat: chat });
    expect(socket().said).toEqual([]);
  });

  test("cannot be sent outside of a chat", async () => {
    online();
    expect(await service.sendMessage(message("hello", "k1"))).toMatchObject({
      ok: false,
      error: { code: "NOT_IN_CHAT" },
    });
  });
});

describe("typing", () => {
  test("is said once in three seconds and ends after four of quiet", async () => {
    online({ activeChat: chat });
    service.startTyping();
    await clock.pass(1000);
    service.startTyping();
    await clock.pass(1999);
    service.startTyping();
    expect(socket().names).toEqual(["chat:typing:start"]);
    await clock.pass(1);
    service.startTyping();
    expect(socket().names).toEqual(["chat:typing:start", "chat:typing:start"]);
    await clock.pass(3999);
    expect(socket().names).toHaveLength(2);
    await clock.pass(1);
    expect(socket().names).toEqual(["chat:typing:start", "chat:typing:start", "chat:typing:stop"]);
    expect(socket().said.every(({ volatile }) => volatile)).toBe(true);
  });

  test("ends with the message, which says it already", async () => {
    online({ activeChat: chat });
    service.startTyping();
    void service.sendMessage(message("hello", "k1"));
    await clock.pass(1000);
    expect(socket().names).toEqual(["chat:typing:start", "chat:message"]);
  });

  test("is not told to a server that is away, then or later", () => {
    online({ activeChat: chat }).drop();
    service.startTyping();
    service.stopTyping();
    socket().welcome({ activeChat: chat });
    expect(socket().said).toEqual([]);
  });
});

test("nothing is said from a lost connection, and nothing of it is said later", async () => {
  online().drop();
  service.sendHeartbeat();
  service.updateOnlineStatus(false);
  service.requestStats();
  service.confirmMessageDelivered("m1");
  expect(await service.sendCallEnd()).toMatchObject({ ok: false, error: { code: "CONNECTION_FAILED" } });
  await clock.pass(60_000);
  socket().welcome();
  expect(socket().said).toEqual([]);
});

test("a heartbeat is sent every thirty seconds", async () => {
  online();
  await clock.pass(61_000);
  expect(socket().names).toEqual(["presence:heartbeat", "presence:heartbeat"]);
});

test.each([
  ["clearChat", "chat:clear"],
  ["leaveRoom", "leave-room"],
  ["closeRoom", "close-room"],
  ["block", "user:block"],
  ["cancelMatch", "user:match:cancel"],
  ["sendCallEnd", "webrtc:call-end"],
  ["sendCallReject", "webrtc:call-reject"],
  ["sendCallTimeout", "webrtc:call-timeout"],
  ["requestStats", "stats:request"],
  ["requestOnlineUsers", "users:online:request"],
  ["requestPresenceUpdate", "presence:request_update"],
] as const)("%s says %s", (member, event) => {
  online({ activeChat: chat });
  void service[member]();
  expect(socket().said.map((said) => [said.event, said.payload])).toEqual([[event, undefined]]);
});

test("what carries something carries it as the contract says", () => {
  online({ activeChat: chat });
  void service.sendOffer({ type: "offer" }, "audio");
  void service.sendAnswer({ type: "answer" });
  void service.sendIceCandidate(null);
  service.confirmMessageDelivered("m1");
  void service.report("spam", "ads");
  void service.history(7);
  service.registerGuestUser({ language: "fi" });
  service.updateGuestUser({ language: "sv" });
  service.updateSearchingStatus(true);
  expect(socket().said.map(({ event, payload }) => [event, payload])).toEqual([
    ["webrtc:offer", { offer: { type: "offer" }, type: "audio" }],
    ["webrtc:answer", { answer: { type: "answer" } }],
    ["webrtc:ice-candidate", { candidate: null }],
    ["chat:message:delivered", { messageId: "m1" }],
    ["user:report", { reason: "spam", details: "ads" }],
    ["chat:history", { afterSeq: 7 }],
    ["guest:register", { language: "fi" }],
    ["guest:update", { language: "sv" }],
    ["presence:searching", { isSearching: true }],
  ]);
});

describe("a search", () => {
  test("is asked for again when the connection is back", async () => {
    online();
    void service.requestMatch();
    socket().last("user:match").answer({ ok: true });
    await settle();
    socket().drop();
    socket().welcome();
    expect(socket().names).toEqual(["user:match", "user:match"]);
  });

  test("that was asked for before there was a connection begins with it", () => {
    service.connect();
    void service.requestMatch();
    socket().welcome();
    expect(socket().names).toEqual(["user:match"]);
  });

  test("is over when a partner is found", () => {
    online();
    void service.requestMatch();
    socket().hears("user:matched", { matchedUser: grace, roomId: chat.roomId });
    expect(service.activeChat?.roomId).toBe(chat.roomId);
    socket().drop();
    socket().welcome({ activeChat: chat });
    expect(socket().names).toEqual(["user:match"]);
  });

  test("is over when it is cancelled", () => {
    online();
    void service.requestMatch();
    void service.cancelMatch();
    socket().drop();
    socket().welcome();
    expect(socket().names).toEqual(["user:match", "user:match:cancel"]);
  });
});

describe("a session that has expired", () => {
  const renewed: User = { ...ada, id: "guest_2", sessionId: "other" };

  test.each(["Token has expired", "Guest session not found or expired"])(
    "is renewed under the same name (%s)",
    async (text) => {
      session.rememberPartner(grace);
      session.write("parley_place", "lobby");
      const device = session.deviceId;
      service.connect();
      answers.push(created("token-2", renewed));
      socket().refuse(text, { code: "TOKEN_EXPIRED" });
      await settle();
      expect(requests).toEqual([
        {
          path: "/api/guest",
          method: "POST",
          body: { username: "Ada", location: { city: "Turku" }, gender: null, language: "fi", deviceId: device },
          token: null,
        },
      ]);
      expect(told).toEqual(["guest:session:expired", "guest:session:regenerated"]);
      expect(session.user).toEqual(renewed);
      expect(session.read("chat_connected_user")).toBeNull();
      expect(wire.sockets).toHaveLength(2);
      expect(wire.sockets[0]?.closed).toBe(true);
      expect(socket().token).toBe("token-2");
    }
  );

  test("is renewed once, however often it is noticed", async () => {
    service.connect();
    answers.push(created("token-2", renewed));
    socket().refuse("Token has expired", { code: "TOKEN_EXPIRED" });
    await Promise.all([service.handleTokenExpiration(), service.handleTokenExpiration()]);
    expect(requests).toHaveLength(1);
    expect(wire.sockets).toHaveLength(2);
  });

  test("keeps listeners, and searches on", async () => {
    const heard: string[] = [];
    service.on("user:match:no_users", ({ message: words }) => heard.push(words));
    online();
    void service.requestMatch();
    answers.push(created("token-2", renewed));
    socket().drop();
    socket().refuse("Token has expired", { code: "TOKEN_EXPIRED" });
    await settle();
    socket().welcome({ userId: "guest_2" });
    expect(socket().names).toEqual(["user:match"]);
    socket().hears("user:match:no_users", { message: "nobody" });
    expect(heard).toEqual(["nobody"]);
    expect(service.currentUser).toEqual(renewed);
  });

  test("does not search if nobody searched, and takes no message along", async () => {
    online({ activeChat: chat }).drop();
    const answer = service.sendMessage(message("hello", "k1"));
    answers.push(created("token-2", renewed));
    socket().refuse("Token has expired", { code: "TOKEN_EXPIRED" });
    expect(await answer).toMatchObject({ ok: false, error: { code: "NOT_IN_CHAT" } });
    await settle();
    socket().welcome({ userId: "guest_2" });
    expect(socket().said).toEqual([]);
  });

  test("is given up after three tries", async () => {
    service.connect();
    socket().refuse("Token has expired", { code: "TOKEN_EXPIRED" });
    await clock.pass(1000);
    expect(requests).toHaveLength(2);
    await clock.pass(12_000);
    expect(requests).toHaveLength(3);
    expect(service.connection).toEqual({ at: "offline", why: "expired" });
    expect(told).toEqual(["guest:session:expired"]);
  });

  test("is renewed by the second try too", async () => {
    service.connect();
    answers.push(
      () => ({ status: 500, body: { success: false, message: "Internal server error" } }),
      created("token-2", renewed)
    );
    socket().refuse("Token has expired", { code: "TOKEN_EXPIRED" });
    await clock.pass(1000);
    expect(socket().token).toBe("token-2");
  });

  test("is noticed by REST too, which then repeats its request", async () => {
    online();
    answers.push(
      () => ({ status: 401, body: { success: false, message: "Token has expired", code: "TOKEN_EXPIRED" } }),
      created("token-2", renewed),
      () => ({ status: 200, body: { success: true, data: { user: renewed } } })
    );
    const rest = new RestClient({ url: "", session });
    expect(rest.onTokenRefused).toBeNull();
    const answer = await serviceRest().me();
    expect(answer).toEqual({ ok: true, data: { user: renewed } });
    expect(requests.map(({ path, token }) => [path, token])).toEqual([
      ["/api/guest/me", "Bearer token-1"],
      ["/api/guest", null],
      ["/api/guest/me", "Bearer token-2"],
    ]);
  });
});

/** A client like the service's own, with the service behind it. */
function serviceRest(): RestClient {
  return new RestClient({
    url: "https://chat.example",
    session,
    fetch: async (input, init) => {
      requests.push({
        path: String(input).replace("https://chat.example", ""),
        method: init?.method ?? "GET",
        body: null,
        token: new Headers(init?.headers).get("Authorization"),
      });
      const { status, body } = (answers.shift() ?? (() => ({ status: 500, body: null })))();
      return new Response(JSON.stringify(body), { status });
    },
    onTokenRefused: async () => {
      await service.handleTokenExpiration();
      return session.token !== null;
    },
  });
}

describe("a token that will expire", () => {
  const tokenUntil = (ms: number) => `h.${btoa(JSON.stringify({ exp: ms / 1000 }))}.s`;

  test("is refreshed before, and used from the next connection on", async () => {
    const before = tokenUntil(clock.now() + 100_000);
    const after = tokenUntil(clock.now() + 10_000_000);
    session.save(before, ada);
    online();
    answers.push(() => ({ status: 200, body: { success: true, data: { token: after, user: ada } } }));
    await clock.pass(89_000);
    expect(requests).toEqual([]);
    await clock.pass(1000);
    expect(requests).toMatchObject([{ path: "/api/guest/refresh", method: "POST", token: `Bearer ${before}` }]);
    expect(socket().token).toBe(after);
    expect(wire.sockets).toHaveLength(1);
  });

  test("is left alone if it cannot be read", async () => {
    online();
    await clock.pass(1_000_000);
    expect(requests).toEqual([]);
  });
});

describe("the chat of the moment", () => {
  const closed = (reason: string) => ({ userId: "guest_9", username: "Grace", message: "bye", reason });
  let chats: (string | null)[];
  beforeEach(() => {
    chats = [];
    service.onChat((now) => chats.push(now?.roomId ?? null));
  });

  test("begins with a match and ends when the partner leaves", () => {
    online().hears("user:matched", { matchedUser: grace, roomId: chat.roomId });
    socket().hears("chat:cleared", { userId: "guest_9", username: "Grace", reason: "User left the chat" });
    socket().hears("room:closed", closed("room_closed"));
    expect(chats).toEqual([chat.roomId, null]);
  });

  test.each(["leaveRoom", "clearChat", "closeRoom", "block", "disconnect"] as const)("ends with %s", (member) => {
    online({ activeChat: chat });
    void service[member]();
    expect(chats).toEqual([chat.roomId, null]);
    expect(service.activeChat).toBeNull();
  });

  test("outlives a restart of the server", () => {
    online({ activeChat: chat }).hears("room:closed", closed("server_shutdown"));
    socket().drop();
    void service.sendMessage(message("still here", "k1"));
    socket().welcome({ activeChat: chat });
    expect(chats).toEqual([chat.roomId, chat.roomId]);
    expect(socket().names).toEqual(["chat:message"]);
  });

  test("is over here when another tab has taken it, and what is unsent is kept for coming back", () => {
    online({ activeChat: chat }).drop();
    void service.sendMessage(message("mine", "k1"));
    socket().hears("error", { message: "Session opened in another window", code: "SESSION_REPLACED" });
    expect(chats).toEqual([chat.roomId, null]);
    expect(service.unconfirmed).toEqual(["k1"]);
  });
});
