import type { ReportReason } from "./state.js";
import type { ChatMessage, MatchedUser, RoomClosed } from "../../../contract/types/payloads.js";
import type { Signal } from "../app/signals.js";
import { type Store, type WritableStore, createStore } from "../app/store.js";
import { type Clock, Timers } from "../sdk/clock.js";
import { newId } from "../sdk/ids.js";
import type { RestClient } from "../sdk/rest_client.js";
import type { SessionStore } from "../sdk/session_store.js";
import type { SocketService } from "../sdk/socket_service.js";
import type { Body, CallEntry, ChatEffect, ChatEnd, ChatEvent, ChatState, ChatTimer } from "./state.js";
import { step } from "./step.js";
import { Transcript } from "./transcript.js";
import { Uploads } from "./uploads.js";
import { bodyOf, contentOf, historyItem, timeOf } from "./wire.js";

export interface ChatDriverOptions {
  service: SocketService;
  rest: RestClient;
  session: SessionStore;
  clock: Clock;
  /** Origin of the server; empty for the page's own. */
  base: string;
  store?: WritableStore<ChatState>;
  onSignal: (signal: Signal) => void;
}

const endOf: Record<Exclude<RoomClosed["reason"], "server_shutdown">, ChatEnd> = {
  user_disconnected: "partner-lost",
  partner_offline: "partner-lost",
  room_closed: "partner-closed",
  session_ended: "partner-left",
};

/** Carries out what the chat machine decides, and tells it what happens on the connection. */
export class ChatDriver {
  readonly #options: ChatDriverOptions;
  readonly #service: SocketService;
  readonly #clock: Clock;
  readonly #store: WritableStore<ChatState>;
  readonly #transcript: Transcript;
  readonly #timers: Timers<ChatTimer>;
  readonly #uploads: Uploads;
  /** The server has said that it is being started again. */
  #serverRestarts = false;

  constructor(options: ChatDriverOptions) {
    this.#options = options;
    this.#service = options.service;
    this.#clock = options.clock;
    this.#store = options.store ?? createStore<ChatState>({ at: "none" });
    this.#transcript = new Transcript(options.session, this.#clock);
    this.#timers = new Timers(this.#clock, (timer) => this.dispatch({ type: "timer", now: this.#now(), timer }));
    this.#uploads = new Uploads(options.rest, options.base, (event) => this.dispatch({ type: "attachment", event }));
    this.#listen();
  }

  get store(): Store<ChatState> {
    return this.#store;
  }

