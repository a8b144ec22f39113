// @vitest-environment node
import { describe, expect, test } from "vitest";
import type { ChatEffect, ChatEvent, ChatState, Conversation, Entry, MessageEntry, Receipt } from "./state.js";
import { step, textLengthMax } from "./step.js";

const now = 9000;
const partner = {
  id: "guest_9",
  username: "Grace",
  isGuest: true,
  location: null,
  gender: null,
  language: null,
} as const;
const text = (words: string) => ({ type: "text", text: words }) as const;
const chat = (about: Partial<Conversation> = {}): Conversation => ({
  at: "open",
  roomId: "room",
  me: "guest_1",
  partner,
  since: 1,
  life: { at: "live" },
  entries: [],
  draft: "",
  attachments: [],
  partnerTyping: false,
  partnerAway: null,
  away: null,
  report: "none",
  unread: 0,
  pageHidden: false,
  early: {},
  ...about,
});
const mine = (receipt: Receipt, about: Partial<MessageEntry> = {}): MessageEntry => ({
  kind: "message",
  key: "k1",
  id: receipt.at === "sending" ? null : "m1",
  mine: true,
  at: 5,
  body: text("hello"),
  receipt,
  cover: "shown",
  ...about,
});
const theirs = (about: Partial<MessageEntry> = {}): MessageEntry => ({
  kind: "message",
  key: "m9",
  id: "m9",
  mine: false,
  at: 7,
  body: text("hi"),
  receipt: null,
  cover: "covered",
  ...about,
});
const sending = mine({ at: "sending" });
const sent = mine({ at: "sent" });
const failed = mine({ at: "failed", why: "rate-limited", retryAt: now + 50 }, { id: null });
const over = (about: Partial<Conversation> = {}) =>
  chat({ life: { at: "over", why: "partner-left", when: 3 }, ...about });
const stopTyping: ChatEffect = { type: "stop-timer", timer: "partner-typing" };
const opened = (about: Partial<Extract<ChatEvent, { type: "opened" }>> = {}): ChatEvent => ({
  type: "opened",
  now,
  roomId: "room",
  me: "guest_1",
  partner,
  confirmed: true,
  kept: null,
  ...about,
});

interface Arrow {
  name: string;
  from: ChatState;
  event: ChatEvent;
  to: ChatState;
  effects?: readonly ChatEffect[];
}

