// @vitest-environment node
// The SDK and the drivers against the real server, without a browser.

import { io } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { ChatDriver } from "../chat/driver.js";
import type { ChatState, MessageEntry } from "../chat/state.js";
import { SessionDriver } from "../session/driver.js";
import { type ChatServer, startServer } from "../testing/server.js";
import type { Store } from "../app/store.js";
import { systemClock } from "./clock.js";
import { RestClient } from "./rest_client.js";
import { SessionStore } from "./session_store.js";
import { SocketService } from "./socket_service.js";

// Waiting for states takes as long as it takes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: ChatServer;
const open = new Set<SocketService>();

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  for (const service of open) service.disconnect();
  open.clear();
});
afterAll(() => server.stop());

/** Resolves as soon as the store holds what is waited for; the test's own time limit is the only one. */
function until<State, Wanted extends State>(
  store: Store<State>,
  holds: (state: State) => state is Wanted
): Promise<Wanted>;
function until<State>(store: Store<State>, holds: (state: State) => boolean): Promise<State>;
function until<State>(store: Store<State>, holds: (state: State) => boolean): Promise<State> {
  return new Promise((resolve) => {
    const look = () => {
      const state = store.getSnapshot();
      if (!holds(state)) return false;
      stop();
      resolve(state);
      return true;
    };
    const stop = store.subscribe(look);
    look();
  });
}

interface Page {
  session: SessionDriver;
  chat: ChatDriver;
  service: SocketService;
  storage: SessionStore;
}

/** What a page is made of, but for the views. A reloaded page has the storage of the one before. */
function page(storage = SessionStore.inMemory(), url = server.url): Page {
  const rest = new RestClient({ url, session: storage });
  const events = new EventTarget();
  const service = new SocketService({ url, session: storage, rest, io, events });
  open.add(service);
  const onSignal = () => {};
  const chat = new ChatDriver({ service, rest, session: storage, clock: systemClock, base: url, onSignal });
  const online = async () => ({ service, chat });
  const session = new SessionDriver({ rest, session: storage, clock: systemClock, events, online, onSignal });
  session.boot([]);
  return { session, chat, service, storage };
}

/** The old page is gone without a word, as by a crash; the new one has what the tab has kept. */
function reload(before: Page): Page {
  before.chat.flush();
  const now = page(before.storage);
  open.delete(before.service);
  return now;
}

function start({ session }: Page, name: string): void {
  session.dispatch({ type: "name-typed", name });
  session.dispatch({ type: "start", now: Date.now() });
}

const isOpen = (state: ChatState) => state.at === "open";
const messages = (state: ChatState): readonly MessageEntry[] =>
  state.at === "open" ? state.entries.filter((entry) => entry.kind === "message") : [];
const texts = (state: ChatState) => messages(state).map(({ body }) => (body.type === "text" ? body.text : ""));

async function pair(): Promise<[Page, Page]> {
  const pages: [Page, Page] = [page(), page()];
  start(pages[0], "Ada");
  start(pages[1], "Grace");
  await Promise.all(
    pages.map(({ session }) => until(session.store, (state) => state.at === "guest" && state.place.at === "chat"))
  );
  return pages;
}

async function say({ chat }: Page, text: string): Promise<void> {
  chat.send({ type: "text", text });
  await until(chat.store, (state) => messages(state).at(-1)?.receipt?.at === "sent" || isDelivered(state));
}
const isDelivered = (state: ChatState) => messages(state).at(-1)?.receipt?.at === "delivered";

test("a guest gets a proposed name, comes in and searches", async () => {
  const ada = page();
  const named = await until(ada.session.store, (state) => state.at === "start" && state.name !== "");
  expect(named.at === "start" && named.name).toMatch(/^[A-Za-z0-9_]{3,20}$/);
  start(ada, "Ada");
  const alone = await until(
    ada.session.store,
    (state) => state.at === "guest" && state.place.at === "lobby" && state.place.search.at === "searching"
  );
  expect(alone).toMatchObject({ at: "guest", guest: { username: "Ada" }, link: { at: "online" } });
  ada.session.dispatch({ type: "cancel-search" });
  expect(ada.session.store.getSnapshot()).toMatchObject({ at: "start", returning: { username: "Ada" } });
});

test("two guests meet, and every message is delivered", async () => {
  const [ada, grace] = await pair();
  ada.chat.send({ type: "text", text: "hello" });
  await until(grace.chat.store, (state) => texts(state).includes("hello"));
  await until(ada.chat.store, isDelivered);
  const place = await until(grace.session.store, (state) => state.at === "guest" && state.place.at === "chat");
  expect(place).toMatchObject({ link: { at: "online" } });
});

test("typing and silence are told", async () => {
  const [ada, grace] = await pair();
  ada.chat.dispatch({ type: "draft-changed", text: "h" });
  await until(grace.chat.store, (state) => isOpen(state) && state.partnerTyping);
  ada.chat.dispatch({ type: "draft-changed", text: "" });
  await until(grace.chat.store, (state) => isOpen(state) && !state.partnerTyping);
});

