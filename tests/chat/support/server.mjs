// A chat server of its own for each test: nothing a test leaves behind can reach the next one.

import assert from "node:assert/strict";
import { startBinary } from "../../support/process.mjs";
import { Guest, eventually, settle } from "./guest.mjs";
import { request } from "./http.mjs";
import { secret } from "./tokens.mjs";

const environment = {
  HOST: "127.0.0.1",
  PORT: "0",
  PARLEY_ENV: "development",
  JWT_SECRET: secret,
  WORKERS: process.env.PARLEY_WORKERS ?? "2",
  CORS_ORIGIN: "http://localhost:3000",
  // Limits have tests of their own; here they would only get in the way.
  RATE_LIMIT_MAX_REQUESTS: "1000000",
  UPLOAD_RATE_LIMIT_MAX: "1000000",
  SOCKET_RATE_LIMIT_MAX: "0",
  DISCONNECT_GRACE_MS: "0",
  STATS_INTERVAL_MS: "100",
  LOG_LEVEL: "info",
};

/**
 * Starts a chat server that ends, with exit code 0, when the test `t` does. With TLS in `env`, `ca` is the certificate
 * that its clients trust.
 */
export async function startChat(t, env = {}, ca = undefined) {
  const server = new ChatServer(await launch(env), env.TLS_CERT_FILE ? "https" : "http", ca);
  t.after(() => server.close());
  return server;
}

/** Starts the binary and resolves when it listens; rejects with its output when it ends instead. */
export const launch = (env = {}) =>
  startBinary({ binary: "parley", env: { ...environment, ...env }, ready: /LISTENING (\d+)\n/ });

export class ChatServer {
  #guests = [];
  #faults = [];

  constructor(binary, scheme = "http", ca = undefined) {
    this.binary = binary;
    this.ca = ca;
    this.url = `${scheme}://127.0.0.1:${binary.port}`;
  }

  request(method, target, options) {
    return request(this.url, method, target, { ca: this.ca, ...options });
  }

  /** A guest that has a token and no socket. */
  async account(profile = {}) {
    const answer = await this.request("POST", "/api/guest", { json: profile });
    assert.equal(answer.status, 201, answer.text);
    const guest = new Guest(this, answer.body.data);
    this.#guests.push(guest);
    return guest;
  }

  /** A connected guest; a string is short for `{ username }`. */
  async guest(profile = {}, options = {}) {
    const account = await this.account(typeof profile === "string" ? { username: profile } : profile);
    return account.connect(options);
  }

  /** A second client of the same guest, not yet connected. */
  twin(guest) {
    const twin = new Guest(this, { token: guest.token, user: guest.user });
    this.#guests.push(twin);
    return twin;
  }

  /** Two new guests in a chat, with nothing left unread. */
  async pair(first = "Ada", second = "Grace", options = {}) {
    const a = await this.guest(first, options);
    const b = await this.guest(second, options);
    await match(a, b);
    return [a, b];
  }

  /** Remembers that a guest has been told something that the contract does not allow. */
  noteFault(fault) {
    if (fault) this.#faults.push(fault);
  }

  /** Everything the server has told its guests so far is what the contract allows. */
  requireNoFault(fault) {
    this.noteFault(fault);
    assert.deepEqual(this.#faults, [], "the server breaks the contract");
  }

  /** Resolves when the server has taken note that this guest is away. */
  offline(guest) {
    return eventually(`${guest.name} is offline`, async () => !(await guest.record()).isOnline);
  }

  /** Closes the sockets of all guests and stops the server, which must end well. */
  async close() {
    for (const guest of this.#guests) guest.disconnect();
    const end = await this.binary.stop();
    const lastWords = this.binary.stderr.slice(-4000);
    assert.deepEqual(end, { code: 0, signal: null, killed: false }, `the server did not end well\n${lastWords}`);
    this.requireNoFault();
  }
}

/** Matches two guests that nobody else is in the queue with; resolves to their room id. */
export async function match(waiting, requester) {
  waiting.emit("user:match");
  await waiting.next("user:match:no_users");
  requester.emit("user:match");
  const [{ roomId }] = await Promise.all([requester.next("user:matched"), waiting.next("user:matched")]);
  for (const guest of [waiting, requester]) {
    await guest.next("room:user_joined");
    await guest.next("room:user_joined");
    await guest.next("user:match:searching");
  }
  await settle(waiting, requester);
  return roomId;
}
