import type { Clock } from "../sdk/clock.js";

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now: number;
  #timers: { at: number; callback: () => void; every: number | null }[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    return this.#add(ms, callback, null);
  }

  every(ms: number, callback: () => void): () => void {
    return this.#add(ms, callback, ms);
  }

  get running(): number {
    return this.#timers.length;
  }

  /** Lets time pass; what becomes due is called in its turn, and what follows from it is done before time goes on. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = next.at;
      if (next.every === null) this.#timers = this.#timers.filter((one) => one !== next);
      else next.at += next.every;
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #add(ms: number, callback: () => void, every: number | null): () => void {
    const timer = { at: this.#now + ms, callback, every };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }
}

/** Lets everything that is already decided happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