test("a reloaded page goes on with its chat, its draft and what it has missed", async () => {
  const [ada, grace] = await pair();
  await say(grace, "before");
  await until(ada.chat.store, (state) => texts(state).includes("before"));
  ada.chat.dispatch({ type: "draft-changed", text: "unsent" });
  const again = reload(ada);
  expect(again.session.store.getSnapshot()).toMatchObject({ at: "guest", place: { at: "resuming" } });
  await until(again.session.store, (state) => state.at === "guest" && state.place.at === "chat");
  await say(grace, "after");
  const chat = await until(again.chat.store, (state) => texts(state).includes("after"));
  expect(texts(chat)).toEqual(["before", "after"]);
  expect(chat).toMatchObject({ draft: "unsent", life: { at: "live" }, away: null });
  await until(grace.chat.store, isDelivered);
});

test("a message that was on its way when the page was loaded again arrives once", async () => {
  const [ada, grace] = await pair();
  ada.chat.send({ type: "text", text: "on its way" });
  const again = reload(ada);
  await until(again.chat.store, isDelivered);
  await say(again, "next");
  const chat = await until(grace.chat.store, (state) => texts(state).includes("next"));
  expect(texts(chat)).toEqual(["on its way", "next"]);
});

test("a chat that is gone at the server and here leads back to the start page, which says so", async () => {
  const ada = page();
  start(ada, "Ada");
  await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "online");
  ada.storage.write("parley_place", "chat");
  const again = reload(ada);
  const state = await until(again.session.store, ({ at }) => at === "start");
  expect(state).toMatchObject({ returning: { username: "Ada" }, notice: "partner-offline" });
});

test("a chat that ended while the page was loaded again stays to be read", async () => {
  const [ada, grace] = await pair();
  await say(grace, "goodbye");
  await until(ada.chat.store, (state) => texts(state).includes("goodbye"));
  ada.chat.flush();
  ada.service.disconnect();
  await until(grace.chat.store, (state) => isOpen(state) && state.life.at === "over");
  const again = page(ada.storage);
  const chat = await until(again.chat.store, (state) => isOpen(state) && state.life.at === "over");
  expect(texts(chat)).toEqual(["goodbye"]);
  expect(again.session.store.getSnapshot()).toMatchObject({ at: "guest", place: { at: "chat" } });
});

test("a page reloaded in the lobby searches on", async () => {
  const ada = page();
  start(ada, "Ada");
  await until(
    ada.session.store,
    (state) => state.at === "guest" && state.place.at === "lobby" && state.place.search.at === "searching"
  );
  const again = reload(ada);
  const grace = page();
  start(grace, "Grace");
  await until(again.chat.store, isOpen);
});

test("next leaves one chat for another", async () => {
  const [ada, grace] = await pair();
  const linus = page();
  start(linus, "Linus");
  await until(
    linus.session.store,
    (state) => state.at === "guest" && state.place.at === "lobby" && state.place.search.at === "searching"
  );
  ada.session.dispatch({ type: "next", now: Date.now() });
  const left = await until(grace.chat.store, (state) => isOpen(state) && state.life.at === "over");
  expect(left).toMatchObject({ life: { why: "partner-left" } });
  const met = await until(ada.chat.store, (state) => isOpen(state) && state.partner.username === "Linus");
  expect(texts(met)).toEqual([]);
});

test("home tells the partner, and greets the guest by name", async () => {
  const [ada, grace] = await pair();
  ada.session.dispatch({ type: "home", notice: null });
  expect(ada.session.store.getSnapshot()).toMatchObject({ at: "start", returning: { username: "Ada" } });
  expect(ada.chat.store.getSnapshot()).toEqual({ at: "none" });
  await until(grace.chat.store, (state) => isOpen(state) && state.life.at === "over");
  ada.session.dispatch({ type: "start", now: Date.now() });
  await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "online");
});

test("who reports is believed, and who blocks is left alone", async () => {
  const [ada, grace] = await pair();
  ada.chat.report("spam", "ads");
  await until(ada.chat.store, (state) => isOpen(state) && state.report === "sent");
  ada.chat.dispatch({ type: "block", now: Date.now() });
  await until(grace.chat.store, (state) => isOpen(state) && state.life.at === "over");
  for (const { session } of [ada, grace]) session.dispatch({ type: "next", now: Date.now() });
  for (const { session } of [ada, grace]) {
    await until(
      session.store,
      (state) =>
        state.at === "guest" &&
        state.place.at === "lobby" &&
        state.place.search.at === "searching" &&
        state.place.search.alone
    );
  }
});

