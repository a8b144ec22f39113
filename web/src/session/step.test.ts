// @vitest-environment node
import { describe, expect, test } from "vitest";
import type { Guest, Place, Search, SessionEffect, SessionEvent, SessionState } from "./state.js";
import { celebrationMs, nameFault, step } from "./step.js";

const now = 5000;
const guest: Guest = {
  id: "guest_1",
  username: "Ada",
  isGuest: true,
  sessionId: "s1",
  location: null,
  gender: null,
  language: null,
};
const other: Guest = { ...guest, id: "guest_2", sessionId: "s2" };
const partner = {
  id: "guest_9",
  username: "Grace",
  isGuest: true,
  location: null,
  gender: null,
  language: null,
} as const;
const roomId = "guest_1_guest_9";

type At<Name extends SessionState["at"]> = Extract<SessionState, { at: Name }>;
const start = (about: Partial<At<"start">> = {}): At<"start"> => ({
  at: "start",
  name: "",
  proposing: false,
  form: { at: "ready" },
  returning: null,
  notice: null,
  online: null,
  ...about,
});
const inside = (place: Place, about: Partial<At<"guest">> = {}): At<"guest"> => ({
  at: "guest",
  guest,
  link: { at: "online", since: 1 },
  place,
  renewing: false,
  online: null,
  ...about,
});
const lobby = (search: Search, leaving: string | null = null): Place => ({ at: "lobby", search, leaving });
const asking = lobby({ at: "asking", since: 1 });
const searching = lobby({ at: "searching", since: 1, alone: false });
const matchedPlace = lobby({ at: "matched", since: 1, partner, roomId });
const chat: Place = { at: "chat", roomId };
const remember = (place: "start" | "lobby" | "chat"): SessionEffect => ({ type: "remember", place });
const stopTimers: SessionEffect[] = [
  { type: "stop-timer", timer: "search-again" },
  { type: "stop-timer", timer: "celebration" },
];

interface Arrow {
  name: string;
  from: SessionState;
  event: SessionEvent;
  to: SessionState;
  effects?: readonly SessionEffect[];
}

