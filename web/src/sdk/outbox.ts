import type { OutgoingMessage } from "../../../contract/types/payloads.js";
import type { SessionStore } from "./session_store.js";

/** A message that the server has not yet confirmed. */
export interface Pending {
  clientMessageId: string;
  /** The chat it belongs to; it must never reach another partner. */
  roomId: string;
  message: OutgoingMessage;
}

const key = "parley_outbox";

/** What is written and not yet confirmed, in order, kept over a reload of the page. */
export class Outbox {
  readonly #session: SessionStore;
  #pending: readonly Pending[];

  constructor(session: SessionStore) {
    this.#session = session;
    this.#pending = session.readJson(key, isList) ?? [];
  }

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  has(clientMessageId: string): boolean {
    return this.#pending.some((one) => one.clientMessageId === clientMessageId);
  }

  /** The same message twice is one message. */
  add(pending: Pending): void {
    if (this.has(pending.clientMessageId)) return;
    this.#keep([...this.#pending, pending]);
  }

  remove(clientMessageId: string): void {
    this.#keep(this.#pending.filter((one) => one.clientMessageId !== clientMessageId));
  }

  /** Drops what was meant for another chat; gives what was dropped. */
  dropAllBut(roomId: string | null): readonly Pending[] {
    const dropped = this.#pending.filter((one) => one.roomId !== roomId);
    if (dropped.length > 0) this.#keep(this.#pending.filter((one) => one.roomId === roomId));
    return dropped;
  }

  #keep(pending: readonly Pending[]): void {
    this.#pending = pending;
    this.#session.write(key, pending.length === 0 ? null : JSON.stringify(pending));
  }
}

function isList(value: unknown): value is Pending[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: Partial<Pending> | null) =>
        typeof one?.clientMessageId === "string" && typeof one.roomId === "string" && typeof one.message === "object"
    )
  );
}
