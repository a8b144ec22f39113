// One guest as its client sees the server: it remembers every event, in order, until a test asks for it.

import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { faultOfAck, faultOfEvent } from "../../support/contract.mjs";

const patienceMs = 5000;

export class Guest {
  #unread = [];
  #waiting = new Set();

  /** `account` is what POST /api/guest gave: `{ token, user }`. */
  constructor(server, account) {
    this.server = server;
    this.token = account.token;
    this.user = account.user;
    this.id = account.user.id;
    this.name = account.user.username;
    /** Every event since the first connect, oldest first: `{ event, payload, args }`. */
    this.seen = [];
  }

  /** Opens a socket with this guest's token and waits for `connection:established`. */
  async connect(options = {}) {
    this.open(options);
    this.established = await this.next("connection:established");
    return this;
  }

  /** Opens a socket and waits for nothing. */
  open(options = {}) {
    const socket = io(this.server.url, {
      auth: { token: this.token },
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      ca: this.server.ca,
      ...options,
    });
    this.socket = socket;
    socket.onAny((event, ...args) => this.#hear(event, args));
    socket.on("connect_error", (error) => this.#hear("connect_error", [error]));
    socket.on("disconnect", (reason) => this.#hear("disconnect", [reason]));
    return this;
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  /** Emits and resolves to what the server acknowledged, which must be what the contract allows. */
  async ask(event, ...args) {
    let answer;
    try {
      answer = await this.socket.timeout(patienceMs).emitWithAck(event, ...args);
    } catch {
      throw new Error(`${this.name}: no acknowledgement of ${event}; unread: ${this.#describeUnread()}`);
    }
    this.server.requireNoFault(faultOfAck(event, answer));
    return answer;
  }

  /** The payload of the oldest unread event of that name for which `wanted` holds; waits for it if need be. */
  async next(event, wanted = () => true, withinMs = patienceMs) {
    const payload = await this.#next(event, wanted, withinMs);
    this.server.requireNoFault();
    return payload;
  }

  #next(event, wanted, withinMs) {
    const matches = (entry) => entry.event === event && wanted(...entry.args);
    const at = this.#unread.findIndex(matches);
    if (at >= 0) return Promise.resolve(this.#unread.splice(at, 1)[0].payload);
    return new Promise((resolve, reject) => {
      const waiter = { matches, resolve };
      this.#waiting.add(waiter);
      waiter.timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new Error(`${this.name}: ${event} did not come; unread: ${this.#describeUnread()}`));
      }, withinMs);
    });
  }

  /** What came and was not asked for. The statistics broadcast reaches everyone at any time and is left out. */
  unread() {
    return this.#unread.filter(({ event }) => event !== "realtime:stats");
  }

  forget() {
    this.#unread = [];
  }

  /** The names of the events seen from `start` on, without the statistics broadcast. */
  order(start = 0) {
    return this.seen
      .slice(start)
      .map(({ event }) => event)
      .filter((event) => event !== "realtime:stats");
  }

  /** This guest's record as the server tells it to whoever knows the session id. */
  async record() {
    const answer = await this.server.request("GET", `/api/guest/${this.user.sessionId}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.user;
  }

  /** False from the moment the client begins to go, before the server can know. */
  get present() {
    return this.socket.connected && this.socket.io.engine.readyState === "open";
  }

  disconnect() {
    this.socket?.disconnect();
  }

  #hear(event, args) {
    this.server.noteFault(faultOfHeard(event, args));
    const entry = { event, args, payload: args[0] };
    this.seen.push(entry);
    for (const waiter of this.#waiting) {
      if (!waiter.matches(entry)) continue;
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(entry.payload);
      return;
    }
    this.#unread.push(entry);
  }

  #describeUnread() {
    return JSON.stringify(this.unread().map(({ event, payload }) => [event, payload])) || "nothing";
  }
}

/** What is wrong with something that the client library reports; what it says of its own accord is left out. */
function faultOfHeard(event, args) {
  if (event === "disconnect") return undefined;
  if (event !== "connect_error") return faultOfEvent(event, args);
  // Only what came in CONNECT_ERROR has data; a connection that failed has none.
  const [error] = args;
  return "data" in error ? faultOfEvent(event, [{ message: error.message, data: error.data }]) : undefined;
}

/** Resolves once `holds` does; for states of the server that no event announces. */
export async function eventually(what, holds, withinMs = patienceMs) {
  const giveUp = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > giveUp) throw new Error(`not so after ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Resolves when everything these guests sent has been acted on and everything sent to them has arrived.
 * Two rounds: the first ends when all their earlier events are done, the second carries the results to everyone.
 */
export async function settle(...guests) {
  for (let round = 0; round < 2; ++round) {
    await Promise.all(
      guests.map(async (guest) => {
        await guest.ask("chat:message:delivered", { messageId: "msg_0_unknownmessage" });
        await guest.ask("presence:heartbeat", {});
      }),
    );
  }
}

/** Settles, then requires that no guest has been told anything it did not ask for. */
export async function nothingMore(...guests) {
  await settle(...guests);
  for (const guest of guests) {
    assert.deepEqual(
      guest.unread().map(({ event, payload }) => [event, payload]),
      [],
      `${guest.name} was told something unexpected`,
    );
  }
}
