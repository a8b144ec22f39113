/** Random numbers that are the same for the same seed, so that a walk that fails can be walked again (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A wire that loses, reorders and duplicates what it is given, or not, as long as `isBad`. */
export class Wire<Message> {
  isBad = true;
  readonly #random: () => number;
  #underWay: Message[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#underWay.length === 0;
  }

  send(message: Message): void {
    if (this.isBad && this.#random() < 0.2) return;
    this.#underWay.push(message);
    if (this.isBad && this.#random() < 0.2) this.#underWay.push(message);
  }

  /** What arrives next, if anything is under way. */
  arrive(): Message | undefined {
    const index = this.isBad ? Math.floor(this.#random() * this.#underWay.length) : 0;
    return this.#underWay.splice(index, 1)[0];
  }
}
