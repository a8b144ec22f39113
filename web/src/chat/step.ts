import type { MessageId } from "../../../contract/types/payloads.js";
import type { Step } from "../app/step.js";
import { type AttachmentEvent, stepAttachments } from "./attachments.js";
import { withHistory } from "./history.js";
import type {
  Body,
  ChatEffect,
  ChatEnd,
  ChatEvent,
  ChatState,
  Conversation,
  Entry,
  MessageEntry,
  Receipt,
  SendFailure,
} from "./state.js";

type Result = Step<ChatState, ChatEffect>;

/** The server's limit for one text, in UTF-16 code units. */
export const textLengthMax = 1000;
/** How long the server waits for a partner whose connection is lost, unless it is told otherwise. */
const graceMs = 5000;
const typingForgottenMs = 6000;

/**
 * One conversation, from the match to the moment when it is put away.
 *
 *   none ──opened──► open: live ──closed, leave, block──► open: over (to be read) ──dismissed──► none
 *
 * Own messages: sending ──sent──► sent ──delivered──► delivered; sending ──send-failed──► failed ──retry──► sending.
 */
export function step(state: ChatState, event: ChatEvent): Result {
  if (event.type === "opened") return opened(state, event);
  if (state.at === "none") return stay(state);
  switch (event.type) {
    case "closed":
      return closed(state, event.why, event.now);
    case "dismissed":
      return putAway(state, []);
    case "leave":
      return putAway(state, isLive(state) ? [{ type: "leave-room" }] : []);
    case "block": {
      if (!isLive(state)) return stay(state);
      const over = closed(state, "blocked", event.now);
      return { state: over.state, effects: [{ type: "block-partner" }, ...over.effects] };
    }
    case "draft-changed":
      return draftChanged(state, event.text);
    case "send":
      return send(state, event.key, event.body, event.now);
    case "retry":
      return retry(state, event.key);
    case "delete":
      return remove(state, event.key);
    case "report":
      if (!isLive(state) || state.report === "sending" || state.report === "sent") return stay(state);
      return to(
        { ...state, report: "sending" },
        { type: "report-partner", reason: event.reason, details: event.details }
      );
    case "reported":
      return to({ ...state, report: event.ok ? "sent" : "failed" });
    case "show-picture":
      return covered(state, event.key, "shown");
    case "cover-picture":
      return covered(state, event.key, "covered");
    case "picture-gone":
      return covered(state, event.key, "gone");
    case "page":
      return to({ ...state, pageHidden: event.hidden, unread: event.hidden ? state.unread : 0 });
    case "attachment":
      return attach(state, event.event);
    case "message":
      return received(state, event.id, event.body, event.at);
    case "sent":
      return sent(state, event.key, event.id);
    case "delivered":
      return delivered(state, event.id, event.when);
    case "send-failed":
      return to(
        withReceipt(state, event.key, ["sending"], {
          at: "failed",
          why: failureOf(event.code),
          retryAt: event.retryAfterMs === null ? null : event.now + event.retryAfterMs,
        })
      );
    case "history":
      return history(state, event);
    case "partner-typing":
      if (!isLive(state)) return stay(state);
      return to(
        { ...state, partnerTyping: event.typing },
        event.typing
          ? { type: "start-timer", timer: "partner-typing", ms: typingForgottenMs }
          : { type: "stop-timer", timer: "partner-typing" }
      );
    case "timer":
      return to({ ...state, partnerTyping: false });
    case "partner-away":
      if (!isLive(state)) return stay(state);
      return to({
        ...state,
        partnerTyping: false,
        partnerAway: { since: event.now, until: event.now + graceMs },
      });
    case "partner-back":
      return to({ ...state, partnerAway: null });
    case "away":
      return isLive(state) && !state.away ? to({ ...state, away: { since: event.now } }) : stay(state);
    case "back":
      return to({ ...state, away: null });
    case "call-over":
      return to({ ...state, entries: [...state.entries, event.entry] });
  }
}