  dispatch(event: ChatEvent): void {
    const { state, effects } = step(this.#store.getSnapshot(), event);
    this.#store.set(state);
    this.#transcript.keep(state);
    for (const effect of effects) this.#carryOut(effect);
  }

  open(roomId: string, partner: MatchedUser, resumed: boolean): void {
    const kept = this.#transcript.read();
    this.#serverRestarts = false;
    this.#options.session.rememberPartner({ id: partner.id, username: partner.username });
    this.dispatch({
      type: "opened",
      now: this.#now(),
      roomId,
      me: this.#service.currentUser?.id ?? this.#options.session.user?.id ?? "",
      partner,
      confirmed: true,
      kept: kept?.roomId === roomId ? kept : resumed ? { entries: [], draft: "", since: this.#now() } : null,
    });
  }

  /** Shows what an earlier page has kept, until the server says whether that chat goes on. */
  restore(): void {
    const kept = this.#transcript.read();
    if (!kept || this.#store.getSnapshot().at === "open") return;
    const { roomId, me, partner } = kept;
    this.dispatch({ type: "opened", now: this.#now(), roomId, me, partner, confirmed: false, kept });
  }

  /** False when nothing is left that the guest could read. */
  close(why: "next" | "home" | "renewed" | "not-there"): boolean {
    this.#options.session.rememberPartner(null);
    switch (why) {
      // The server leaves the chat by itself when a search begins.
      case "next":
        this.dispatch({ type: "dismissed" });
        break;
      case "home":
        this.dispatch({ type: "leave" });
        break;
      default: {
        const lost = why === "not-there" && this.#serverRestarts;
        this.#serverRestarts = false;
        this.dispatch({ type: "closed", now: this.#now(), why: lost ? "server-restart" : why });
      }
    }
    return this.#store.getSnapshot().at === "open";
  }

  send(body: Body, key: string = newId()): void {
    this.dispatch({ type: "send", now: this.#now(), key, body });
  }

  /** The draft, and the picked files before it. */
  sendDraft(): void {
    const chat = this.#store.getSnapshot();
    if (chat.at !== "open") return;
    this.dispatch({ type: "attachment", event: { type: "send" } });
    this.send({ type: "text", text: chat.draft });
  }

  pick(files: Iterable<File>): void {
    if (this.#store.getSnapshot().at === "open") this.#uploads.pick(files);
  }

  report(reason: ReportReason, details: string): void {
    this.dispatch({ type: "report", reason, details });
  }

  addCall(entry: Omit<CallEntry, "kind" | "key" | "at">): void {
    this.dispatch({
      type: "call-over",
      entry: { kind: "call", key: newId(), at: this.#now(), ...entry },
    });
  }

  /** Writes down what has to outlive the page, at once. */
  flush(): void {
    this.#transcript.flush();
  }

  #now(): number {
    return this.#clock.now();
  }

  #listen(): void {
    const service = this.#service;
    const fromPartner = (id: string, event: ChatEvent) => {
      const chat = this.#store.getSnapshot();
      if (chat.at === "open" && chat.partner.id === id) this.dispatch(event);
    };
    const now = () => this.#now();
    service.on("chat:message", (message) => fromPartner(message.senderId, this.#received(message)));
    service.on("chat:message:sent", ({ clientMessageId, messageId }) => {
      if (clientMessageId) this.dispatch({ type: "sent", key: clientMessageId, id: messageId });
    });
    service.on("chat:message:delivered", ({ messageId, timestamp }) =>
      this.dispatch({ type: "delivered", id: messageId, when: timeOf(timestamp, now()) })
    );
    service.on("chat:typing:start", ({ userId }) =>
      fromPartner(userId, { type: "partner-typing", typing: true, now: now() })
    );
    service.on("chat:typing:stop", ({ userId }) =>
      fromPartner(userId, { type: "partner-typing", typing: false, now: now() })
    );
    service.on("presence:user_offline", ({ userId }) => fromPartner(userId, { type: "partner-away", now: now() }));
    service.on("presence:user_online", ({ userId }) => fromPartner(userId, { type: "partner-back" }));
    service.on("chat:cleared", ({ userId }) =>
      fromPartner(userId, { type: "closed", now: now(), why: "partner-left" })
    );
    service.on("room:closed", ({ userId, reason }) => {
      // Chats outlive a restart; whether this one has, the server says after the next connect.
      if (reason === "server_shutdown") this.#serverRestarts = true;
      else fromPartner(userId, { type: "closed", now: now(), why: endOf[reason] ?? "partner-left" });
    });
    service.onConnection(({ at }) => {
      if (at === "waiting" || at === "offline") this.dispatch({ type: "away", now: now() });
    });
  }

  #received({ id, type, content, timestamp }: ChatMessage): ChatEvent {
    const body = bodyOf(type, content, this.#options.base);
    return { type: "message", now: this.#now(), id, at: timeOf(timestamp, this.#now()), body };
  }

  #carryOut(effect: ChatEffect): void {
    switch (effect.type) {
      case "queue":
        return void this.#deliver(effect.key, effect.body, effect.at);
      case "unqueue":
        return this.#service.forgetMessage(effect.key);
      case "confirm":
        return this.#service.confirmMessageDelivered(effect.id);
      case "typing":
        return effect.on ? this.#service.startTyping() : this.#service.stopTyping();
      case "leave-room":
        return void this.#service.leaveRoom();
      case "block-partner":
        return void this.#service.block();
      case "report-partner":
        return void this.#service
          .report(effect.reason, effect.details)
          .then(({ ok }) => this.dispatch({ type: "reported", ok }));
      case "ask-history":
        return void this.#askHistory();
      case "tell-message":
        return this.#tellMessage(effect.from, effect.body);
      case "start-timer":
        return this.#timers.start(effect.timer, effect.ms);
      case "stop-timer":
        return this.#timers.stop(effect.timer);
      case "upload":
        return void this.#upload(effect.key, effect.caption);
      case "cancel-upload":
        return this.#uploads.cancel(effect.key);
      case "forget-file":
        return this.#uploads.forget(effect.key);
    }
  }

  async #deliver(key: string, body: Body, at: number): Promise<void> {
    const chat = this.#store.getSnapshot();
    if (chat.at !== "open") return;
    const answer = await this.#service.sendMessage(
      { type: body.type, content: contentOf(body), clientMessageId: key, timestamp: new Date(at).toISOString() },
      chat.roomId
    );
    if (answer.ok) this.dispatch({ type: "sent", key, id: answer.messageId });
    else {
      const { code, retryAfterMs = null } = answer.error;
      this.dispatch({ type: "send-failed", now: this.#now(), key, code, retryAfterMs });
    }
  }

  async #askHistory(): Promise<void> {
    const before = this.#store.getSnapshot();
    const answer = await this.#service.history();
    const chat = this.#store.getSnapshot();
    if (!answer.ok || before.at !== "open" || chat.at !== "open" || chat.roomId !== before.roomId) return;
    const items = answer.messages.map((message) => historyItem(message, chat.me, this.#options.base));
    this.dispatch({ type: "history", now: this.#now(), items });
  }

  async #upload(key: string, caption: string): Promise<void> {
    const chat = this.#store.getSnapshot();
    if (chat.at !== "open") return;
    const body = await this.#uploads.upload(key, caption, chat.roomId);
    const after = this.#store.getSnapshot();
    // Under the same key, so that what is uploaded becomes one message and no more.
    if (body && after.at === "open" && after.roomId === chat.roomId) this.send(body, key);
  }

  #tellMessage(from: string, body: Body): void {
    this.#options.onSignal({ type: "sound", sound: "message" });
    const text = body.type === "text" ? body.text : body.type === "file" ? body.name : "";
    this.#options.onSignal({ type: "notify", about: "message", from, text });
  }
}