const arrows: readonly Arrow[] = [
  { name: "a match opens an empty chat", from: { at: "none" }, event: opened(), to: chat({ since: now }) },
  {
    name: "a reloaded page shows what it has kept, as being away, and sends what was not sent",
    from: { at: "none" },
    event: opened({ confirmed: false, kept: { entries: [theirs(), sending, failed], draft: "and", since: 4 } }),
    to: chat({ since: 4, entries: [theirs(), sending, failed], draft: "and", away: { since: now } }),
    effects: [{ type: "queue", key: "k1", body: text("hello"), at: 5 }],
  },
  {
    name: "a connection that is back asks for what was missed",
    from: chat({ away: { since: 3 }, partnerAway: { since: 3, until: 8 }, entries: [sent] }),
    event: opened(),
    to: chat({ entries: [sent] }),
    effects: [{ type: "ask-history" }],
  },
  {
    name: "another match replaces the chat before",
    from: over({ entries: [theirs()], draft: "old" }),
    event: opened({ roomId: "room2" }),
    to: chat({ roomId: "room2", since: now }),
    effects: [stopTyping],
  },
  {
    name: "a chat that the partner has left stays to be read; what was not sent has failed",
    from: chat({ entries: [theirs(), sending], partnerTyping: true, draft: "wait" }),
    event: { type: "closed", now, why: "partner-left" },
    to: chat({
      life: { at: "over", why: "partner-left", when: now },
      entries: [theirs(), mine({ at: "failed", why: "chat-over", retryAt: null }, { id: null })],
      draft: "wait",
    }),
    effects: [stopTyping, { type: "unqueue", key: "k1" }],
  },
  {
    name: "a chat ends once",
    from: over(),
    event: { type: "closed", now, why: "partner-lost" },
    to: over(),
  },
  {
    name: "why a chat was gone may be learned later",
    from: over({ life: { at: "over", why: "not-there", when: 3 } }),
    event: { type: "closed", now, why: "partner-lost" },
    to: over({ life: { at: "over", why: "partner-lost", when: 3 } }),
  },
  {
    name: "leaving erases and tells the server",
    from: chat({ entries: [sending] }),
    event: { type: "leave" },
    to: { at: "none" },
    effects: [{ type: "leave-room" }, stopTyping, { type: "unqueue", key: "k1" }],
  },
  {
    name: "a chat that is over is only put away",
    from: over(),
    event: { type: "leave" },
    to: { at: "none" },
    effects: [stopTyping],
  },
  { name: "a chat is put away", from: chat(), event: { type: "dismissed" }, to: { at: "none" }, effects: [stopTyping] },
  {
    name: "blocking ends the chat",
    from: chat(),
    event: { type: "block", now },
    to: chat({ life: { at: "over", why: "blocked", when: now } }),
    effects: [{ type: "block-partner" }, stopTyping],
  },
  {
    name: "typing is told",
    from: chat(),
    event: { type: "draft-changed", text: "h" },
    to: chat({ draft: "h" }),
    effects: [{ type: "typing", on: true }],
  },
  {
    name: "emptying the field is no typing",
    from: chat({ draft: "h" }),
    event: { type: "draft-changed", text: " " },
    to: chat({ draft: " " }),
    effects: [{ type: "typing", on: false }],
  },
  {
    name: "while away one may write, and nobody is told",
    from: chat({ away: { since: 1 } }),
    event: { type: "draft-changed", text: "h" },
    to: chat({ away: { since: 1 }, draft: "h" }),
  },
  {
    name: "a message is shown at once and queued",
    from: chat({ draft: "hello" }),
    event: { type: "send", now: 5, key: "k1", body: text("hello") },
    to: chat({ entries: [sending] }),
    effects: [{ type: "queue", key: "k1", body: text("hello"), at: 5 }],
  },
  {
    name: "while away a message is queued just the same",
    from: chat({ away: { since: 1 } }),
    event: { type: "send", now: 5, key: "k1", body: text("hello") },
    to: chat({ away: { since: 1 }, entries: [sending] }),
    effects: [{ type: "queue", key: "k1", body: text("hello"), at: 5 }],
  },
  {
    name: "nothing is sent that says nothing",
    from: chat({ draft: " \n" }),
    event: { type: "send", now: 5, key: "k1", body: text(" \n") },
    to: chat({ draft: " \n" }),
  },
  {
    name: "what is too long stays in the field",
    from: chat({ draft: "…" }),
    event: { type: "send", now: 5, key: "k1", body: text("x".repeat(textLengthMax + 1)) },
    to: chat({ draft: "…" }),
  },
  {
    name: "the same message twice is one message",
    from: chat({ entries: [sending] }),
    event: { type: "send", now: 5, key: "k1", body: text("hello") },
    to: chat({ entries: [sending] }),
  },
  {
    name: "nothing is sent into a chat that is over",
    from: over({ draft: "hello" }),
    event: { type: "send", now: 5, key: "k1", body: text("hello") },
    to: over({ draft: "hello" }),
  },
  {
    name: "the server confirms this message and no other",
    from: chat({ entries: [mine({ at: "sending" }, { key: "k0" }), sending] }),
    event: { type: "sent", key: "k1", id: "m1" },
    to: chat({ entries: [mine({ at: "sending" }, { key: "k0" }), sent] }),
  },
  {
    name: "the partner has it",
    from: chat({ entries: [sent] }),
    event: { type: "delivered", id: "m1", when: 8 },
    to: chat({ entries: [mine({ at: "delivered", when: 8 })] }),
  },
  {
    name: "a delivery that overtakes the confirmation is remembered",
    from: chat({ entries: [sending] }),
    event: { type: "delivered", id: "m1", when: 8 },
    to: chat({ entries: [sending], early: { m1: 8 } }),
  },
  {
    name: "and told with it",
    from: chat({ entries: [sending], early: { m1: 8 } }),
    event: { type: "sent", key: "k1", id: "m1" },
    to: chat({ entries: [mine({ at: "delivered", when: 8 })], early: { m1: 8 } }),
  },
  {
    name: "a confirmation that comes again takes nothing back",
    from: chat({ entries: [mine({ at: "delivered", when: 8 })] }),
    event: { type: "sent", key: "k1", id: "m1" },
    to: chat({ entries: [mine({ at: "delivered", when: 8 })] }),
  },
  {
    name: "a refused message has failed, and says when to try again",
    from: chat({ entries: [sending] }),
    event: { type: "send-failed", now, key: "k1", code: "RATE_LIMITED", retryAfterMs: 50 },
    to: chat({ entries: [failed] }),
  },
  ...(
    [
      ["INVALID_MESSAGE", "refused"],
      ["NOT_IN_CHAT", "chat-over"],
      ["PARTNER_UNAVAILABLE", "chat-over"],
      ["STORE_UNAVAILABLE", "unavailable"],
    ] as const
  ).map(([code, why]): Arrow => ({
    name: `${code} means ${why}`,
    from: chat({ entries: [sending] }),
    event: { type: "send-failed", now, key: "k1", code, retryAfterMs: null },
    to: chat({ entries: [mine({ at: "failed", why, retryAt: null }, { id: null })] }),
  })),
  {
    name: "a message that was sent after all is no longer failed",
    from: chat({ entries: [failed] }),
    event: { type: "sent", key: "k1", id: "m1" },
    to: chat({ entries: [sent] }),
  },
  {
    name: "a refusal that comes after the confirmation changes nothing",
    from: chat({ entries: [sent] }),
    event: { type: "send-failed", now, key: "k1", code: "RATE_LIMITED", retryAfterMs: 50 },
    to: chat({ entries: [sent] }),
  },
  {
    name: "a failed message is tried again under its own key",
    from: chat({ entries: [failed] }),
    event: { type: "retry", now, key: "k1" },
    to: chat({ entries: [sending] }),
    effects: [{ type: "queue", key: "k1", body: text("hello"), at: 5 }],
  },
  {
    name: "a message that is under way is not tried again",
    from: chat({ entries: [sending] }),
    event: { type: "retry", now, key: "k1" },
    to: chat({ entries: [sending] }),
  },
  {
    name: "a failed message can be deleted",
    from: chat({ entries: [failed, theirs()] }),
    event: { type: "delete", key: "k1" },
    to: chat({ entries: [theirs()] }),
    effects: [{ type: "unqueue", key: "k1" }],
  },
  {
    name: "what the partner may have read cannot be deleted",
    from: chat({ entries: [sent] }),
    event: { type: "delete", key: "k1" },
    to: chat({ entries: [sent] }),
  },
  {
    name: "a message of the partner's is shown, confirmed and told",
    from: chat({ partnerTyping: true }),
    event: { type: "message", now, id: "m9", at: 7, body: text("hi") },
    to: chat({ entries: [theirs()] }),
    effects: [{ type: "confirm", id: "m9" }, stopTyping, { type: "tell-message", from: "Grace", body: text("hi") }],
  },
  {
    name: "a message that is known already is only confirmed again",
    from: chat({ entries: [theirs()] }),
    event: { type: "message", now, id: "m9", at: 7, body: text("hi") },
    to: chat({ entries: [theirs()] }),
    effects: [{ type: "confirm", id: "m9" }],
  },
  {
    name: "what comes while the page is out of sight is counted",
    from: chat({ pageHidden: true, unread: 1 }),
    event: { type: "message", now, id: "m9", at: 7, body: text("hi") },
    to: chat({ pageHidden: true, unread: 2, entries: [theirs()] }),
    effects: [{ type: "confirm", id: "m9" }, stopTyping, { type: "tell-message", from: "Grace", body: text("hi") }],
  },
  {
    name: "whoever looks has seen it",
    from: chat({ pageHidden: true, unread: 2 }),
    event: { type: "page", hidden: false },
    to: chat(),
  },
  {
    name: "the partner types",
    from: chat(),
    event: { type: "partner-typing", typing: true, now },
    to: chat({ partnerTyping: true }),
    effects: [{ type: "start-timer", timer: "partner-typing", ms: 6000 }],
  },
  {
    name: "the partner has stopped typing",
    from: chat({ partnerTyping: true }),
    event: { type: "partner-typing", typing: false, now },
    to: chat(),
    effects: [stopTyping],
  },
  {
    name: "nobody types for ever",
    from: chat({ partnerTyping: true }),
    event: { type: "timer", now, timer: "partner-typing" },
    to: chat(),
  },
  {
    name: "the partner's connection is lost, which the server waits for",
    from: chat({ partnerTyping: true }),
    event: { type: "partner-away", now },
    to: chat({ partnerAway: { since: now, until: now + 5000 } }),
  },
  {
    name: "the partner is back",
    from: chat({ partnerAway: { since: 1, until: 2 } }),
    event: { type: "partner-back" },
    to: chat(),
  },
  {
    name: "our own connection is lost",
    from: chat(),
    event: { type: "away", now },
    to: chat({ away: { since: now } }),
  },
  {
    name: "a report is sent",
    from: chat(),
    event: { type: "report", reason: "spam", details: "ads" },
    to: chat({ report: "sending" }),
    effects: [{ type: "report-partner", reason: "spam", details: "ads" }],
  },
  {
    name: "a report is kept",
    from: chat({ report: "sending" }),
    event: { type: "reported", ok: true },
    to: chat({ report: "sent" }),
  },
  {
    name: "a report that was not kept can be sent again",
    from: chat({ report: "failed" }),
    event: { type: "report", reason: "spam", details: "" },
    to: chat({ report: "sending" }),
    effects: [{ type: "report-partner", reason: "spam", details: "" }],
  },
  {
    name: "a picture is shown when the guest wants to see it",
    from: chat({ entries: [theirs()] }),
    event: { type: "show-picture", key: "m9" },
    to: chat({ entries: [theirs({ cover: "shown" })] }),
  },
  {
    name: "a picture is covered again",
    from: chat({ entries: [theirs({ cover: "shown" })] }),
    event: { type: "cover-picture", key: "m9" },
    to: chat({ entries: [theirs()] }),
  },
  {
    name: "a picture that the server has erased is gone for good",
    from: chat({ entries: [theirs({ cover: "gone" })] }),
    event: { type: "show-picture", key: "m9" },
    to: chat({ entries: [theirs({ cover: "gone" })] }),
  },
  {
    name: "a picked file waits to be sent",
    from: chat(),
    event: {
      type: "attachment",
      event: { type: "picked", files: [{ key: "f", name: "a.png", mime: "image/png", size: 5, preview: null }] },
    },
    to: chat({
      attachments: [
        { key: "f", name: "a.png", mime: "image/png", size: 5, preview: null, caption: "", state: { at: "picked" } },
      ],
    }),
  },
  {
    name: "a call leaves its line",
    from: over(),
    event: {
      type: "call-over",
      entry: { kind: "call", key: "c", at: 8, call: "audio", mine: true, outcome: "ended", durationMs: 60 },
    },
    to: over({
      entries: [{ kind: "call", key: "c", at: 8, call: "audio", mine: true, outcome: "ended", durationMs: 60 }],
    }),
  },
];

