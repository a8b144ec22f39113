import type { MatchedUser, RoomId, User } from "../../../contract/types/payloads.js";

/** Who the guest is, as the server told it. */
export type Guest = User;

/** The way to the server. `retryAt` is the latest moment of the next attempt: the delay has some chance in it. */
export type Link =
  | { at: "connecting"; attempt: number }
  | { at: "online"; since: number }
  | { at: "waiting"; attempt: number; retryAt: number }
  | { at: "gave-up" };

/** Which rule of names a typed name breaks. */
export type NameFault = "too-short" | "too-long" | "characters";

export type StartForm =
  | { at: "ready" }
  | { at: "invalid"; fault: NameFault }
  /** `attempt`: how often the server has not been reached before. */
  | { at: "creating"; attempt: number }
  | { at: "unreachable"; attempt: number; retryAt: number }
  | { at: "rate-limited"; until: number };

/** What the guest is told about how it came back to the start page. */
export type StartNotice = "signed-out" | "partner-offline";

export type Search =
  /** Asked for, and the server has not yet said so. */
  | { at: "asking"; since: number }
  | { at: "searching"; since: number; alone: boolean }
  /** The connection is lost, which ends a search at the server; it is asked for again when the connection is back. */
  | { at: "offline"; since: number }
  | { at: "failed"; since: number; why: SearchFailure; retryAt: number | null }
  /** For a moment, until the chat is shown. */
  | { at: "matched"; since: number; partner: MatchedUser; roomId: RoomId };

export type SearchFailure = "rate-limited" | "unavailable" | "failed";

/** Where in the application a signed-in guest is. `resuming`: a reloaded page that asks the server whether the chat goes on. */
export type Place =
  /** `leaving`: the chat that the search was begun in, and that the server may not know to be left. */
  { at: "lobby"; search: Search; leaving: RoomId | null } | { at: "resuming" } | { at: "chat"; roomId: RoomId };

/** What a browser lacks. */
export type Missing = "storage" | "websocket" | "crypto";

export type SessionState =
  | { at: "booting" }
  | { at: "unsupported"; missing: readonly Missing[] }
  | {
      at: "start";
      name: string;
      /** A name is being asked for. */
      proposing: boolean;
      form: StartForm;
      /** Set when the stored session can go on under its name: "Continue as …". */
      returning: Guest | null;
      notice: StartNotice | null;
      online: number | null;
    }
  | {
      at: "guest";
      guest: Guest;
      link: Link;
      place: Place;
      /** The session has expired and another one under the same name is being made. */
      renewing: boolean;
      online: number | null;
    }
  /** The session was opened in another tab. */
  | { at: "replaced"; guest: Guest; place: "lobby" | "chat" }
  /** The session has expired and could not be renewed. */
  | { at: "expired"; name: string }
  | { at: "banned"; until: number | null }
  /** The rest of the page could not be loaded, as after an update of the server; loading it anew helps. */
  | { at: "outdated" };

export type CreateFailure =
  | { why: "invalid-name" }
  | { why: "rate-limited"; retryAfterMs: number }
  | { why: "banned"; until: number | null }
  | { why: "unreachable" };

/** What a page remembers over a reload. */
export type RememberedPlace = "start" | "lobby" | "chat";

export type SessionEvent =
  | {
      type: "booted";
      now: number;
      missing: readonly Missing[];
      stored: { guest: Guest; place: RememberedPlace } | null;
    }
  // what the guest does
  | { type: "name-typed"; name: string }
  | { type: "reroll" }
  | { type: "start"; now: number }
  | { type: "cancel-search" }
  | { type: "retry"; now: number }
  /** Search again: from the lobby, or out of a chat that is left thereby. */
  | { type: "next"; now: number }
  | { type: "home"; notice: StartNotice | null }
  /** Forget this guest: the session is erased at the server too. */
  | { type: "sign-out" }
  /** Take the session back from the other tab. */
  | { type: "use-here"; now: number }
  // what the server says
  | { type: "name-proposed"; name: string }
  | { type: "name-unavailable" }
  | { type: "created"; now: number; guest: Guest }
  | { type: "create-failed"; now: number; failure: CreateFailure }
  | { type: "link"; now: number; link: Link }
  | { type: "established"; now: number; activeChat: { roomId: RoomId; matchedUser: MatchedUser } | null }
  | { type: "searching"; now: number }
  | { type: "nobody-there" }
  | { type: "matched"; now: number; partner: MatchedUser; roomId: RoomId }
  | { type: "search-failed"; now: number; why: SearchFailure; retryAfterMs: number | null }
  | { type: "counted"; online: number }
  | { type: "expired" }
  | { type: "renewed"; now: number; guest: Guest }
  | { type: "renewal-failed" }
  | { type: "replaced" }
  | { type: "outdated" }
  | { type: "banned"; until: number | null }
  // what the clock says
  | { type: "timer"; now: number; timer: SessionTimer };

export type SessionTimer = "create-again" | "search-again" | "celebration";

/** What the world outside must now do, in this order. */
export type SessionEffect =
  | { type: "propose-name" }
  | { type: "create-guest"; username: string }
  | { type: "count-people" }
  | { type: "connect" }
  | { type: "disconnect" }
  | { type: "request-match" }
  | { type: "cancel-match" }
  | { type: "remember"; place: RememberedPlace }
  /** Erased at the server and forgotten here. */
  | { type: "erase-guest" }
  /** Show what an earlier page has kept, before the server has said whether the chat goes on. */
  | { type: "restore-chat" }
  | { type: "open-chat"; roomId: RoomId; partner: MatchedUser; resumed: boolean }
  | { type: "close-chat"; why: "next" | "home" | "renewed" | "not-there" }
  | { type: "start-timer"; timer: SessionTimer; ms: number }
  | { type: "stop-timer"; timer: SessionTimer }
  | { type: "tell-matched"; partner: MatchedUser };
