// One guest who stays for a long time: it searches, talks, calls, leaves, loses its connection and comes back, as
// chance has it, and holds everything it hears against what it and its partner have done.

import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { request } from "../../chat/support/http.mjs";

/** How long anything may take that the server owes a guest. */
const patienceMs = 20_000;

export class Dweller {
  #socket = null;
  #chat = null;
  #searching = false;
  /** The deed that is under way. */
  doing = null;

  /** `town` knows all dwellers by id and counts what happens; see Town. */
  constructor(town, name) {
    this.town = town;
    this.name = name;
  }

  get id() {
    return this.account.user.id;
  }
  get chatting() {
    return this.#chat !== null;
  }

  /** Gets an identity and a socket. */
  async arrive() {
    const answer = await request(this.town.url, "POST", "/api/guest", { json: { username: this.name } });
    assert.equal(answer.status, 201, answer.text);
    this.account = answer.body.data;
    this.town.dwellers.set(this.id, this);
    await this.#connect();
  }

  /** Does one thing, chosen by chance among those that make sense now. */
  act() {
    // Who has left waits until the server has heard of it: what was on its way still belongs to the old chat.
    if (this.doing || this.#chat?.leaving) return;
    const weights = this.#chat ? inChat : this.#searching ? searching : alone;
    const total = weights.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.town.dice(total);
    const [, deed] = weights.find(([weight]) => (left -= weight) < 0);
    this.doing = deed;
    Promise.resolve(deeds[deed](this))
      .catch((error) => this.town.fault(this, `${deed}: ${error.message}`))
      .finally(() => (this.doing = null));
    this.town.count(deed);
  }

  /** What the partner has not heard yet of what the server has confirmed. */
  owed() {
    return this.#unsettled(({ id, heard }) => id && !heard);
  }
  /** What the server has neither confirmed nor refused, or not reported delivered. */
  pending() {
    return this.#unsettled(({ id, excused }) => !id || !excused);
  }
  /** How many messages the server has confirmed in this chat, once nothing is pending. */
  said() {
    return this.#chat?.next ?? 0;
  }
  #unsettled(which) {
    return this.#chat ? [...this.#chat.said.values()].filter(which).length : 0;
  }

  goAway() {
    this.#socket.disconnect();
  }

  // Connections