test("a file is sent with its caption, and the partner can fetch it", async () => {
  const [ada, grace] = await pair();
  ada.chat.pick([new File(["hello, file"], "note.txt", { type: "text/plain" })]);
  const picked = ada.chat.store.getSnapshot();
  const key = picked.at === "open" ? (picked.attachments[0]?.key ?? "") : "";
  ada.chat.dispatch({ type: "attachment", event: { type: "caption", key, caption: "for you" } });
  ada.chat.sendDraft();
  const chat = await until(grace.chat.store, (state) => messages(state).length === 1);
  const body = messages(chat)[0]?.body;
  expect(body).toMatchObject({ type: "file", name: "note.txt", caption: "for you", category: "text", size: 11 });
  const url = body?.type === "file" ? body.url : null;
  expect(await (await fetch(url ?? "")).text()).toBe("hello, file");
  await until(ada.chat.store, isDelivered);
  expect(ada.chat.store.getSnapshot()).toMatchObject({ attachments: [] });
});

test("a file that the server refuses says so", async () => {
  const [ada] = await pair();
  ada.chat.pick([
    new File(["x"], "a.exe", { type: "application/x-msdownload" }),
    new File([new Uint8Array(10 * 1024 * 1024 + 1)], "big.png", { type: "image/png" }),
  ]);
  expect(ada.chat.store.getSnapshot()).toMatchObject({
    attachments: [
      { state: { at: "refused", refusal: { why: "type" } } },
      { state: { at: "refused", refusal: { why: "size", limit: 10 * 1024 * 1024 } } },
    ],
  });
});

test("a session opened elsewhere is noticed here, and can be taken back with its chat", async () => {
  const [ada, grace] = await pair();
  await say(grace, "hi");
  await until(ada.chat.store, (state) => texts(state).includes("hi"));
  ada.chat.flush();
  const twin = page(ada.storage);
  await until(ada.session.store, (state) => state.at === "replaced");
  await until(twin.chat.store, (state) => isOpen(state) && !state.away);
  ada.session.dispatch({ type: "use-here", now: Date.now() });
  await until(twin.session.store, (state) => state.at === "replaced");
  await until(ada.session.store, (state) => state.at === "guest" && state.place.at === "chat");
  expect(texts(ada.chat.store.getSnapshot())).toEqual(["hi"]);
});

test("chats, and messages written meanwhile, survive a crash of the server", async () => {
  const [ada, grace] = await pair();
  await say(ada, "before");
  await until(grace.chat.store, (state) => texts(state).includes("before"));
  const restarted = server.restart();
  await until(ada.chat.store, (state) => isOpen(state) && state.away !== null);
  ada.chat.send({ type: "text", text: "meanwhile" });
  await restarted;
  const chat = await until(grace.chat.store, (state) => texts(state).includes("meanwhile"));
  expect(texts(chat)).toEqual(["before", "meanwhile"]);
  await until(ada.chat.store, isDelivered);
});

test("an expired token is renewed under the same name, and the search goes on", async () => {
  const short = await startServer({ JWT_EXPIRES_IN: "2s", SESSION_TTL_SECONDS: "3600" });
  try {
    const ada = page(SessionStore.inMemory(), short.url);
    start(ada, "Ada");
    await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "online");
    const first = ada.storage.user;
    // The token is refreshed while it is good; a page that was asleep misses that, as this one whose token is spoilt.
    const [header, claims] = (ada.storage.token ?? "").split(".");
    ada.storage.write("guestAuthToken", `${header}.${claims}.${"A".repeat(43)}`);
    ada.service.connect();
    const renewed = await until(
      ada.session.store,
      (state) => state.at === "guest" && state.guest.id !== first?.id && state.link.at === "online"
    );
    expect(renewed).toMatchObject({ guest: { username: "Ada" }, renewing: false, place: { at: "lobby" } });
    await until(
      ada.session.store,
      (state) => state.at === "guest" && state.place.at === "lobby" && state.place.search.at === "searching"
    );
  } finally {
    for (const service of open) service.disconnect();
    await short.stop();
  }
});

test("a token is refreshed while it is good, and the guest stays the same over its expiry", async () => {
  const short = await startServer({ JWT_EXPIRES_IN: "3s" });
  try {
    const ada = page(SessionStore.inMemory(), short.url);
    start(ada, "Ada");
    await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "online");
    const { token, user } = ada.storage;
    await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "waiting");
    await until(ada.session.store, (state) => state.at === "guest" && state.link.at === "online");
    expect(ada.storage.token).not.toBe(token);
    expect(ada.storage.user).toEqual(user);
  } finally {
    for (const service of open) service.disconnect();
    await short.stop();
  }
});

test("an unreachable server is said to be so", async () => {
  const ada = page(SessionStore.inMemory(), "http://127.0.0.1:9");
  start(ada, "Ada");
  const state = await until(ada.session.store, (now) => now.at === "start" && now.form.at === "unreachable");
  expect(state).toMatchObject({ form: { attempt: 1 } });
});
