import type { Step } from "../app/step.js";
import type {
  CreateFailure,
  Guest,
  NameFault,
  Place,
  Search,
  SessionEffect,
  SessionEvent,
  SessionState,
  StartNotice,
} from "./state.js";

type Result = Step<SessionState, SessionEffect>;
type Start = Extract<SessionState, { at: "start" }>;
type Inside = Extract<SessionState, { at: "guest" }>;

/** How long a match is celebrated before the guest can write. */
export const celebrationMs = 600;
const createWaitsMs = [3000, 6000, 12_000, 24_000];

/** The server's rule for names; a blank name is no fault, for the server then proposes one. */
export function nameFault(name: string): NameFault | null {
  const trimmed = name.trim();
  if (trimmed === "") return null;
  if (!/^[A-Za-z0-9_]*$/.test(trimmed)) return "characters";
  if (trimmed.length < 3) return "too-short";
  return trimmed.length > 20 ? "too-long" : null;
}

/**
 * From the link to the chat, and back.
 *
 *   booting ─► start ──created──► guest: lobby ──matched──► guest: chat ──next──► guest: lobby
 *                ▲                  │ cancel, home              │ home
 *                └──────────────────┴───────────────────────────┘
 *   reload: booting ─► guest: lobby (searches again) | guest: resuming ──established──► guest: chat
 *   any guest ── replaced | banned | renewal failed ──► replaced | banned | expired
 */
export function step(state: SessionState, event: SessionEvent): Result {
  if (event.type === "banned") return to({ at: "banned", until: event.until }, { type: "disconnect" });
  if (event.type === "outdated") return to({ at: "outdated" });
  if (event.type === "counted") return counted(state, event.online);
  switch (state.at) {
    case "booting":
      return event.type === "booted" ? booted(event) : stay(state);
    case "start":
      return stepStart(state, event);
    case "guest":
      return stepGuest(state, event);
    case "replaced":
      if (event.type !== "use-here") return stay(state);
      return enter(state.guest, state.place === "chat" ? "chat" : "lobby", event.now);
    case "expired":
      if (event.type !== "retry" && event.type !== "start" && event.type !== "home") return stay(state);
      return to(start({ name: state.name }), { type: "remember", place: "start" });
    case "unsupported":
    case "banned":
    case "outdated":
      return stay(state);
  }
}

const stay = (state: SessionState): Result => ({ state, effects: [] });
const to = (state: SessionState, ...effects: SessionEffect[]): Result => ({ state, effects });

function counted(state: SessionState, online: number): Result {
  return (state.at === "start" || state.at === "guest") && state.online !== online
    ? to({ ...state, online })
    : stay(state);
}

function start(about: Partial<Omit<Start, "at">>): Start {
  return {
    at: "start",
    name: "",
    proposing: false,
    form: { at: "ready" },
    returning: null,
    notice: null,
    online: null,
    ...about,
  };
}

function booted({ missing, stored, now }: Extract<SessionEvent, { type: "booted" }>): Result {
  if (missing.length > 0) return to({ at: "unsupported", missing });
  if (!stored) return to(start({ proposing: true }), { type: "propose-name" }, { type: "count-people" });
  if (stored.place !== "start") return enter(stored.guest, stored.place, now);
  return to(start({ name: stored.guest.username, returning: stored.guest }), { type: "count-people" });
}

/** A guest goes in: to search, or back to its chat if the server still knows it. */
function enter(guest: Guest, place: "lobby" | "chat", now: number): Result {
  const inside = { at: "guest", guest, link: { at: "connecting", attempt: 0 }, renewing: false, online: null } as const;
  if (place === "chat") {
    return to({ ...inside, place: { at: "resuming" } }, { type: "restore-chat" }, { type: "connect" });
  }
  return to(
    { ...inside, place: lobby(now) },
    { type: "remember", place: "lobby" },
    { type: "connect" },
    { type: "request-match" }
  );
}

const lobby = (now: number, leaving: string | null = null): Place => ({
  at: "lobby",
  search: { at: "asking", since: now },
  leaving,
});