  async #connect() {
    const socket = io(this.town.url, {
      auth: { token: this.account.token },
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
    });
    this.#socket = socket;
    const established = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no connection:established")), patienceMs);
      socket.once("connect_error", (error) => (clearTimeout(timer), reject(error)));
      socket.once("connection:established", (payload) => (clearTimeout(timer), resolve(payload)));
    });
    socket.onAny((event, payload) => {
      if (socket !== this.#socket) return;
      const hear = heard[event];
      if (!hear) return this.town.fault(this, `heard ${event} ${JSON.stringify(payload)}`);
      try {
        hear(this, payload);
      } catch (error) {
        this.town.fault(this, `${event} ${JSON.stringify(payload)}: ${error.message}`);
      }
    });
    socket.on("disconnect", (reason) => {
      if (reason !== "io client disconnect" && reason !== "forced close" && socket === this.#socket) {
        this.town.fault(this, `lost its connection: ${reason}`);
      }
    });
    await established;
  }

  /** The transport goes away, as in a tunnel; the guest is back after `ms`. */
  async loseConnection(ms) {
    this.#searching = false;
    // What was confirmed may be reported while nobody listens.
    for (const message of this.#chat?.said.values() ?? []) message.excused = true;
    const old = this.#socket;
    this.#socket = null;
    old.io.engine.close();
    await pause(ms);
    await this.#connect();
  }

  async leaveAndComeBack() {
    this.#endChat();
    this.#searching = false;
    const old = this.#socket;
    this.#socket = null;
    old.disconnect();
    await pause(this.town.dice(1000));
    await this.#connect();
  }

  async refreshToken() {
    const answer = await request(this.town.url, "POST", "/api/guest/refresh", { token: this.account.token });
    assert.equal(answer.status, 200, answer.text);
    this.account.token = answer.body.data.token;
  }

  /** A second socket of the same guest takes the place of the first. */
  async openAnotherWindow() {
    for (const message of this.#chat?.said.values() ?? []) message.excused = true;
    const old = this.#socket;
    await this.#connect();
    await until(() => !old.connected, "the older window is closed");
  }

  /** The session ends for good, and somebody new comes in its place. */
  async startAnew() {
    this.#endChat();
    this.#searching = false;
    const old = this.#socket;
    this.#socket = null;
    const answer = await request(this.town.url, "DELETE", "/api/guest/me", { token: this.account.token });
    assert.equal(answer.status, 200, answer.text);
    old.disconnect();
    this.town.dwellers.delete(this.id);
    await this.arrive();
  }

  established({ activeChat }) {
    if (!activeChat) return this.#endChat();
    // It may have been matched at the very moment at which its connection was lost.
    this.#chat ??= newChat(activeChat);
    assert.equal(activeChat.matchedUser.id, this.#chat.partner);
    this.#chat.resumed = true;
    this.town.count("chats resumed");
    // What was not confirmed may not have reached the server: the same again, in the same order.
    for (const [number, message] of this.#chat.said) if (!message.id) this.#send(this.#chat, number);
  }

  // Matching

  search() {
    this.#searching = true;
    if (this.#chat) this.#chat.leaving = true;
    this.#socket.emit("user:match");
  }
  cancel() {
    this.#socket.emit("user:match:cancel");
  }
  cancelled() {
    this.#searching = false;
  }
  matched(match) {
    assert.ok(this.#searching && !this.#chat, "matched without a search");
    this.#searching = false;
    this.#chat = newChat(match);
    this.town.count("matched");
  }

  leave(event) {
    this.#chat.leaving = true;
    this.#socket.emit(event);
  }
  #endChat() {
    this.#chat = null;
  }
  partnerGone(userId) {
    if (this.#chat?.partner === userId) this.#endChat();
  }
  someoneLeft(userId) {
    if (userId === this.id) this.#endChat();
  }

  // Messages. Each says whose it is, for whom, and the how-manieth of this chat: none can be lost, doubled or strayed.

  say() {
    const chat = this.#chat;
    const number = chat.next++;
    chat.said.set(number, { id: null, heard: false, excused: false });
    this.#send(chat, number);
  }

  #send(chat, number) {
    const content = [this.id, chat.partner, number].join(" ");
    const payload = { type: "text", content, clientMessageId: `m${number}` };
    this.#socket.emit("chat:message", payload, ({ ok, messageId, error }) => {
      if (ok) this.#confirmed(chat, number, messageId);
      else this.#refused(chat, number, error.code).catch(({ message }) => this.town.fault(this, message));
    });
  }

  #confirmed(chat, number, id) {
    const message = chat.said.get(number);
    if (!message || message.id === id) return;
    if (message.id) this.town.fault(this, `${number} was confirmed as ${message.id} and ${id}`);
    message.id = id;
    this.town.count("messages sent");
  }

  async #refused(chat, number, code) {
    chat.said.delete(number);
    assert.ok(code === "NOT_IN_CHAT" || code === "PARTNER_UNAVAILABLE", `a message was refused: ${code}`);
    // The partner has left while the message was on its way.
    await until(() => this.#chat !== chat, "a chat ends in which a message was refused");
  }

  sent({ messageId, clientMessageId }) {
    const chat = this.#chat;
    const message = chat?.said.get(Number(clientMessageId.slice(1)));
    if (message?.id) assert.equal(messageId, message.id);
  }

  message({ id, senderId, content }) {
    const chat = this.#chat;
    assert.ok(chat && senderId === chat.partner, "a message outside the chat with its author");
    const [author, recipient, number] = content.split(" ");
    assert.deepEqual([author, recipient], [senderId, this.id], "a message that has strayed");
    if (chat.known.has(id)) {
      assert.ok(chat.resumed, "a message given twice");
    } else {
      assert.equal(Number(number), chat.due, "a message is missing before this one");
      chat.due += 1;
      chat.known.add(id);
      this.town.count("messages heard");
    }
    this.#socket.emit("chat:message:delivered", { messageId: id });
    this.town.dwellers.get(author)?.heardBy(this.id, Number(number));
  }

  /** Told by the partner itself, not by the server. */
  heardBy(partner, number) {
    const message = this.#chat?.partner === partner && this.#chat.said.get(number);
    if (message) message.heard = true;
  }

  delivered({ messageId }) {
    if (!this.#chat) return;
    const found = [...this.#chat.said].find(([, { id }]) => id === messageId);
    assert.ok(found, "the delivery of an unknown message");
    const [number, message] = found;
    assert.ok(message.heard, "reported delivered before the partner had it");
    this.town.count("messages delivered");
    // A second report would be of an unknown message.
    this.#chat.said.delete(number);
  }

  typing() {
    this.#socket.emit(this.town.dice(2) ? "chat:typing:start" : "chat:typing:stop");
  }

  /** A call from offer to end, as far as the server has a part in it. */
  async call() {
    this.#socket.emit("webrtc:offer", { offer: { type: "offer", sdp: "v=0 ".repeat(300) }, type: "audio" });
    await pause(1000);
    if (this.#chat) this.#socket?.emit("webrtc:call-end");
  }
  offered({ from }) {
    this.fromPartner(from);
    this.#socket.emit("webrtc:answer", { answer: { type: "answer", sdp: "v=0 ".repeat(300) } });
    for (const candidate of ["one", "two"]) this.#socket.emit("webrtc:ice-candidate", { candidate: { candidate } });
    this.town.count("calls heard");
  }
  fromPartner(id) {
    assert.equal(id, this.#chat?.partner, "somebody outside the chat");
  }

  /** A file for the partner, who would fetch it by its address and must find the same bytes. */
  async share() {
    const chat = this.#chat;
    const bytes = Buffer.alloc(1000 + this.town.dice(60_000), this.id);
    const form = new FormData();
    form.set("filename", "note.txt");
    form.set("fileType", "document");
    form.set("fileSize", String(bytes.length));
    form.set("roomId", chat.roomId);
    form.set("file", new Blob([bytes], { type: "text/plain" }), "note.txt");
    const headers = { authorization: `Bearer ${this.account.token}` };
    const answer = await fetch(`${this.town.url}/api/files/upload`, { method: "POST", headers, body: form });
    const { success, message, data } = await answer.json();
    if (!success) {
      // Only the end of the chat may come between, and be told after the answer.
      assert.equal(answer.status, 403, message);
      await until(() => this.#chat !== chat, "an upload is refused, and its chat is over");
      return;
    }
    this.town.count("uploads");
    const file = await fetch(data.tempUrl);
    const fetched = Buffer.from(await file.arrayBuffer());
    if (file.status === 404) {
      await until(() => this.#chat !== chat, "a file is gone, and so is its chat");
      return;
    }
    assert.ok(fetched.equals(bytes), "a file has changed");
    this.town.count("downloads");
  }
}

/** One chat as one of its two knows it: what it has said, by number, and what it has heard. */
const newChat = ({ matchedUser, roomId }) => ({
  partner: matchedUser.id,
  roomId,
  said: new Map(),
  next: 0,
  due: 0,
  known: new Set(),
  resumed: false,
  leaving: false,
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds, what) {
  const end = Date.now() + patienceMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not so within ${patienceMs} ms: ${what}`);
    await pause(20);
  }
}

const alone = [
  [60, "search"],
  [2, "refresh the token"],
  [2, "lose the connection for long"],
];
const searching = [
  [20, "wait"],
  [2, "cancel"],
  [1, "lose the connection"],
];
const inChat = [
  [200, "say"],
  [30, "typing"],
  [8, "call"],
  [8, "share"],
  [6, "leave"],
  [4, "next"],
  [2, "close the room"],
  [8, "lose the connection"],
  [3, "lose the connection for long"],
  [3, "open another window"],
  [2, "leave and come back"],
  [3, "refresh the token"],
  [1, "start anew"],
];

/** What a guest can do. */
const deeds = {
  say: (guest) => guest.say(),
  wait: () => {},
  search: (guest) => guest.search(),
  next: (guest) => guest.search(),
  cancel: (guest) => guest.cancel(),
  typing: (guest) => guest.typing(),
  call: (guest) => guest.call(),
  share: (guest) => guest.share(),
  leave: (guest) => guest.leave(guest.town.dice(2) ? "leave-room" : "chat:clear"),
  "close the room": (guest) => guest.leave("close-room"),
  "lose the connection": (guest) => guest.loseConnection(guest.town.dice(guest.town.graceMs / 2)),
  "lose the connection for long": (guest) => guest.loseConnection(guest.town.graceMs * 2),
  "open another window": (guest) => guest.openAnotherWindow(),
  "leave and come back": (guest) => guest.leaveAndComeBack(),
  "refresh the token": (guest) => guest.refreshToken(),
  "start anew": (guest) => guest.startAnew(),
};

/** Everything a guest may hear. What is not here is a fault. */
const ignored = () => {};
const heard = {
  "connection:established": (guest, payload) => guest.established(payload),
  "user:match:searching": ignored,
  "user:match:no_users": ignored,
  "user:match:cancelled": (guest) => guest.cancelled(),
  "user:matched": (guest, payload) => guest.matched(payload),
  "room:user_joined": ignored,
  "room:user_left": (guest, { userId }) => guest.someoneLeft(userId),
  "chat:clear:confirmed": ignored,
  "chat:cleared": (guest, { userId }) => guest.partnerGone(userId),
  "room:closed": (guest, { userId }) => guest.partnerGone(userId),
  "presence:user_offline": ignored,
  "presence:user_online": ignored,
  "chat:message:sent": (guest, payload) => guest.sent(payload),
  "chat:message": (guest, payload) => guest.message(payload),
  "chat:message:delivered": (guest, payload) => guest.delivered(payload),
  // The acknowledgement says the same, and to which message.
  "chat:error": ignored,
  "chat:typing:start": (guest, { userId }) => guest.fromPartner(userId),
  "chat:typing:stop": (guest, { userId }) => guest.fromPartner(userId),
  "webrtc:offer": (guest, payload) => guest.offered(payload),
  "webrtc:answer": (guest, { from }) => guest.fromPartner(from),
  "webrtc:ice-candidate": (guest, { from }) => guest.fromPartner(from),
  "webrtc:call-end": (guest, { from }) => guest.fromPartner(from),
  "webrtc:call-timeout": ignored,
  // A signal may cross with the end of the chat it belongs to, or its partner may be away.
  "webrtc:error": (_, { code }) => assert.ok(["NOT_IN_CHAT", "PARTNER_UNAVAILABLE"].includes(code), code),
  "realtime:stats": ignored,
};