const arrows: readonly Arrow[] = [
  {
    name: "a browser that lacks something is told so",
    from: { at: "booting" },
    event: { type: "booted", now, missing: ["websocket"], stored: null },
    to: { at: "unsupported", missing: ["websocket"] },
  },
  {
    name: "a new guest is proposed a name",
    from: { at: "booting" },
    event: { type: "booted", now, missing: [], stored: null },
    to: start({ proposing: true }),
    effects: [{ type: "propose-name" }, { type: "count-people" }],
  },
  {
    name: "a guest whose session is kept is greeted by name",
    from: { at: "booting" },
    event: { type: "booted", now, missing: [], stored: { guest, place: "start" } },
    to: start({ name: "Ada", returning: guest }),
    effects: [{ type: "count-people" }],
  },
  {
    name: "a page reloaded in the lobby searches again",
    from: { at: "booting" },
    event: { type: "booted", now, missing: [], stored: { guest, place: "lobby" } },
    to: inside(lobby({ at: "asking", since: now }), { link: { at: "connecting", attempt: 0 } }),
    effects: [remember("lobby"), { type: "connect" }, { type: "request-match" }],
  },
  {
    name: "a page reloaded in a chat shows it and asks the server whether it goes on",
    from: { at: "booting" },
    event: { type: "booted", now, missing: [], stored: { guest, place: "chat" } },
    to: inside({ at: "resuming" }, { link: { at: "connecting", attempt: 0 } }),
    effects: [{ type: "restore-chat" }, { type: "connect" }],
  },
  {
    name: "typing a name takes back what was said about the one before",
    from: start({ form: { at: "invalid", fault: "too-short" }, proposing: true, notice: "signed-out" }),
    event: { type: "name-typed", name: "Al" },
    to: start({ name: "Al" }),
    effects: [{ type: "stop-timer", timer: "create-again" }],
  },
  {
    name: "another name is proposed on demand",
    from: start({ name: "Ada" }),
    event: { type: "reroll" },
    to: start({ name: "Ada", proposing: true }),
    effects: [{ type: "propose-name" }],
  },
  {
    name: "a proposed name is filled in",
    from: start({ proposing: true }),
    event: { type: "name-proposed", name: "BraveOwl1" },
    to: start({ name: "BraveOwl1" }),
  },
  {
    name: "a proposal that comes too late leaves what was typed",
    from: start({ name: "Ada" }),
    event: { type: "name-proposed", name: "BraveOwl1" },
    to: start({ name: "Ada" }),
  },
  {
    name: "without a proposal the field stays as it is",
    from: start({ proposing: true }),
    event: { type: "name-unavailable" },
    to: start(),
  },
  {
    name: "a name that breaks a rule is not sent",
    from: start({ name: "a b" }),
    event: { type: "start", now },
    to: start({ name: "a b", form: { at: "invalid", fault: "characters" } }),
  },
  {
    name: "a good name becomes a guest",
    from: start({ name: " Ada " }),
    event: { type: "start", now },
    to: start({ name: " Ada ", form: { at: "creating", attempt: 0 } }),
    effects: [
      { type: "stop-timer", timer: "create-again" },
      { type: "create-guest", username: "Ada" },
    ],
  },
  {
    name: "starting twice is starting once",
    from: start({ name: "Ada", form: { at: "creating", attempt: 0 } }),
    event: { type: "start", now },
    to: start({ name: "Ada", form: { at: "creating", attempt: 0 } }),
  },
  {
    name: "a returning guest goes in under its old session",
    from: start({ name: "Ada", returning: guest }),
    event: { type: "start", now },
    to: inside(lobby({ at: "asking", since: now }), { link: { at: "connecting", attempt: 0 } }),
    effects: [remember("lobby"), { type: "connect" }, { type: "request-match" }],
  },
  {
    name: "a returning guest with another name becomes another guest",
    from: start({ name: "Eve", returning: guest }),
    event: { type: "start", now },
    to: start({ name: "Eve", form: { at: "creating", attempt: 0 } }),
    effects: [
      { type: "stop-timer", timer: "create-again" },
      { type: "erase-guest" },
      { type: "create-guest", username: "Eve" },
    ],
  },
  {
    name: "a created guest searches at once",
    from: start({ name: "Ada", form: { at: "creating", attempt: 0 } }),
    event: { type: "created", now, guest },
    to: inside(lobby({ at: "asking", since: now }), { link: { at: "connecting", attempt: 0 } }),
    effects: [remember("lobby"), { type: "connect" }, { type: "request-match" }],
  },
  {
    name: "an unreachable server is tried again, with a countdown",
    from: start({ name: "Ada", form: { at: "creating", attempt: 1 } }),
    event: { type: "create-failed", now, failure: { why: "unreachable" } },
    to: start({ name: "Ada", form: { at: "unreachable", attempt: 2, retryAt: now + 6000 } }),
    effects: [{ type: "start-timer", timer: "create-again", ms: 6000 }],
  },
  {
    name: "when the countdown is over the server is tried again",
    from: start({ name: "Ada", form: { at: "unreachable", attempt: 2, retryAt: now } }),
    event: { type: "timer", now, timer: "create-again" },
    to: start({ name: "Ada", form: { at: "creating", attempt: 2 } }),
    effects: [
      { type: "stop-timer", timer: "create-again" },
      { type: "create-guest", username: "Ada" },
    ],
  },
  {
    name: "the guest need not wait for the countdown",
    from: start({ name: "Ada", form: { at: "unreachable", attempt: 1, retryAt: now + 999 } }),
    event: { type: "retry", now },
    to: start({ name: "Ada", form: { at: "creating", attempt: 1 } }),
    effects: [
      { type: "stop-timer", timer: "create-again" },
      { type: "create-guest", username: "Ada" },
    ],
  },
  {
    name: "a rate limit says how long",
    from: start({ form: { at: "creating", attempt: 0 } }),
    event: { type: "create-failed", now, failure: { why: "rate-limited", retryAfterMs: 9000 } },
    to: start({ form: { at: "rate-limited", until: now + 9000 } }),
    effects: [{ type: "start-timer", timer: "create-again", ms: 9000 }],
  },
  {
    name: "nothing is sent before the rate limit is over",
    from: start({ form: { at: "rate-limited", until: now + 1 } }),
    event: { type: "start", now },
    to: start({ form: { at: "rate-limited", until: now + 1 } }),
  },
  {
    name: "after the rate limit the guest may start",
    from: start({ form: { at: "rate-limited", until: now } }),
    event: { type: "timer", now, timer: "create-again" },
    to: start(),
  },
  {
    name: "a name that the server refuses is marked",
    from: start({ form: { at: "creating", attempt: 0 } }),
    event: { type: "create-failed", now, failure: { why: "invalid-name" } },
    to: start({ form: { at: "invalid", fault: "characters" } }),
  },
  {
    name: "who is banned is told until when",
    from: start({ form: { at: "creating", attempt: 0 } }),
    event: { type: "create-failed", now, failure: { why: "banned", until: 99 } },
    to: { at: "banned", until: 99 },
  },
  {
    name: "a returning guest can be forgotten on the start page",
    from: start({ name: "Ada", returning: guest }),
    event: { type: "sign-out" },
    to: start({ proposing: true }),
    effects: [{ type: "erase-guest" }, { type: "propose-name" }],
  },
  {
    name: "people are counted on the start page",
    from: start(),
    event: { type: "counted", online: 7 },
    to: start({ online: 7 }),
  },
  {
    name: "people are counted inside",
    from: inside(asking),
    event: { type: "counted", online: 7 },
    to: inside(asking, { online: 7 }),
  },
  {
    name: "the server says that the search has begun",
    from: inside(asking),
    event: { type: "searching", now },
    to: inside(searching),
  },
  {
    name: "nobody there is no end of the search",
    from: inside(searching),
    event: { type: "nobody-there" },
    to: inside(lobby({ at: "searching", since: 1, alone: true })),
  },
  {
    name: "a search that could not begin says why and when it is tried again",
    from: inside(asking),
    event: { type: "search-failed", now, why: "rate-limited", retryAfterMs: 400 },
    to: inside(lobby({ at: "failed", since: 1, why: "rate-limited", retryAt: now + 400 })),
    effects: [{ type: "start-timer", timer: "search-again", ms: 400 }],
  },
  {
    name: "a search that failed for another reason waits for the guest",
    from: inside(asking),
    event: { type: "search-failed", now, why: "failed", retryAfterMs: null },
    to: inside(lobby({ at: "failed", since: 1, why: "failed", retryAt: null })),
  },
  {
    name: "a failed search is tried again when the time has come",
    from: inside(lobby({ at: "failed", since: 1, why: "rate-limited", retryAt: now })),
    event: { type: "timer", now, timer: "search-again" },
    to: inside(asking),
    effects: [{ type: "stop-timer", timer: "search-again" }, { type: "request-match" }],
  },
  {
    name: "a failed search is tried again when the guest wants it",
    from: inside(lobby({ at: "failed", since: 1, why: "failed", retryAt: null })),
    event: { type: "retry", now },
    to: inside(asking),
    effects: [{ type: "stop-timer", timer: "search-again" }, { type: "request-match" }],
  },
  {
    name: "a lost connection stops the search for now",
    from: inside(searching),
    event: { type: "link", now, link: { at: "waiting", attempt: 1, retryAt: 9 } },
    to: inside(lobby({ at: "offline", since: 1 }), { link: { at: "waiting", attempt: 1, retryAt: 9 } }),
  },
  {
    name: "a connection that is back searches on",
    from: inside(lobby({ at: "offline", since: 1 }), { link: { at: "connecting", attempt: 1 } }),
    event: { type: "established", now, activeChat: null },
    to: inside(asking, { link: { at: "online", since: now } }),
  },
  {
    name: "the first connection leaves the search as it is",
    from: inside(asking, { link: { at: "connecting", attempt: 0 } }),
    event: { type: "established", now, activeChat: null },
    to: inside(asking, { link: { at: "online", since: now } }),
  },
  {
    name: "after the last failed attempt the guest may try by hand",
    from: inside(searching, { link: { at: "gave-up" } }),
    event: { type: "retry", now },
    to: inside(searching, { link: { at: "connecting", attempt: 0 } }),
    effects: [{ type: "connect" }],
  },
  {
    name: "a match opens the chat at once and is celebrated for a moment",
    from: inside(searching),
    event: { type: "matched", now, partner, roomId },
    to: inside(matchedPlace),
    effects: [
      { type: "stop-timer", timer: "search-again" },
      remember("chat"),
      { type: "open-chat", roomId, partner, resumed: false },
      { type: "tell-matched", partner },
      { type: "start-timer", timer: "celebration", ms: celebrationMs },
    ],
  },
  {
    name: "after the celebration the guest can write",
    from: inside(matchedPlace),
    event: { type: "timer", now, timer: "celebration" },
    to: inside(chat),
  },
  {
    name: "a match that did not survive the connection is told as such",
    from: inside(matchedPlace),
    event: { type: "established", now, activeChat: null },
    to: inside(chat, { link: { at: "online", since: now } }),
    effects: [{ type: "close-chat", why: "not-there" }],
  },
  {
    name: "a reloaded chat goes on if the server says so",
    from: inside({ at: "resuming" }),
    event: { type: "established", now, activeChat: { roomId, matchedUser: partner } },
    to: inside(chat, { link: { at: "online", since: now } }),
    effects: [remember("chat"), { type: "open-chat", roomId, partner, resumed: true }],
  },
  {
    name: "a reloaded chat that has ended stays to be read",
    from: inside({ at: "resuming" }),
    event: { type: "established", now, activeChat: null },
    to: inside({ at: "chat", roomId: "" }, { link: { at: "online", since: now } }),
    effects: [{ type: "close-chat", why: "not-there" }],
  },
  {
    name: "a chat that ended while the connection was lost stays to be read",
    from: inside(chat),
    event: { type: "established", now, activeChat: null },
    to: inside(chat, { link: { at: "online", since: now } }),
    effects: [{ type: "close-chat", why: "not-there" }],
  },
  {
    name: "the chat that the server names is the chat, wherever the guest believed to be",
    from: inside(searching),
    event: { type: "established", now, activeChat: { roomId, matchedUser: partner } },
    to: inside(chat, { link: { at: "online", since: now } }),
    effects: [remember("chat"), { type: "open-chat", roomId, partner, resumed: true }],
  },
  {
    name: "a celebration goes on over a short break",
    from: inside(matchedPlace),
    event: { type: "established", now, activeChat: { roomId, matchedUser: partner } },
    to: inside(matchedPlace, { link: { at: "online", since: now } }),
    effects: [remember("chat"), { type: "open-chat", roomId, partner, resumed: true }],
  },
  {
    name: "a chat that was left while away is left now",
    from: inside(lobby({ at: "offline", since: 1 }, roomId)),
    event: { type: "established", now, activeChat: { roomId, matchedUser: partner } },
    to: inside(lobby({ at: "offline", since: 1 }, roomId), { link: { at: "online", since: now } }),
    effects: [{ type: "request-match" }],
  },
  {
    name: "next leaves the chat and searches in one step",
    from: inside(chat),
    event: { type: "next", now },
    to: inside(lobby({ at: "asking", since: now }, roomId)),
    effects: [
      { type: "stop-timer", timer: "celebration" },
      { type: "close-chat", why: "next" },
      remember("lobby"),
      { type: "request-match" },
    ],
  },
  {
    name: "cancelling the search leads to the start page",
    from: inside(searching),
    event: { type: "cancel-search" },
    to: start({ name: "Ada", returning: guest }),
    effects: [...stopTimers, { type: "cancel-match" }, { type: "disconnect" }, remember("start")],
  },
  {
    name: "a pair that is formed is no search to be cancelled",
    from: inside(matchedPlace),
    event: { type: "cancel-search" },
    to: inside(matchedPlace),
  },
  {
    name: "home leaves the chat and the connection",
    from: inside(chat),
    event: { type: "home", notice: "partner-offline" },
    to: start({ name: "Ada", returning: guest, notice: "partner-offline" }),
    effects: [...stopTimers, { type: "close-chat", why: "home" }, { type: "disconnect" }, remember("start")],
  },
  {
    name: "signing out erases the guest at the server too",
    from: inside(chat),
    event: { type: "sign-out" },
    to: start({ proposing: true, notice: "signed-out" }),
    effects: [
      { type: "erase-guest" },
      ...stopTimers,
      { type: "close-chat", why: "home" },
      { type: "disconnect" },
      remember("start"),
      { type: "propose-name" },
    ],
  },
  {
    name: "an expired session is being renewed",
    from: inside(searching),
    event: { type: "expired" },
    to: inside(searching, { renewing: true }),
  },
  {
    name: "a search goes on under the renewed session",
    from: inside(searching, { renewing: true }),
    event: { type: "renewed", now, guest: other },
    to: inside(searching, { guest: other }),
  },
  {
    name: "a chat cannot be carried over to the renewed session",
    from: inside(chat, { renewing: true }),
    event: { type: "renewed", now, guest: other },
    to: inside(chat, { guest: other }),
    effects: [{ type: "close-chat", why: "renewed" }],
  },
  {
    name: "a session that cannot be renewed is over",
    from: inside(chat, { renewing: true }),
    event: { type: "renewal-failed" },
    to: { at: "expired", name: "Ada" },
    effects: [{ type: "close-chat", why: "renewed" }],
  },
  {
    name: "from an expired session the way leads to the start page, under the old name",
    from: { at: "expired", name: "Ada" },
    event: { type: "home", notice: null },
    to: start({ name: "Ada" }),
    effects: [remember("start")],
  },
  {
    name: "another tab takes the session over",
    from: inside(chat),
    event: { type: "replaced" },
    to: { at: "replaced", guest, place: "chat" },
  },
  {
    name: "a replaced chat can be taken back",
    from: { at: "replaced", guest, place: "chat" },
    event: { type: "use-here", now },
    to: inside({ at: "resuming" }, { link: { at: "connecting", attempt: 0 } }),
    effects: [{ type: "restore-chat" }, { type: "connect" }],
  },
  {
    name: "a replaced search can be taken back",
    from: { at: "replaced", guest, place: "lobby" },
    event: { type: "use-here", now },
    to: inside(lobby({ at: "asking", since: now }), { link: { at: "connecting", attempt: 0 } }),
    effects: [remember("lobby"), { type: "connect" }, { type: "request-match" }],
  },
  {
    name: "who is banned while connected has to leave",
    from: inside(chat),
    event: { type: "banned", until: null },
    to: { at: "banned", until: null },
    effects: [{ type: "disconnect" }],
  },
  {
    name: "a page that cannot load the rest of itself says so",
    from: inside(asking),
    event: { type: "outdated" },
    to: { at: "outdated" },
  },
];

