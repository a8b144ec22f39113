// Waiting for states. Every wait has an end and says what it waited for.

export const patienceMs = 10_000;

/** `promise`, or a failure that names `what` after `ms`. */
export function within(promise, what, ms = patienceMs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
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

/** Values that arrive at their own pace, taken in order, until the queue ends. */
export class Queue {
  #values = [];
  #waiting = [];
  #ended = null;

  push(value) {
    const next = this.#waiting.shift();
    if (next) next.resolve(value);
    else this.#values.push(value);
  }

  /** No more values will come: who waits for one, now or later, gets the error. */
  end(error) {
    this.#ended = error;
    for (const next of this.#waiting.splice(0)) next.reject(error);
  }

  next(what = "the next value", ms = patienceMs) {
    if (this.#values.length) return Promise.resolve(this.#values.shift());
    if (this.#ended) return Promise.reject(this.#ended);
    let turn;
    const value = new Promise((resolve, reject) => this.#waiting.push((turn = { resolve, reject })));
    return within(value, what, ms).catch((error) => {
      this.#waiting = this.#waiting.filter((other) => other !== turn);
      throw error;
    });
  }

  /** What has arrived and nobody has taken. */
  get left() {
    return [...this.#values];
  }
}