const stay = (state: ChatState): Result => ({ state, effects: [] });
const to = (state: ChatState, ...effects: ChatEffect[]): Result => ({ state, effects });
const isLive = (chat: Conversation) => chat.life.at === "live";

function opened(state: ChatState, event: Extract<ChatEvent, { type: "opened" }>): Result {
  const away = event.confirmed ? null : { since: event.now };
  if (state.at === "open" && state.roomId === event.roomId) {
    return to(
      { ...state, me: event.me, partner: event.partner, life: { at: "live" }, away, partnerAway: null },
      ...(event.confirmed ? [{ type: "ask-history" } as const] : [])
    );
  }
  const entries = event.kept?.entries ?? [];
  const unsent = entries.filter((entry): entry is MessageEntry => isMessage(entry) && entry.receipt?.at === "sending");
  return to(
    {
      at: "open",
      roomId: event.roomId,
      me: event.me,
      partner: event.partner,
      since: event.kept?.since ?? event.now,
      life: { at: "live" },
      entries,
      draft: event.kept?.draft ?? "",
      attachments: [],
      partnerTyping: false,
      partnerAway: null,
      away,
      report: "none",
      unread: 0,
      pageHidden: state.at === "open" && state.pageHidden,
      early: {},
    },
    ...(state.at === "open" ? abandon(state) : []),
    ...unsent.map(({ key, body, at }) => ({ type: "queue", key, body, at }) as const),
    ...(event.kept && event.confirmed ? [{ type: "ask-history" } as const] : [])
  );
}

function closed(chat: Conversation, why: ChatEnd, now: number): Result {
  if (chat.life.at === "over") {
    // The server may tell the reason after it has told that there is no chat.
    return chat.life.why === "not-there" ? to({ ...chat, life: { ...chat.life, why } }) : stay(chat);
  }
  const attachments = stepAttachments(chat.attachments, { type: "chat-over" });
  const failed: Receipt = { at: "failed", why: "chat-over", retryAt: null };
  return to(
    {
      ...chat,
      life: { at: "over", why, when: now },
      entries: chat.entries.map((entry) =>
        isMessage(entry) && entry.receipt?.at === "sending" ? { ...entry, receipt: failed } : entry
      ),
      attachments: attachments.state,
      partnerTyping: false,
      partnerAway: null,
      away: null,
    },
    { type: "stop-timer", timer: "partner-typing" },
    ...attachments.effects,
    ...unqueued(chat)
  );
}

function putAway(chat: Conversation, first: readonly ChatEffect[]): Result {
  return to({ at: "none" }, ...first, ...abandon(chat));
}

/** What has to be given up with a conversation that is no longer shown. */
function abandon(chat: Conversation): ChatEffect[] {
  return [
    { type: "stop-timer", timer: "partner-typing" },
    ...chat.attachments.flatMap(({ key }) => stepAttachments(chat.attachments, { type: "remove", key }).effects),
    ...unqueued(chat),
  ];
}

function unqueued(chat: Conversation): ChatEffect[] {
  return chat.entries
    .filter(isMessage)
    .flatMap(({ key, receipt }) => (receipt?.at === "sending" ? [{ type: "unqueue", key }] : []));
}

function isMessage(entry: Entry): entry is MessageEntry {
  return entry.kind === "message";
}

function draftChanged(chat: Conversation, draft: string): Result {
  if (draft === chat.draft) return stay(chat);
  const typing = isLive(chat) && !chat.away ? [{ type: "typing", on: draft.trim() !== "" } as const] : [];
  return to({ ...chat, draft }, ...typing);
}

function send(chat: Conversation, key: string, body: Body, at: number): Result {
  if (!isLive(chat) || chat.entries.some((entry) => entry.key === key)) return stay(chat);
  if (body.type === "text" && (body.text.trim() === "" || body.text.length > textLengthMax)) return stay(chat);
  const entry: MessageEntry = {
    kind: "message",
    key,
    id: null,
    mine: true,
    at,
    body,
    receipt: { at: "sending" },
    cover: "shown",
  };
  const draft = body.type === "text" ? "" : chat.draft;
  return to({ ...chat, entries: [...chat.entries, entry], draft }, { type: "queue", key, body, at });
}