describe("the chat machine", () => {
  test.each(arrows)("$name", ({ from, event, to, effects = [] }) => {
    expect(step(from, event)).toEqual({ state: to, effects });
  });

  test("without a chat nothing but a chat that opens does anything", () => {
    for (const { event } of arrows.filter((arrow) => arrow.event.type !== "opened")) {
      expect(step({ at: "none" }, event), event.type).toEqual({ state: { at: "none" }, effects: [] });
    }
  });
});

describe("what the server keeps", () => {
  const history = (entries: readonly Entry[], ...items: Extract<ChatEvent, { type: "history" }>["items"]) => {
    const { state, effects } = step(chat({ entries }), { type: "history", now, items });
    return { entries: state.at === "open" ? state.entries : [], effects };
  };
  const item = (about: Partial<Extract<ChatEvent, { type: "history" }>["items"][number]>) => ({
    id: "m1",
    mine: true,
    at: 5,
    body: text("hello"),
    delivered: null,
    clientMessageId: "k1",
    ...about,
  });

  test("tells how far an own message has come whose confirmation was lost", () => {
    expect(history([sending], item({})).entries).toEqual([sent]);
    expect(history([sending], item({ delivered: 8 })).entries).toEqual([mine({ at: "delivered", when: 8 })]);
  });

  test("brings what was missed, in its place, and confirms it", () => {
    const missed = item({ id: "m9", mine: false, at: 7, body: text("hi"), clientMessageId: null });
    const call: Entry = { kind: "call", key: "c", at: 8, call: "audio", mine: true, outcome: "missed", durationMs: 0 };
    expect(history([sent, call, mine({ at: "sending" }, { key: "k2" })], item({}), missed)).toEqual({
      entries: [sent, theirs(), call, mine({ at: "sending" }, { key: "k2" })],
      effects: [{ type: "confirm", id: "m9" }],
    });
  });

  test("is all that a guest knows who has lost everything", () => {
    const first = item({ id: "m9", mine: false, at: 7, body: text("hi"), clientMessageId: null, delivered: 8 });
    expect(history([], first, item({})).entries).toEqual([theirs(), sent]);
  });

  test("changes nothing that is known already", () => {
    const delivered = mine({ at: "delivered", when: 8 });
    expect(history([delivered, theirs()], item({}), item({ id: "m9", mine: false, delivered: 9 })).entries).toEqual([
      delivered,
      theirs(),
    ]);
  });
});
