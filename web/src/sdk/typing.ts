import type { Clock } from "./clock.js";

/** After this long without a key the partner is told that the guest types no longer. */
const quietMs = 4000;
/** Not more often than this is it said again. */
const againMs = 3000;

/** Turns key presses into as few typing events as do the job. */
export class TypingThrottle {
  readonly #clock: Clock;
  readonly #say: (typing: boolean) => void;
  #saidAt: number | null = null;
  #cancelStop: (() => void) | null = null;

  constructor(clock: Clock, say: (typing: boolean) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  start(): void {
    this.#cancelStop?.();
    this.#cancelStop = this.#clock.after(quietMs, () => this.stop());
    const now = this.#clock.now();
    if (this.#saidAt !== null && now - this.#saidAt < againMs) return;
    this.#saidAt = now;
    this.#say(true);
  }

  stop(): void {
    this.#cancelStop?.();
    this.#cancelStop = null;
    if (this.#saidAt === null) return;
    this.#saidAt = null;
    this.#say(false);
  }

  /** Nothing is said any more: the message itself, or the end of the chat, says it. */
  reset(): void {
    this.#cancelStop?.();
    this.#cancelStop = null;
    this.#saidAt = null;
  }
}
