import type { Ack } from "../../../contract/types/events.js";
import type { OutgoingMessage, Sent } from "../../../contract/types/payloads.js";
import { answerGuards } from "../contract/guards.js";
import type { Clock } from "./clock.js";
import { newId } from "./ids.js";
import { Outbox, type Pending } from "./outbox.js";
import type { SessionStore } from "./session_store.js";

type Answer = Ack<Sent>;

/** After how long an unanswered message is said again, though the connection seems to be up. */
const againMs = 2000;

/** Brings messages to the server: in order, again until they are answered, never twice and never into another chat. */
export class Mailer {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #isOnline: () => boolean;
  readonly #say: (message: OutgoingMessage) => Promise<Answer>;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  readonly #underWay = new Set<string>();
  #room: string | null = null;
  #cancelAgain: (() => void) | null = null;

  constructor(
    session: SessionStore,
    clock: Clock,
    isOnline: () => boolean,
    say: (message: OutgoingMessage) => Promise<Answer>
  ) {
    this.#outbox = new Outbox(session);
    this.#clock = clock;
    this.#isOnline = isOnline;
    this.#say = say;
  }

  get pending(): readonly Pending[] {
    return this.#outbox.pending;
  }

  send(roomId: string, message: OutgoingMessage): Promise<Answer> {
    const clientMessageId = message.clientMessageId ?? newId();
    this.#outbox.add({ clientMessageId, roomId, message: { ...message, clientMessageId } });
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(clientMessageId, resolve));
    this.resume();
    return answer;
  }

  forget(clientMessageId: string): void {
    this.#outbox.remove(clientMessageId);
    this.#waiting.delete(clientMessageId);
  }

  /** What was meant for another chat is refused. Which chat there is, only the server knows. */
  enterRoom(roomId: string | null): void {
    this.#room = roomId;
    for (const { clientMessageId } of this.#outbox.dropAllBut(roomId)) {
      this.#settle(clientMessageId, {
        ok: false,
        error: { message: "You are not connected to any user", code: "NOT_IN_CHAT" },
      });
    }
  }

  /** Says everything that is not under way; to be called whenever the connection is back. */
  resume(): void {
    if (!this.#isOnline()) return;
    for (const pending of this.#outbox.pending) {
      if (pending.roomId !== this.#room || this.#underWay.has(pending.clientMessageId)) continue;
      void this.#deliver(pending);
    }
  }

  async #deliver({ clientMessageId, message }: Pending): Promise<void> {
    this.#underWay.add(clientMessageId);
    const answer = await this.#say(message);
    this.#underWay.delete(clientMessageId);
    if (!this.#outbox.has(clientMessageId)) return;
    if (answer.ok ? answerGuards.sent(answer) : answer.error.code !== "CONNECTION_FAILED") {
      this.#outbox.remove(clientMessageId);
      return this.#settle(clientMessageId, answer);
    }
    // Nobody knows whether it arrived; under the same id it may be said again without harm.
    this.#cancelAgain ??= this.#clock.after(againMs, () => {
      this.#cancelAgain = null;
      this.resume();
    });
  }

  #settle(clientMessageId: string, answer: Answer): void {
    this.#waiting.get(clientMessageId)?.(answer);
    this.#waiting.delete(clientMessageId);
  }
}