function stepStart(state: Start, event: SessionEvent): Result {
  switch (event.type) {
    case "name-typed":
      return to(
        { ...state, name: event.name, proposing: false, form: { at: "ready" }, notice: null },
        { type: "stop-timer", timer: "create-again" }
      );
    case "reroll":
      return to({ ...state, proposing: true, form: { at: "ready" } }, { type: "propose-name" });
    case "name-proposed":
      // Whoever has typed meanwhile keeps what was typed.
      return state.proposing ? to({ ...state, name: event.name, proposing: false }) : stay(state);
    case "name-unavailable":
      return to({ ...state, proposing: false });
    case "start":
    case "retry":
      return begin(state, event.now);
    case "timer":
      if (event.timer !== "create-again") return stay(state);
      return state.form.at === "unreachable" ? begin(state, event.now) : to({ ...state, form: { at: "ready" } });
    case "created":
      return state.form.at === "creating" ? enter(event.guest, "lobby", event.now) : stay(state);
    case "create-failed":
      return state.form.at === "creating" ? createFailed(state, event.failure, event.now) : stay(state);
    case "sign-out":
      if (!state.returning) return stay(state);
      return to(start({ proposing: true, online: state.online }), { type: "erase-guest" }, { type: "propose-name" });
    default:
      return stay(state);
  }
}

function begin(state: Start, now: number): Result {
  if (state.form.at === "creating" || (state.form.at === "rate-limited" && now < state.form.until)) return stay(state);
  const name = state.name.trim();
  if (state.returning && name === state.returning.username) return enter(state.returning, "lobby", now);
  const fault = nameFault(name);
  if (fault) return to({ ...state, form: { at: "invalid", fault } });
  const attempt = state.form.at === "unreachable" ? state.form.attempt : 0;
  return to(
    { ...state, form: { at: "creating", attempt }, proposing: false, returning: null, notice: null },
    { type: "stop-timer", timer: "create-again" },
    ...(state.returning ? [{ type: "erase-guest" } as const] : []),
    { type: "create-guest", username: name }
  );
}

function createFailed(state: Start, failure: CreateFailure, now: number): Result {
  switch (failure.why) {
    case "invalid-name":
      return to({ ...state, form: { at: "invalid", fault: "characters" } });
    case "banned":
      return to({ at: "banned", until: failure.until });
    case "rate-limited":
      return to(
        { ...state, form: { at: "rate-limited", until: now + failure.retryAfterMs } },
        { type: "start-timer", timer: "create-again", ms: failure.retryAfterMs }
      );
    case "unreachable": {
      const attempt = (state.form.at === "creating" ? state.form.attempt : 0) + 1;
      const ms = createWaitsMs[Math.min(attempt, createWaitsMs.length) - 1] ?? 0;
      return to(
        { ...state, form: { at: "unreachable", attempt, retryAt: now + ms } },
        { type: "start-timer", timer: "create-again", ms }
      );
    }
  }
}

function stepGuest(state: Inside, event: SessionEvent): Result {
  switch (event.type) {
    case "link":
      return to({
        ...state,
        link: event.link,
        place: event.link.at === "waiting" ? offline(state.place) : state.place,
      });
    case "established":
      return established(state, event.activeChat, event.now);
    case "matched":
      return matched(state, event.partner, event.roomId, event.now);
    case "searching":
      return search(state, ({ since }) => ({ at: "searching", since, alone: false }));
    case "nobody-there":
      return search(state, ({ since }) => ({ at: "searching", since, alone: true }));
    case "search-failed": {
      const { why, retryAfterMs, now } = event;
      const failed = search(state, ({ since }) => ({
        at: "failed",
        since,
        why,
        retryAt: retryAfterMs === null ? null : now + retryAfterMs,
      }));
      if (failed.state === state || retryAfterMs === null) return failed;
      return { ...failed, effects: [{ type: "start-timer", timer: "search-again", ms: retryAfterMs }] };
    }
    case "retry":
      if (state.link.at === "gave-up") {
        return to({ ...state, link: { at: "connecting", attempt: 0 } }, { type: "connect" });
      }
      return searchAgain(state);
    case "timer":
      return event.timer === "celebration" ? celebrated(state) : searchAgain(state);
    case "next":
      return next(state, event.now);
    case "cancel-search":
      if (state.place.at !== "lobby" || state.place.search.at === "matched") return stay(state);
      return leave(state, null, { type: "cancel-match" });
    case "home":
      return leave(state, event.notice, { type: "close-chat", why: "home" });
    case "sign-out": {
      const effects = leave(state, "signed-out", { type: "close-chat", why: "home" }).effects;
      const fresh = start({ proposing: true, notice: "signed-out", online: state.online });
      return to(fresh, { type: "erase-guest" }, ...effects, { type: "propose-name" });
    }
    case "expired":
      return to({ ...state, renewing: true });
    case "renewed": {
      const { guest } = event;
      const renewed: Inside = { ...state, guest, renewing: false };
      if (state.place.at === "lobby") return to(renewed);
      // A chat cannot be carried over to another identity; it stays to be read.
      return to(
        { ...renewed, place: { at: "chat", roomId: roomOf(state.place) } },
        { type: "close-chat", why: "renewed" }
      );
    }
    case "renewal-failed":
      return to({ at: "expired", name: state.guest.username }, { type: "close-chat", why: "renewed" });
    case "replaced":
      return to({
        at: "replaced",
        guest: state.guest,
        place: state.place.at === "lobby" && state.place.search.at !== "matched" ? "lobby" : "chat",
      });
    default:
      return stay(state);
  }
}

