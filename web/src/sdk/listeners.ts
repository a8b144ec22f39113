import type { ServerEvents } from "../../../contract/types/events.js";
import { eventGuards } from "../contract/guards.js";
import { callAll } from "./call_all.js";

type Listener = (payload: unknown) => void;

/** Who listens to which event. They outlive sockets: what comes in on any socket is given to them. */
export class Listeners {
  readonly #listeners = new Map<string, Set<Listener>>();
  #malformed = 0;

  /** How many payloads had not the form that the contract gives them; they were dropped. */
  get malformed(): number {
    return this.#malformed;
  }

  add<Event extends keyof ServerEvents>(event: Event, listener: ServerEvents[Event]): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all);
    all.add(listener as Listener);
    return () => this.remove(event, listener);
  }

  remove<Event extends keyof ServerEvents>(event: Event, listener?: ServerEvents[Event]): void {
    if (listener) this.#listeners.get(event)?.delete(listener as Listener);
    else this.#listeners.delete(event);
  }

  /** The only door: events that the contract does not know are ignored, and what is malformed is counted and dropped. */
  accepts(event: string, payload: unknown): boolean {
    if (!Object.hasOwn(eventGuards, event)) return false;
    const good = eventGuards[event as keyof ServerEvents](payload);
    if (!good) this.#malformed += 1;
    return good;
  }

  tell(event: string, payload: unknown): void {
    callAll(this.#listeners.get(event) ?? [], payload);
  }
}
