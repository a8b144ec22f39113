// Engine.IO 4 by hand: one request or one frame at a time, so that a test decides every step.

import http from "node:http";
import WebSocket from "ws";
import { Queue, until, within } from "./wait.mjs";

const separator = "\x1e";

/**
 * One HTTP request, by default over a connection of its own.
 * Resolves to `{ status, headers, body (Buffer), text }`; rejects when the connection breaks. The promise itself has
 * `sent`, which resolves once the request is on its way.
 */
export function request(server, target, { method = "GET", headers = {}, body, agent = false, signal } = {}) {
  let sent;
  const answer = new Promise((resolve, reject) => {
    const message = http.request(
      { host: server.host, port: server.port, path: target, method, headers, agent, signal },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const whole = Buffer.concat(chunks);
          resolve({ status: response.statusCode, headers: response.headers, body: whole, text: whole.toString() });
        });
      }
    );
    message.on("error", reject);
    sent = new Promise((resolveSent) => message.on("finish", resolveSent));
    message.end(body);
  });
  return Object.assign(within(answer, `the answer to ${method} ${target}`), { sent });
}

/** The target of an Engine.IO request. */
export function target(server, query) {
  return `${server.path}?${new URLSearchParams({ EIO: 4, ...query })}`;
}

/** One session over HTTP long-polling. */
export class PollingSession {
  static async open(server, { query = {}, ...options } = {}) {
    const response = await request(server, target(server, { transport: "polling", ...query }), options);
    if (response.status !== 200) throw new Error(`handshake refused: ${response.status} ${response.text}`);
    const packets = response.text.split(separator);
    return new PollingSession(server, response, JSON.parse(packets[0].slice(1)), packets.slice(1));
  }

  constructor(server, response, handshake, packets) {
    Object.assign(this, { server, response, handshake, sid: handshake.sid, waiting: packets });
  }

  get target() {
    return target(this.server, { transport: "polling", sid: this.sid });
  }

  /** A poll that the server has before anything sent afterwards. */
  async waitingPoll(options) {
    const answer = this.poll(options);
    answer.catch(() => {});
    await answer.sent;
    await this.post("6");
    return { answer };
  }

  poll(options) {
    return request(this.server, this.target, options);
  }

  /** Sends the packets in one payload; resolves to the response. */
  post(packets, options) {
    const body = Array.isArray(packets) ? packets.join(separator) : packets;
    const headers = { "Content-Type": "text/plain;charset=UTF-8", ...options?.headers };
    return request(this.server, this.target, { ...options, method: "POST", headers, body });
  }

  /** The next packet, polling as often as needed. */
  async next(what = "a packet by polling") {
    while (!this.waiting.length) {
      const response = await within(this.poll(), what);
      if (response.status !== 200) throw new Error(`poll refused: ${response.status} ${response.text}`);
      this.waiting.push(...response.text.split(separator));
    }
    return this.waiting.shift();
  }

  async take(count) {
    const packets = [];
    while (packets.length < count) packets.push(await this.next());
    return packets;
  }

  websocket() {
    return WebSocketPeer.open(this.server, { sid: this.sid });
  }

  /** Upgrades to a WebSocket as clients do: probe, let the poll end, commit. */
  async upgrade() {
    const peer = await this.websocket();
    peer.send("2probe");
    const pong = await peer.next("the pong of the probe");
    if (pong !== "3probe") throw new Error(`expected 3probe, got ${pong}`);
    peer.send("5");
    return peer;
  }
}

/** Anything that talks WebSocket to the server, message by message: text as string, binary as Buffer. */
export class WebSocketPeer {
  /** Connects and waits for the 101; the handshake packet is left to be read. */
  static open(server, query = {}, options = {}) {
    const peer = new WebSocketPeer(server, query, options);
    return within(peer.opened, "the WebSocket to open").then(() => peer);
  }

  constructor(server, query = {}, options = {}) {
    this.messages = new Queue();
    const address = `${server.wsUrl}${target(server, { transport: "websocket", ...query })}`;
    this.socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 0, ...options });
    this.socket.on("message", (data, binary) => this.messages.push(binary ? data : data.toString()));
    this.socket.on("upgrade", (response) => (this.response = response));
    this.closed = new Promise((resolve) =>
      this.socket.on("close", (code, reason) => {
        this.messages.end(new Error(`the WebSocket closed with ${code} instead of giving a message`));
        resolve({ code, reason: reason.toString() });
      })
    );
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.opened.catch(() => {});
  }

  send(data) {
    this.socket.send(data);
  }

  next(what = "a message over the WebSocket", ms) {
    return this.messages.next(what, ms);
  }

  async take(count) {
    const messages = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** The code the server closed with. */
  async closeCode() {
    return (await within(this.closed, "the WebSocket to close")).code;
  }

  close() {
    this.socket.close();
    return within(this.closed, "the WebSocket to close");
  }
}

/** A session over WebSocket from the start; `handshake` is the open packet. */
export async function openWebSocketSession(server, { query, ...options } = {}) {
  const peer = await WebSocketPeer.open(server, query, options);
  peer.handshake = JSON.parse((await peer.next("the open packet")).slice(1));
  peer.sid = peer.handshake.sid;
  return peer;
}

/** Resolves once the server no longer knows a session that polls. A noop is what a session may get at any time. */
export function pollingSessionEnds(session) {
  return until(async () => {
    const response = await session.post("6");
    return response.status === 400 && JSON.parse(response.text || "{}").code === 1;
  }, "the session has ended");
}

/** Resolves once a WebSocket was refused or closed without a message: whether before or after the 101 is the server's choice. */
export async function turnedAway(server, query, options) {
  const peer = new WebSocketPeer(server, query, options);
  await within(peer.closed, "the WebSocket to be turned away");
  if (peer.messages.left.length) throw new Error(`it was greeted with ${peer.messages.left[0]}`);
}

/** The status and body with which a WebSocket handshake is refused. */
export function refusedUpgrade(server, query, options) {
  const peer = new WebSocketPeer(server, query, options);
  const refusal = new Promise((resolve, reject) => {
    peer.opened.then(
      () => reject(new Error("the WebSocket opened")),
      () => {}
    );
    peer.socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more) => (text += more));
      const done = () => resolve({ status: response.statusCode, headers: response.headers, text });
      response.on("end", done).on("error", done);
    });
  });
  return within(refusal, "the refusal of the WebSocket");
}