function roomOf(place: Place): string {
  return place.at === "chat" ? place.roomId : "";
}

function offline(place: Place): Place {
  if (place.at !== "lobby" || (place.search.at !== "asking" && place.search.at !== "searching")) return place;
  return { ...place, search: { at: "offline", since: place.search.since } };
}

/** The search goes on as `change` says, if there is one that goes on. */
function search(state: Inside, change: (search: Search) => Search): Result {
  const { place } = state;
  if (place.at !== "lobby" || place.search.at === "matched") return stay(state);
  return to({ ...state, place: { ...place, search: change(place.search) } });
}

function searchAgain(state: Inside): Result {
  if (state.place.at !== "lobby" || state.place.search.at !== "failed") return stay(state);
  const again = search(state, ({ since }) => ({ at: "asking", since }));
  return { ...again, effects: [{ type: "stop-timer", timer: "search-again" }, { type: "request-match" }] };
}

/** What the server says about the chat is the truth after each connect. */
function established(
  state: Inside,
  activeChat: Extract<SessionEvent, { type: "established" }>["activeChat"],
  now: number
): Result {
  const online: Inside = { ...state, link: { at: "online", since: now } };
  const { place } = state;
  if (!activeChat) {
    if (place.at === "resuming" || place.at === "chat" || place.search.at === "matched") {
      const roomId = place.at === "lobby" && place.search.at === "matched" ? place.search.roomId : roomOf(place);
      return to({ ...online, place: { at: "chat", roomId } }, { type: "close-chat", why: "not-there" });
    }
    // The connection asks for the search again by itself.
    return search(online, ({ at, since }) => (at === "offline" ? { at: "asking", since } : place.search));
  }
  const { roomId, matchedUser } = activeChat;
  if (place.at === "lobby" && place.leaving === roomId) return to(online, { type: "request-match" });
  const celebrating = place.at === "lobby" && place.search.at === "matched" && place.search.roomId === roomId;
  return to(
    { ...online, place: celebrating ? place : { at: "chat", roomId } },
    { type: "remember", place: "chat" },
    { type: "open-chat", roomId, partner: matchedUser, resumed: true }
  );
}

function matched(state: Inside, partner: Partner, roomId: string, now: number): Result {
  const since = state.place.at === "lobby" ? state.place.search.since : now;
  return to(
    { ...state, place: { at: "lobby", search: { at: "matched", since, partner, roomId }, leaving: null } },
    { type: "stop-timer", timer: "search-again" },
    { type: "remember", place: "chat" },
    { type: "open-chat", roomId, partner, resumed: false },
    { type: "tell-matched", partner },
    { type: "start-timer", timer: "celebration", ms: celebrationMs }
  );
}

type Partner = Extract<SessionEvent, { type: "matched" }>["partner"];

function celebrated(state: Inside): Result {
  if (state.place.at !== "lobby" || state.place.search.at !== "matched") return stay(state);
  return to({ ...state, place: { at: "chat", roomId: state.place.search.roomId } });
}

function next(state: Inside, now: number): Result {
  if (state.place.at === "lobby" && state.place.search.at !== "failed") return stay(state);
  const leaving = state.place.at === "chat" ? state.place.roomId : null;
  return to(
    { ...state, place: lobby(now, leaving) },
    { type: "stop-timer", timer: "celebration" },
    { type: "close-chat", why: "next" },
    { type: "remember", place: "lobby" },
    { type: "request-match" }
  );
}

/** Back to the start page; whoever comes back within the life of the session is greeted by name. */
function leave(state: Inside, notice: StartNotice | null, first: SessionEffect): Result {
  return to(
    start({ name: state.guest.username, returning: state.guest, notice, online: state.online }),
    { type: "stop-timer", timer: "search-again" },
    { type: "stop-timer", timer: "celebration" },
    first,
    { type: "disconnect" },
    { type: "remember", place: "start" }
  );
}
