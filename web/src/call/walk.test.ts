// @vitest-environment node
// Two call machines walk at random over a wire that loses, reorders and duplicates.

import { expect, test } from "vitest";
import { Wire, randomOf } from "../testing/random.js";
import type { CallEffect, CallEvent, CallState, CallTimer } from "./state.js";
import { step } from "./step.js";

type Signal =
  | { type: "offer"; callId: string; again: boolean }
  | { type: "answer"; callId: string }
  | { type: "end" | "reject" | "timeout" };

const reached = new Set<string>();

/** Asked many thousand times. */
function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** One guest: a machine, its timers, and as much of a peer connection as the machine can notice. */
class Guest {
  state: CallState = { at: "idle" };
  partner!: Guest;
  timers = new Map<CallTimer, number>();
  ring: string | null = null;
  mediaOpen = false;
  peer: { callId: string; answered: boolean; told: "connected" | "disconnected" | null } | null = null;
  lines = 0;
  calls = 0;
  #offer: string | null = null;

  constructor(
    readonly isSmaller: boolean,
    readonly wire: Wire<Signal>,
    readonly clock: { now: number }
  ) {}

  tell(event: CallEvent): void {
    const before = this.state;
    const { state, effects } = step(before, event);
    this.state = state;
    if (event.type === "offer" && effects.some(({ type }) => type === "keep-offer")) this.#offer = event.callId;
    for (const effect of effects) this.#carryOut(effect);
    if (isCall(before) !== isCall(state) && isCall(state)) this.calls += 1;
    this.check(event);
  }

