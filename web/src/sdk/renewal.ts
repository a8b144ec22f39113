import type { User } from "../../../contract/types/payloads.js";
import type { Clock } from "./clock.js";
import type { RestClient } from "./rest_client.js";
import type { SessionStore } from "./session_store.js";

/** Whether a refused handshake means that the session is over and a new one may be made. */
export function meansExpired(message: string): boolean {
  return /session not found|expired/i.test(message);
}

/** How long to wait after each failed try, in milliseconds; there are as many tries as entries. */
const waits = [1000, 3000, 9000];

/** When the token stops being good, in milliseconds since 1970; null for a token that cannot be read. */
export function expiryOf(token: string): number | null {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as {
      exp?: unknown;
    };
    return typeof claims.exp === "number" ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}

/** Makes a new session under the same name when the old one has expired, one at a time. */
export class Renewal {
  readonly #rest: RestClient;
  readonly #session: SessionStore;
  readonly #clock: Clock;
  readonly #events: EventTarget | null;
  #running: Promise<User | null> | null = null;

  constructor(rest: RestClient, session: SessionStore, clock: Clock, events: EventTarget | null) {
    this.#rest = rest;
    this.#session = session;
    this.#clock = clock;
    this.#events = events;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Resolves to the new user, or to null when three tries have failed. Whoever asks meanwhile gets the same answer. */
  renew(): Promise<User | null> {
    this.#running ??= this.#renew().finally(() => (this.#running = null));
    return this.#running;
  }

  async #renew(): Promise<User | null> {
    const old = this.#session.user;
    this.#events?.dispatchEvent(new CustomEvent("guest:session:expired"));
    this.#session.clear();
    const profile = {
      ...(old ? { username: old.username, location: old.location, gender: old.gender, language: old.language } : {}),
      deviceId: this.#session.deviceId,
    };
    for (const wait of waits) {
      const answer = await this.#rest.createGuest(profile);
      if (answer.ok) {
        this.#session.save(answer.data.token, answer.data.user);
        this.#events?.dispatchEvent(
          new CustomEvent("guest:session:regenerated", { detail: { user: answer.data.user } })
        );
        return answer.data.user;
      }
      if (answer.fault.kind === "refused" && answer.fault.code === "BANNED") return null;
      await new Promise<void>((resolve) => this.#clock.after(wait, resolve));
    }
    return null;
  }
}