function retry(chat: Conversation, key: string): Result {
  const entry = chat.entries.filter(isMessage).find((one) => one.key === key);
  if (!isLive(chat) || entry?.receipt?.at !== "failed") return stay(chat);
  const { body, at } = entry;
  return to(withReceipt(chat, key, ["failed"], { at: "sending" }), { type: "queue", key, body, at });
}

function remove(chat: Conversation, key: string): Result {
  const entry = chat.entries.filter(isMessage).find((one) => one.key === key);
  if (entry?.receipt?.at !== "failed") return stay(chat);
  return to({ ...chat, entries: chat.entries.filter((one) => one !== entry) }, { type: "unqueue", key });
}

function received(chat: Conversation, id: MessageId, body: Body, at: number): Result {
  // Whoever has it already confirms it again: the first confirmation may have been lost.
  if (chat.entries.some((entry) => isMessage(entry) && entry.id === id)) return to(chat, { type: "confirm", id });
  const entry: MessageEntry = { kind: "message", key: id, id, mine: false, at, body, receipt: null, cover: "covered" };
  return to(
    {
      ...chat,
      entries: [...chat.entries, entry],
      partnerTyping: false,
      unread: chat.pageHidden ? chat.unread + 1 : 0,
    },
    { type: "confirm", id },
    { type: "stop-timer", timer: "partner-typing" },
    { type: "tell-message", from: chat.partner.username, body }
  );
}

function sent(chat: Conversation, key: string, id: MessageId): Result {
  const when = chat.early[id];
  const receipt: Receipt = when === undefined ? { at: "sent" } : { at: "delivered", when };
  // A message that has failed and is sent after all is no longer failed.
  return to(withReceipt(chat, key, ["sending", "failed"], receipt, id));
}

function delivered(chat: Conversation, id: MessageId, when: number): Result {
  const entry = chat.entries.find((one) => isMessage(one) && one.mine && one.id === id);
  if (!entry) return to({ ...chat, early: { ...chat.early, [id]: when } });
  return to(withReceipt(chat, entry.key, ["sending", "sent", "failed"], { at: "delivered", when }));
}

function withReceipt(
  chat: Conversation,
  key: string,
  from: readonly Receipt["at"][],
  receipt: Receipt,
  id?: MessageId
): Conversation {
  return {
    ...chat,
    entries: chat.entries.map((entry) =>
      isMessage(entry) && entry.key === key && entry.receipt && from.includes(entry.receipt.at)
        ? { ...entry, receipt, id: id ?? entry.id }
        : entry
    ),
  };
}

function failureOf(code: string): SendFailure {
  switch (code) {
    case "RATE_LIMITED":
      return "rate-limited";
    case "INVALID_MESSAGE":
      return "refused";
    case "NOT_IN_CHAT":
    case "PARTNER_UNAVAILABLE":
      return "chat-over";
    default:
      return "unavailable";
  }
}

function covered(chat: Conversation, key: string, cover: MessageEntry["cover"]): Result {
  return to({
    ...chat,
    entries: chat.entries.map((entry) =>
      isMessage(entry) && entry.key === key && entry.cover !== "gone" ? { ...entry, cover } : entry
    ),
  });
}

function attach(chat: Conversation, event: AttachmentEvent): Result {
  if (!isLive(chat) && event.type !== "remove") return stay(chat);
  const { state, effects } = stepAttachments(chat.attachments, event);
  return to({ ...chat, attachments: state }, ...effects);
}

function history(chat: Conversation, { items, now }: Extract<ChatEvent, { type: "history" }>): Result {
  const unconfirmed = items.filter(({ mine, delivered: when }) => !mine && when === null);
  return to(
    { ...chat, entries: withHistory(chat.entries, items, now) },
    ...unconfirmed.map(({ id }) => ({ type: "confirm", id }) as const)
  );
}