  #carryOut(effect: CallEffect): void {
    switch (effect.type) {
      case "open-media":
        this.mediaOpen = true;
        return;
      case "make-offer":
        insist(this.peer === null, "one peer connection at a time");
        this.peer = { callId: effect.callId, answered: false, told: null };
        return this.wire.send({ type: "offer", callId: effect.callId, again: false });
      case "make-answer":
        insist(this.peer === null, "one peer connection at a time");
        insist(this.#offer !== null, "an offer to answer");
        this.peer = { callId: this.#offer ?? "", answered: true, told: null };
        return this.wire.send({ type: "answer", callId: this.#offer ?? "" });
      case "repeat-offer":
        if (this.peer) this.wire.send({ type: "offer", callId: this.peer.callId, again: false });
        return;
      case "restart-ice":
        if (this.peer) this.wire.send({ type: "offer", callId: this.peer.callId, again: true });
        return;
      case "take-offer":
        if (this.peer) this.wire.send({ type: "answer", callId: this.peer.callId });
        return;
      case "take-answer":
        if (this.peer) this.peer.answered = true;
        return;
      case "drop-peer":
        this.peer = null;
        return;
      case "tear-down":
        this.peer = null;
        this.mediaOpen = false;
        this.#offer = null;
        return;
      case "say":
        return this.wire.send({ type: effect.signal });
      case "ring":
        this.ring = effect.ring;
        return;
      case "log":
        this.lines += 1;
        return;
      case "start-timer":
        this.timers.set(effect.timer, this.clock.now + effect.ms);
        return;
      case "stop-timer":
        this.timers.delete(effect.timer);
    }
  }

  hear(signal: Signal): void {
    const { now } = this.clock;
    if (signal.type === "offer") {
      this.tell({ ...signal, now, kind: "video", stayCaller: this.isSmaller });
    } else this.tell({ ...signal, now });
  }

  /** What a guest may do at this moment, by the buttons that it has. */
  choices(newId: () => string): CallEvent[] {
    const { now } = this.clock;
    switch (this.state.at) {
      case "idle":
        return [{ type: "preview", kind: "video" }];
      case "ended":
        return [{ type: "dismiss" }, { type: "preview", kind: "audio" }];
      case "preview":
        return [
          { type: "confirm", now, callId: newId() },
          { type: "confirm", now, callId: newId() },
          { type: "decline" },
        ];
      case "incoming":
        return [{ type: "accept", kind: "video" }, { type: "accept", kind: "audio" }, { type: "decline" }];
      case "in-call":
        return [
          { type: "set-mic", on: false },
          { type: "hang-up", now },
        ];
      default:
        return [{ type: "hang-up", now }];
    }
  }

  /** Whether both peer connections belong together, so that media can flow. */
  get fits(): boolean {
    const [mine, theirs] = [this.peer, this.partner.peer];
    return mine !== null && theirs !== null && mine.callId === theirs.callId && mine.answered && theirs.answered;
  }

  notice(): void {
    const { now } = this.clock;
    if (!this.peer) return;
    if (this.fits && this.peer.told !== "connected") {
      this.peer.told = "connected";
      this.tell({ type: "connected", now });
    } else if (!this.fits && this.peer.told === "connected") {
      this.peer.told = "disconnected";
      this.tell({ type: "disconnected", now });
    }
  }

  due(): void {
    for (const [timer, at] of this.timers) {
      if (at > this.clock.now || this.timers.get(timer) !== at) continue;
      this.timers.delete(timer);
      this.tell({ type: "timer", now: this.clock.now, timer });
    }
  }

  check(event: CallEvent): void {
    reached.add(this.state.at === "ended" ? `ended ${this.state.why}` : this.state.at);
    const { at } = this.state;
    const about = `${at} after ${event.type}`;
    const accepts = this.state.at === "preview" && this.state.purpose === "accept";
    insist((this.peer !== null) === isCall(this.state), `peer connection: ${about}`);
    if (at === "idle" || at === "ended" || at === "incoming") insist(!this.mediaOpen, `camera: ${about}`);
    if (at !== "incoming" && !accepts) insist(this.ring !== "incoming", `rings: ${about}`);
    insist((this.ring === "outgoing") === (at === "calling"), `ring back: ${about}`);
    const waits: Partial<Record<CallState["at"], CallTimer>> = {
      calling: "no-answer",
      incoming: "ring",
      connecting: "connect",
      reconnecting: "give-up",
    };
    const wait = accepts ? "ring" : waits[at];
    if (wait) insist(this.timers.has(wait), `nothing ends ${about}`);
    else insist(this.timers.size === 0, `timers left: ${about}`);
  }
}

const isCall = ({ at }: CallState) => ["calling", "connecting", "in-call", "reconnecting"].includes(at);

test.each(Array.from({ length: 200 }, (_, seed) => seed))(
  "walk %i: both calls end, and nothing impossible happens",
  (seed) => {
    const random = randomOf(seed);
    const clock = { now: 1 };
    const wires = [new Wire<Signal>(random), new Wire<Signal>(random)] as const;
    const ada = new Guest(true, wires[0], clock);
    const bob = new Guest(false, wires[1], clock);
    ada.partner = bob;
    bob.partner = ada;
    const guests = [ada, bob];
    const pick = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(random() * values.length)];
    let ids = 0;
    const newId = () => `call-${(ids += 1)}`;

    const turn = (acts: boolean) => {
      const guest = pick(guests) as Guest;
      const chance = random();
      if (acts && chance < 0.15) {
        const choice = pick(guest.choices(newId));
        if (choice) guest.tell(choice);
      } else if (chance < 0.25) {
        const media = {
          fault: null,
          mic: true,
          camera: true,
          microphoneId: null,
          cameraId: null,
          facing: "user",
        } as const;
        if (guest.mediaOpen) guest.tell({ type: "media", media });
      } else if (chance < 0.28) guest.tell({ type: "back", now: clock.now });
      else if (chance < 0.3 && guest.peer?.told === "connected") {
        guest.peer.told = "disconnected";
        guest.tell({ type: "disconnected", now: clock.now });
      } else {
        const signal = guest.wire.arrive();
        if (signal) guest.partner.hear(signal);
      }
      clock.now += Math.floor(random() * 1500);
      for (const one of guests) {
        one.due();
        one.notice();
      }
    };

    for (let turns = 0; turns < 400; turns += 1) turn(true);

    // Now they only put down what they hold in their hands. A call that stands may stand, until one of them hangs up.
    for (const guest of guests) if (guest.state.at === "preview") guest.tell({ type: "decline" });
    for (let turns = 0; turns < 300; turns += 1) turn(false);
    const standing = guests.map(({ state }) => state.at);
    expect(["idle", "ended", "in-call"]).toContain(standing[0]);
    expect(standing[0] === "in-call").toBe(standing[1] === "in-call");
    ada.tell({ type: "hang-up", now: clock.now });
    for (let turns = 0; turns < 300; turns += 1) turn(false);
    for (const guest of guests) {
      expect(["idle", "ended"]).toContain(guest.state.at);
      expect(guest.lines, "every call leaves a line").toBeGreaterThanOrEqual(guest.calls);
    }
  }
);

test("the walks have reached every state and every way a call ends", () => {
  const states = ["preview", "calling", "incoming", "connecting", "in-call", "reconnecting"];
  const ways = [
    "hung-up",
    "partner-hung-up",
    "declined",
    "no-answer",
    "missed",
    "cancelled",
    "connection-lost",
    "failed",
  ];
  expect([...reached]).toEqual(expect.arrayContaining([...states, ...ways.map((why) => `ended ${why}`)]));
});
