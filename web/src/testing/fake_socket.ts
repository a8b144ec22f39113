import type { io } from "socket.io-client";
import type { ConnectionEstablished } from "../../../contract/types/payloads.js";

type Callback = (...args: never[]) => void;

/** What a client has said, with the acknowledgement that it waits for. */
export interface Said {
  event: string;
  payload: unknown;
  volatile: boolean;
  answer: (answer: unknown) => void;
  /** The answer does not come in time. */
  lose: () => void;
}

/** A socket of socket.io-client as far as the service uses it; the test plays library and server. */
export class FakeSocket {
  connected = false;
  closed = false;
  said: Said[] = [];
  readonly io = { on: (event: string, callback: Callback) => this.#listen(this.#manager, event, callback) };
  readonly #listeners = new Map<string, Callback[]>();
  readonly #manager = new Map<string, Callback[]>();
  #any: ((event: string, payload: unknown) => void)[] = [];

  constructor(readonly auth: (give: (auth: { token: string }) => void) => void) {}

  /** The token that the library would connect with at this moment. */
  get token(): string {
    let token = "";
    this.auth((auth) => (token = auth.token));
    return token;
  }

  on(event: string, callback: Callback): void {
    this.#listen(this.#listeners, event, callback);
  }

  onAny(callback: (event: string, payload: unknown) => void): void {
    this.#any.push(callback);
  }

  offAny(): void {
    this.#any = [];
  }

  connect(): void {
    this.closed = false;
  }

  disconnect(): void {
    this.connected = false;
    this.closed = true;
  }

  timeout() {
    return { emit: (event: string, ...args: unknown[]) => this.#say(event, args, false) };
  }

  get volatile() {
    return { emit: (event: string, ...args: unknown[]) => this.#say(event, args, true) };
  }

  /** The names of what was said. */
  get names(): string[] {
    return this.said.map(({ event }) => event);
  }

  last(event: string): Said {
    const said = this.said.findLast((one) => one.event === event);
    if (!said) throw new Error(`${event} was not said`);
    return said;
  }

  // the server's part

  welcome(about: Partial<ConnectionEstablished> = {}): void {
    this.connected = true;
    this.hears("connection:established", {
      userId: "guest_1",
      username: "Ada",
      socketId: "s",
      isGuest: true,
      sessionId: "secret",
      activeChat: null,
      isSearching: false,
      serverTime: "2026-01-01T00:00:00.000Z",
      ...about,
    });
  }

  hears(event: string, payload: unknown): void {
    for (const callback of [...this.#any]) callback(event, payload);
  }

  drop(reason = "transport close"): void {
    this.connected = false;
    this.#call(this.#listeners, "disconnect", reason);
  }

  refuse(message: string, data?: object): void {
    this.#call(this.#listeners, "connect_error", Object.assign(new Error(message), data ? { data } : {}));
  }

  tries(event: "reconnect_attempt" | "reconnect_failed", attempt = 1): void {
    this.#call(this.#manager, event, attempt);
  }

  #say(event: string, args: unknown[], volatile: boolean): void {
    const ack = args.at(-1);
    const answers = typeof ack === "function" ? (ack as (error: Error | null, answer?: unknown) => void) : () => {};
    this.said.push({
      event,
      payload: typeof args[0] === "function" ? undefined : args[0],
      volatile,
      answer: (answer) => answers(null, answer),
      lose: () => answers(new Error("operation has timed out")),
    });
  }

  #listen(listeners: Map<string, Callback[]>, event: string, callback: Callback): void {
    listeners.set(event, [...(listeners.get(event) ?? []), callback]);
  }

  #call(listeners: Map<string, Callback[]>, event: string, ...args: unknown[]): void {
    for (const callback of listeners.get(event) ?? []) (callback as (...args: unknown[]) => void)(...args);
  }
}

/** In place of `io`: every connection that is asked for, in order. */
export function fakeIo(): { io: typeof io; sockets: FakeSocket[]; options: Record<string, unknown>[] } {
  const sockets: FakeSocket[] = [];
  const options: Record<string, unknown>[] = [];
  const connect = (...args: [string, object] | [object]) => {
    const given = args.at(-1) as Record<string, unknown> & { auth: FakeSocket["auth"] };
    const socket = new FakeSocket(given.auth);
    options.push(given);
    sockets.push(socket);
    return socket;
  };
  return { io: connect as unknown as typeof io, sockets, options };
}
