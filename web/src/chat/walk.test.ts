// @vitest-environment node
// Two chat machines walk at random over wires that lose, reorder and duplicate, past a server that keeps the contract.

import { expect, test } from "vitest";
import { Wire, randomOf } from "../testing/random.js";
import type { Body, ChatEffect, ChatEvent, ChatState, HistoryItem, MessageEntry } from "./state.js";
import { step } from "./step.js";

type Up = { type: "say"; key: string; body: Body } | { type: "confirm"; id: string } | { type: "ask-history" };
type Down = ChatEvent;

interface Kept {
  id: string;
  key: string;
  author: number;
  body: Body;
  delivered: number | null;
}

const names = ["Ada", "Grace"] as const;
const partnerOf = (index: number) => ({
  id: `guest_${1 - index}`,
  username: names[1 - index] ?? "",
  isGuest: true as const,
  location: null,
  gender: null,
  language: null,
});

/** What contract §8 asks of a server: one id for each clientMessageId, `sent` again for what is sent again. */
class Server {
  readonly kept: Kept[] = [];
  readonly down: readonly Wire<Down>[];
  #ids = 0;

  constructor(random: () => number) {
    this.down = [new Wire<Down>(random), new Wire<Down>(random)];
  }

  hear(from: number, message: Up, now: number): void {
    switch (message.type) {
      case "say": {
        let kept = this.kept.find(({ key, author }) => key === message.key && author === from);
        if (!kept) {
          kept = { id: `msg_${(this.#ids += 1)}`, key: message.key, author: from, body: message.body, delivered: null };
          this.kept.push(kept);
          this.#relay(kept, now);
        }
        this.down[from]?.send({ type: "sent", key: kept.key, id: kept.id });
        return;
      }
      case "confirm": {
        const kept = this.kept.find(({ id }) => id === message.id);
        if (!kept || kept.author === from || kept.delivered !== null) return;
        kept.delivered = now;
        this.down[kept.author]?.send({ type: "delivered", id: kept.id, when: now });
        return;
      }
      case "ask-history":
        this.down[from]?.send({ type: "history", now, items: this.kept.map((kept) => itemOf(kept, from)) });
    }
  }

  /** A guest whose connection was lost is back: it gets again what it has not confirmed. */
  welcome(guest: number, now: number): void {
    for (const kept of this.kept) {
      if (kept.author !== guest && kept.delivered === null) this.#relay(kept, now);
    }
  }

  #relay({ id, author, body }: Kept, now: number): void {
    this.down[1 - author]?.send({ type: "message", now, id, at: now, body });
  }
}

const itemOf = (kept: Kept, reader: number): HistoryItem => ({
  id: kept.id,
  mine: kept.author === reader,
  at: 0,
  body: kept.body,
  delivered: kept.delivered,
  clientMessageId: kept.author === reader ? kept.key : null,
});

class Guest {
  state: ChatState = { at: "none" };
  outbox = new Map<string, Body>();
  readonly up: Wire<Up>;

  constructor(
    readonly index: number,
    random: () => number
  ) {
    this.up = new Wire<Up>(random);
    this.open(1, null);
  }

  open(now: number, kept: { entries: readonly MessageEntry[]; draft: string; since: number } | null): void {
    this.tell({
      type: "opened",
      now,
      roomId: "room",
      me: `guest_${this.index}`,
      partner: partnerOf(this.index),
      confirmed: true,
      kept,
    });
  }

  tell(event: ChatEvent): void {
    const { state, effects } = step(this.state, event);
    this.state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (event.type === "sent") this.outbox.delete(event.key);
  }

  get messages(): readonly MessageEntry[] {
    return this.state.at === "open" ? this.state.entries.filter((entry) => entry.kind === "message") : [];
  }

  sayAgain(): void {
    for (const [key, body] of this.outbox) this.up.send({ type: "say", key, body });
  }

  /** The page is loaded again: what lives in the tab's storage is all that is left. */
  reload(now: number): void {
    const entries = this.messages;
    this.state = { at: "none" };
    this.outbox.clear();
    this.open(now, { entries, draft: "", since: 1 });
  }

  #carryOut(effect: ChatEffect): void {
    if (effect.type === "queue") {
      this.outbox.set(effect.key, effect.body);
      this.up.send({ type: "say", key: effect.key, body: effect.body });
    }
    if (effect.type === "unqueue") this.outbox.delete(effect.key);
    if (effect.type === "confirm") this.up.send({ type: "confirm", id: effect.id });
    if (effect.type === "ask-history") this.up.send({ type: "ask-history" });
  }
}

test.each(Array.from({ length: 200 }, (_, seed) => seed))("walk %i: no message is lost or doubled", (seed) => {
  const random = randomOf(seed);
  const server = new Server(random);
  const guests = [new Guest(0, random), new Guest(1, random)] as const;
  const said: string[][] = [[], []];
  let now = 1;

  const turn = (acts: boolean) => {
    now += 1;
    const guest = random() < 0.5 ? guests[0] : guests[1];
    const chance = random();
    if (acts && chance < 0.1) {
      const text = `${names[guest.index]} ${said[guest.index]?.length}`;
      said[guest.index]?.push(text);
      guest.tell({ type: "send", now, key: `${guest.index}-${text}`, body: { type: "text", text } });
    } else if (acts && chance < 0.13) guest.reload(now);
    else if (acts && chance < 0.17) {
      const pending = [...guest.outbox.keys()][0];
      if (pending) guest.tell({ type: "send-failed", now, key: pending, code: "RATE_LIMITED", retryAfterMs: 10 });
    } else if (chance < 0.25) {
      const failed = guest.messages.find(({ receipt }) => receipt?.at === "failed");
      if (failed) guest.tell({ type: "retry", now, key: failed.key });
    } else if (chance < 0.3) guest.sayAgain();
    else if (chance < 0.33) server.welcome(guest.index, now);
    else if (chance < 0.65) {
      const message = guest.up.arrive();
      if (message) server.hear(guest.index, message, now);
    } else {
      const event = server.down[guest.index]?.arrive();
      if (event) guest.tell(event);
    }
  };

  for (let turns = 0; turns < 600; turns += 1) turn(true);
  for (const wire of [...server.down, guests[0].up, guests[1].up]) wire.isBad = false;
  const drain = () => {
    while (guests.some(({ index, up }) => !up.isEmpty || !server.down[index]?.isEmpty)) {
      for (const guest of guests) {
        now += 1;
        const message = guest.up.arrive();
        if (message) server.hear(guest.index, message, now);
        const event = server.down[guest.index]?.arrive();
        if (event) guest.tell(event);
      }
    }
  };
  drain();
  // At last both try again what has failed and come back once more, which is when everything is put in order.
  for (const guest of guests) {
    for (const { key, receipt } of guest.messages)
      if (receipt?.at === "failed") guest.tell({ type: "retry", now, key });
    guest.sayAgain();
    server.welcome(guest.index, now);
  }
  drain();
  for (const guest of guests) guest.open(now, null);
  drain();

  for (const guest of guests) {
    const texts = guest.messages.map(({ body }) => (body.type === "text" ? body.text : ""));
    expect([...texts].sort()).toEqual([...said.flat()].sort());
    const own = guest.messages.filter(({ mine }) => mine);
    expect(own.map(({ body }) => body.type === "text" && body.text)).toEqual(said[guest.index]);
    for (const { receipt } of own) expect(receipt?.at).toBe("delivered");
    expect(guest.outbox.size).toBe(0);
    expect(new Set(guest.messages.map(({ key }) => key)).size).toBe(guest.messages.length);
  }
});