describe("the session machine", () => {
  test.each(arrows)("$name", ({ from, event, to, effects = [] }) => {
    expect(step(from, event)).toEqual({ state: to, effects });
  });

  test.each<SessionState>([
    { at: "booting" },
    { at: "unsupported", missing: ["storage"] },
    { at: "banned", until: null },
    { at: "outdated" },
  ])("whoever is $at hears of nothing else", (state) => {
    const leadsOut = ["booted", "banned", "outdated"];
    for (const { event } of arrows.filter((arrow) => !leadsOut.includes(arrow.event.type))) {
      expect(step(state, event), event.type).toEqual({ state, effects: [] });
    }
  });

  test("what the server says of a search changes nothing outside of the lobby", () => {
    const late: SessionEvent[] = [
      { type: "searching", now },
      { type: "nobody-there" },
      { type: "search-failed", now, why: "failed", retryAfterMs: 5 },
      { type: "cancel-search" },
      { type: "timer", now, timer: "celebration" },
      { type: "timer", now, timer: "search-again" },
    ];
    for (const place of [chat, { at: "resuming" } as const]) {
      for (const event of late)
        expect(step(inside(place), event), event.type).toEqual({ state: inside(place), effects: [] });
    }
    for (const event of late) expect(step(start(), event), event.type).toEqual({ state: start(), effects: [] });
  });

  test("an answer about a guest that nobody waits for any more changes nothing", () => {
    const typing = start({ name: "Al" });
    expect(step(typing, { type: "created", now, guest }).state).toBe(typing);
    expect(step(typing, { type: "create-failed", now, failure: { why: "unreachable" } }).state).toBe(typing);
  });
});

test.each([
  ["", null],
  ["  ", null],
  ["ab", "too-short"],
  ["abc", null],
  [" abc ", null],
  ["a".repeat(20), null],
  ["a".repeat(21), "too-long"],
  ["a b c", "characters"],
  ["Zoë", "characters"],
  ["_A1", null],
])("the name %j has the fault %j", (name, fault) => {
  expect(nameFault(name)).toBe(fault);
});
