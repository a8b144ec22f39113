import type { MatchedUser } from "../../../contract/types/payloads.js";
import type { Signal } from "../app/signals.js";
import { type Store, createStore } from "../app/store.js";
import { type Clock, Timers } from "../sdk/clock.js";
import type { Connection } from "../sdk/connection.js";
import type { RestClient, RestFault } from "../sdk/rest_client.js";
import type { SessionStore } from "../sdk/session_store.js";
import type { SocketService } from "../sdk/socket_service.js";
import type {
  CreateFailure,
  Guest,
  Missing,
  RememberedPlace,
  SearchFailure,
  SessionEffect,
  SessionEvent,
  SessionState,
  SessionTimer,
} from "./state.js";
import { step } from "./step.js";

const placeKey = "parley_place";

/** What the session needs of the conversation. */
export interface ChatDoor {
  open(roomId: string, partner: MatchedUser, resumed: boolean): void;
  restore(): void;
  /** False when nothing is left that the guest could read. */
  close(why: "next" | "home" | "renewed" | "not-there"): boolean;
}

/** The parts of the application that are fetched after the start page is shown. */
export interface Online {
  service: SocketService;
  chat: ChatDoor;
}

export interface SessionDriverOptions {
  rest: RestClient;
  session: SessionStore;
  clock: Clock;
  /** Where the renewal of a session is announced. */
  events: EventTarget;
  online: () => Promise<Online>;
  onSignal: (signal: Signal) => void;
}

/** Carries out what the session machine decides, and tells it what happens on the connection. */
export class SessionDriver {
  readonly #options: SessionDriverOptions;
  readonly #clock: Clock;
  readonly #store = createStore<SessionState>({ at: "booting" });
  readonly #timers: Timers<SessionTimer>;
  #online: Promise<Online> | null = null;
  #loaded: Online | null = null;

