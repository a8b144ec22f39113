// Waiting for states. Every wait has an end and says what it waited for.

export const patienceMs = 10_000;

/** `promise`, or a failure that names `what` after `ms`. */
export function within(promise, what, ms = patienceMs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
    // A wait that lost its race must not keep a finished test file alive.
    timer.unref();
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until `question` answers something truthy, and resolves to that. */
export async function until(question, what, ms = patienceMs) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await sleep(5);
  }
}

/** For the few tests whose subject is a duration. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Values that arrive at their own pace, taken in order. */
export class Queue {
  #values = [];
  #waiting = [];

  push(value) {
    const next = this.#waiting.shift();
    if (next) next(value);
    else this.#values.push(value);
  }

  next(what = "the next value", ms = patienceMs) {
    if (this.#values.length) return Promise.resolve(this.#values.shift());
    let take;
    const value = new Promise((resolve) => this.#waiting.push((take = resolve)));
    return within(value, what, ms).catch((error) => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== take);
      throw error;
    });
  }

  /** What has arrived and nobody has taken. */
  get left() {
    return [...this.#values];
  }
}