  constructor(options: SessionDriverOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#timers = new Timers(this.#clock, (timer) => this.dispatch({ type: "timer", now: this.#now(), timer }));
    options.events.addEventListener("guest:session:expired", () => this.dispatch({ type: "expired" }));
    options.events.addEventListener("guest:session:regenerated", (event) => {
      const { user } = (event as CustomEvent<{ user: Guest }>).detail;
      this.dispatch({ type: "renewed", now: this.#now(), guest: user });
    });
  }

  get store(): Store<SessionState> {
    return this.#store;
  }

  dispatch(event: SessionEvent): void {
    const { state, effects } = step(this.#store.getSnapshot(), event);
    this.#store.set(state);
    for (const effect of effects) this.#carryOut(effect);
  }

  boot(missing: readonly Missing[]): void {
    const { session } = this.#options;
    const guest = session.token ? session.user : null;
    const place = session.read(placeKey);
    const stored = guest && { guest, place: isPlace(place) ? place : "start" };
    this.dispatch({ type: "booted", now: this.#now(), missing, stored });
  }

  /** Fetches the rest of the application ahead of its use. */
  preload(): void {
    void this.#withOnline(() => {});
  }

  #now(): number {
    return this.#clock.now();
  }

  #carryOut(effect: SessionEffect): void {
    const { session, rest, onSignal } = this.#options;
    switch (effect.type) {
      case "propose-name":
        return void this.#proposeName();
      case "create-guest":
        return void this.#createGuest(effect.username);
      case "count-people":
        return void this.#countPeople();
      case "connect":
        return void this.#withOnline(({ service }) => void service.connect());
      case "disconnect":
        return void (this.#online && this.#withOnline(({ service }) => service.disconnect()));
      case "request-match":
        return void this.#withOnline(({ service }) => void service.requestMatch());
      case "cancel-match":
        return void this.#withOnline(({ service }) => void service.cancelMatch());
      case "remember":
        return void session.write(placeKey, effect.place);
      case "erase-guest":
        void rest.removeGuest();
        return session.clear();
      case "restore-chat":
        return void this.#withOnline(({ chat }) => chat.restore());
      case "open-chat":
        return void this.#withOnline(({ chat }) => chat.open(effect.roomId, effect.partner, effect.resumed));
      case "close-chat":
        return void this.#withOnline(({ chat }) => this.#closeChat(chat, effect.why));
      case "start-timer":
        return this.#timers.start(effect.timer, effect.ms);
      case "stop-timer":
        return this.#timers.stop(effect.timer);
      case "tell-matched":
        onSignal({ type: "sound", sound: "matched" });
        return onSignal({ type: "notify", about: "matched", from: effect.partner.username, text: "" });
    }
  }

  /** At once if the rest is there, which keeps effects in the order of their causes; else as soon as it is. */
  #withOnline(use: (online: Online) => void): void {
    if (this.#loaded) return use(this.#loaded);
    this.#online ??= this.#options.online().then((online) => {
      this.#loaded = online;
      this.#listen(online.service);
      return online;
    });
    this.#online.then(use, () => this.dispatch({ type: "outdated" }));
  }

  #listen(service: SocketService): void {
    const now = () => this.#now();
    service.onConnection((connection) => this.#tellConnection(connection));
    service.on("user:match:searching", () => this.dispatch({ type: "searching", now: now() }));
    service.on("user:match:no_users", () => this.dispatch({ type: "nobody-there" }));
    service.on("user:matched", ({ matchedUser, roomId }) =>
      this.dispatch({ type: "matched", now: now(), partner: matchedUser, roomId })
    );
    service.on("user:match:error", ({ code, retryAfterMs = null }) =>
      this.dispatch({ type: "search-failed", now: now(), why: searchFailureOf(code), retryAfterMs })
    );
    service.on("realtime:stats", ({ stats }) => this.dispatch({ type: "counted", online: stats.onlineUsers }));
  }

  #tellConnection(connection: Connection): void {
    const now = this.#now();
    switch (connection.at) {
      case "online":
        return this.dispatch({ type: "established", now, activeChat: connection.activeChat });
      case "connecting":
      case "waiting":
        return this.dispatch({ type: "link", now, link: connection });
      case "offline":
        if (connection.why === "gave-up") this.dispatch({ type: "link", now, link: { at: "gave-up" } });
        if (connection.why === "replaced") this.dispatch({ type: "replaced" });
        if (connection.why === "expired") this.dispatch({ type: "renewal-failed" });
        if (connection.why === "banned") this.dispatch({ type: "banned", until: timeOf(connection.until ?? null) });
    }
  }

  #closeChat(chat: ChatDoor, why: "next" | "home" | "renewed" | "not-there"): void {
    const isLeftToRead = chat.close(why);
    const state = this.#store.getSnapshot();
    const isOnItsPage = state.at === "guest" && state.place.at === "chat";
    if (isOnItsPage && !isLeftToRead) this.dispatch({ type: "home", notice: "partner-offline" });
  }

  async #proposeName(): Promise<void> {
    const answer = await this.#options.rest.proposeName();
    this.dispatch(answer.ok ? { type: "name-proposed", name: answer.data.username } : { type: "name-unavailable" });
  }

  async #createGuest(username: string): Promise<void> {
    const { rest, session } = this.#options;
    const answer = await rest.createGuest({ username, deviceId: session.deviceId });
    if (!answer.ok) {
      this.dispatch({ type: "create-failed", now: this.#now(), failure: createFailureOf(answer.fault) });
      return;
    }
    session.save(answer.data.token, answer.data.user);
    this.dispatch({ type: "created", now: this.#now(), guest: answer.data.user });
  }

  async #countPeople(): Promise<void> {
    const answer = await this.#options.rest.socketStats();
    if (answer.ok) this.dispatch({ type: "counted", online: answer.data.connectedSockets });
  }
}

function isPlace(value: string | null): value is RememberedPlace {
  return value === "start" || value === "lobby" || value === "chat";
}

function timeOf(text: string | null): number | null {
  const time = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function createFailureOf(fault: RestFault): CreateFailure {
  if (fault.kind !== "refused") return { why: "unreachable" };
  if (fault.code === "BANNED") return { why: "banned", until: timeOf(fault.until) };
  if (fault.status === 429) return { why: "rate-limited", retryAfterMs: fault.retryAfterMs ?? 0 };
  return fault.status === 400 ? { why: "invalid-name" } : { why: "unreachable" };
}

function searchFailureOf(code: string): SearchFailure {
  if (code === "RATE_LIMITED") return "rate-limited";
  return code === "STORE_UNAVAILABLE" ? "unavailable" : "failed";
}
