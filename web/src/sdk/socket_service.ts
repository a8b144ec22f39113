import type { Socket, io as socketIo } from "socket.io-client";
import type { Ack, ClientEvents, ServerEvents } from "../../../contract/types/events.js";
import type {
  ActiveChat,
  CallKind,
  ConnectionEstablished,
  GuestRegister,
  GuestUpdate,
  History,
  IceCandidate,
  MatchRequest,
  Matched,
  OutgoingMessage,
  Reported,
  ReportRequest,
  RoomClosed,
  Sent,
  ServerError,
  SessionDescription,
  User,
} from "../../../contract/types/payloads.js";
import { answerGuards } from "../contract/guards.js";
import { callAll } from "./call_all.js";
import { type Clock, systemClock } from "./clock.js";
import { type Connection, longestDelay, reconnection } from "./connection.js";
import { Listeners } from "./listeners.js";
import { Mailer } from "./mailer.js";
import { Renewal, expiryOf, meansExpired } from "./renewal.js";
import type { RestClient } from "./rest_client.js";
import type { SessionStore } from "./session_store.js";
import { TypingThrottle } from "./typing.js";

export type ParleySocket = Socket<ServerEvents, ClientEvents>;

export interface SocketOptions {
  /** Origin of the server; empty for the page's own. */
  url: string;
  session: SessionStore;
  rest: RestClient;
  io: typeof socketIo;
  clock?: Clock;
  /** Where `guest:session:expired` and `guest:session:regenerated` are dispatched; the window, if there is one. */
  events?: EventTarget | null;
}

/** How long an answer may take before the question counts as lost. */
const answerMs = 10_000;
const heartbeatMs = 30_000;

type Question = Exclude<keyof ClientEvents, "chat:typing:start" | "chat:typing:stop">;

/** One guest's connection to the server: identity, reconnecting, and every event of the contract. */
export class SocketService {
  readonly #options: SocketOptions;
  readonly #clock: Clock;
  readonly #listeners = new Listeners();
  readonly #connectionListeners = new Set<(connected: boolean) => void>();
  readonly #stateListeners = new Set<(connection: Connection) => void>();
  readonly #chatListeners = new Set<(chat: ActiveChat | null) => void>();
  readonly #renewal: Renewal;
  readonly #mailer: Mailer;
  readonly #typing: TypingThrottle;
  readonly #webrtcSetups = new Set<(nothing: undefined) => void>();
  #socket: ParleySocket | null = null;
  #connection: Connection = { at: "offline", why: "never" };
  #user: User | null = null;
  #isSearching = false;
  #chat: ActiveChat | null = null;
  #stopTimers: (() => void)[] = [];

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const events = options.events === undefined ? browserWindow() : options.events;
    this.#renewal = new Renewal(options.rest, options.session, this.#clock, events);
    this.#mailer = new Mailer(
      options.session,
      this.#clock,
      () => this.isConnected,
      (message) => this.#ask("chat:message", message)
    );
    this.#typing = new TypingThrottle(this.#clock, (typing) =>
      this.#volatile(typing ? "chat:typing:start" : "chat:typing:stop")
    );
    options.rest.onTokenRefused = async () => {
      await this.handleTokenExpiration();
      return this.#options.session.token !== null;
    };
  }

  get connection(): Connection {
    return this.#connection;
  }

  get isConnected(): boolean {
    return this.#connection.at === "online";
  }

  get currentUser(): User | null {
    return this.#user;
  }

  /** The chat of this moment, as far as the server has told. */
  get activeChat(): ActiveChat | null {
    return this.#chat;
  }

  /** How many payloads were dropped because they had not the form of the contract. */
  get malformedPayloads(): number {
    return this.#listeners.malformed;
  }

  /** Messages that the server has not yet confirmed, those of an earlier page included. */
  get unconfirmed(): readonly string[] {
    return this.#mailer.pending.map(({ clientMessageId }) => clientMessageId);
  }

  getConnectionStatus(): boolean {
    return this.isConnected;
  }

  /** Opens a new connection in place of any other; throws when there is no token. */
  connect(guest?: User): ParleySocket {
    const { session } = this.#options;
    if (!session.token) throw new Error("There is no token: create a guest first");
    this.#user = guest ?? session.user;
    this.#close();
    const options = {
      // Asked for at every attempt, so that a refreshed token is used without a new socket.
      auth: (give: (auth: object) => void) => give({ token: session.token }),
      transports: ["websocket", "polling"],
      forceNew: true,
      ...reconnection,
    };
    const socket: ParleySocket = this.#options.url
      ? this.#options.io(this.#options.url, options)
      : this.#options.io(options);
    this.#socket = socket;
    this.#setupEventListeners(socket);
    this.#enter({ at: "connecting", attempt: 0 });
    return socket;
  }

  disconnect(): void {
    this.#isSearching = false;
    this.#close();
    this.#enterChat(null);
    this.#enter({ at: "offline", why: "signed-out" });
  }

  onConnectionChange(listener: (connected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  /** Like `onConnectionChange`, with everything there is to know. */
  onConnection(listener: (connection: Connection) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Told whenever a chat begins, goes on after a lost connection, or is over, whoever has ended it. */
  onChat(listener: (chat: ActiveChat | null) => void): () => void {
    this.#chatListeners.add(listener);
    return () => this.#chatListeners.delete(listener);
  }

  on<Event extends keyof ServerEvents>(event: Event, listener: ServerEvents[Event]): () => void {
    return this.#listeners.add(event, listener);
  }

  off<Event extends keyof ServerEvents>(event: Event, listener?: ServerEvents[Event]): void {
    this.#listeners.remove(event, listener);
  }

  /** `setup` is called now if connected, and on every connect. */
  setWebRTCListenersSetup(setup: () => void): () => void {
    this.#webrtcSetups.add(setup);
    if (this.isConnected) setup();
    return () => this.#webrtcSetups.delete(setup);
  }

  // matching

  /** Goes on until a partner is found or the search is cancelled, over lost connections and renewed sessions. */
  async requestMatch(wish: MatchRequest = {}): Promise<Ack> {
    this.#isSearching = true;
    const answer = await this.#ask("user:match", wish);
    // A search that was refused is not asked for again after a renewal; one whose answer was lost is.
    if (!answer.ok && answer.error.code !== "CONNECTION_FAILED") this.#isSearching = false;
    return answer;
  }

  cancelMatch(): Promise<Ack> {
    this.#isSearching = false;
    return this.#ask("user:match:cancel");
  }

  // chat

  /**
   * Queued while away and kept over a reload; tried again under the same `clientMessageId`, so it arrives once.
   * A reloaded page names the room it remembers; whether that chat goes on is known when the connection is up.
   */
  sendMessage(message: OutgoingMessage, roomId: string | null = this.#chat?.roomId ?? null): Promise<Ack<Sent>> {
    this.#typing.reset();
    if (!roomId) return Promise.resolve(refusal("You are not connected to any user", "NOT_IN_CHAT"));
    return this.#mailer.send(roomId, message);
  }

  /** Takes a message back that has not yet been sent. */
  forgetMessage(clientMessageId: string): void {
    this.#mailer.forget(clientMessageId);
  }

  confirmMessageDelivered(messageId: string): void {
    void this.#ask("chat:message:delivered", { messageId });
  }

  startTyping(): void {
    this.#typing.start();
  }

  stopTyping(): void {
    this.#typing.stop();
  }

  async history(afterSeq?: number): Promise<Ack<History>> {
    const answer = await this.#ask("chat:history", afterSeq === undefined ? {} : { afterSeq });
    return answer.ok && !answerGuards.history(answer) ? malformedAnswer() : answer;
  }

  leaveRoom(): Promise<Ack> {
    return this.#leave("leave-room");
  }

  clearChat(): Promise<Ack> {
    return this.#leave("chat:clear");
  }

  closeRoom(): Promise<Ack> {
    return this.#leave("close-room");
  }

  block(): Promise<Ack> {
    return this.#leave("user:block");
  }

  report(reason: ReportRequest["reason"], details?: string): Promise<Ack<Reported>> {
    return this.#ask("user:report", details ? { reason, details } : { reason });
  }

  // calls

  sendOffer(offer: SessionDescription, type: CallKind): Promise<Ack> {
    return this.#ask("webrtc:offer", { offer, type });
  }

  sendAnswer(answer: SessionDescription): Promise<Ack> {
    return this.#ask("webrtc:answer", { answer });
  }

  sendIceCandidate(candidate: IceCandidate): Promise<Ack> {
    return this.#ask("webrtc:ice-candidate", { candidate });
  }

  sendCallEnd(): Promise<Ack> {
    return this.#ask("webrtc:call-end");
  }

  sendCallReject(): Promise<Ack> {
    return this.#ask("webrtc:call-reject");
  }

  sendCallTimeout(): Promise<Ack> {
    return this.#ask("webrtc:call-timeout");
  }

  // presence and statistics

  requestStats(): void {
    void this.#ask("stats:request");
  }

  requestOnlineUsers(): void {
    void this.#ask("users:online:request");
  }

  requestPresenceUpdate(): void {
    void this.#ask("presence:request_update");
  }

  sendHeartbeat(): void {
    this.#volatile("presence:heartbeat", { timestamp: this.#clock.now() });
  }

  updateOnlineStatus(isOnline: boolean): void {
    this.#volatile("presence:online", { isOnline, timestamp: this.#clock.now() });
  }

  updateSearchingStatus(isSearching: boolean): void {
    this.#volatile("presence:searching", { isSearching });
  }

  registerGuestUser(guest: GuestRegister): void {
    void this.#ask("guest:register", guest);
  }

  updateGuestUser(guest: GuestUpdate): void {
    void this.#ask("guest:update", guest);
  }

  #setupEventListeners(socket: ParleySocket): void {
    const isCurrent = () => this.#socket === socket;
    socket.onAny((event: string, payload: unknown) => {
      if (!isCurrent()) return;
      if (!this.#listeners.accepts(event, payload)) return;
      this.#beforeListeners(event, payload);
      this.#listeners.tell(event, payload);
    });
    socket.on("disconnect", (reason) => {
      if (!isCurrent()) return;
      this.#stopAllTimers();
      this.#typing.reset();
      // A namespace disconnect tells the client to stay away; `error` has said why.
      if (reason === "io server disconnect") {
        if (this.#connection.at !== "offline") this.#enter({ at: "offline", why: "gave-up" });
      } else this.#wait(1);
    });
    socket.on("connect_error", (error) => {
      if (isCurrent()) this.#refused(socket, error);
    });
    socket.io.on("reconnect_attempt", (attempt) => {
      if (isCurrent()) this.#enter({ at: "connecting", attempt });
    });
    socket.io.on("reconnect_failed", () => {
      if (isCurrent()) this.#enter({ at: "offline", why: "gave-up" });
    });
  }

  /** What the service itself has to know, before anybody is told. */
  #beforeListeners(event: string, payload: unknown): void {
    switch (event) {
      case "connection:established":
        return this.#established(payload as ConnectionEstablished);
      case "error": {
        const { code } = payload as ServerError;
        if (code === "SESSION_REPLACED") this.#stayAway("replaced");
        if (code === "BANNED") this.#stayAway("banned");
        return;
      }
      case "user:matched":
        this.#isSearching = false;
        return this.#enterChat(payload as Matched);
      case "user:match:cancelled":
      case "user:match:error":
        this.#isSearching = false;
        return;
      case "chat:cleared":
      case "chat:clear:confirmed":
        return this.#enterChat(null);
      case "room:closed":
        // Chats outlive a restart of the server; whether this one has, it says after the next connect.
        if ((payload as RoomClosed).reason !== "server_shutdown") this.#enterChat(null);
    }
  }

  #established({ activeChat, userId }: ConnectionEstablished): void {
    const recovered = this.#connection.at === "connecting" && this.#connection.attempt > 0;
    if (this.#user && this.#user.id !== userId) this.#user = this.#options.session.user;
    this.#enterChat(activeChat);
    this.#startTimers();
    this.#enter({ at: "online", recovered, activeChat });
    callAll(this.#webrtcSetups, undefined);
    this.#mailer.resume();
    // A lost connection has ended the search at the server.
    if (this.#isSearching && !activeChat) void this.requestMatch();
  }

  #enterChat(chat: ActiveChat | null): void {
    this.#typing.reset();
    this.#mailer.enterRoom(chat?.roomId ?? null);
    this.#tellChat(chat);
  }

  #tellChat(chat: ActiveChat | null): void {
    const wasInChat = this.#chat !== null;
    this.#chat = chat;
    if (chat || wasInChat) callAll(this.#chatListeners, chat);
  }

  #refused(socket: ParleySocket, error: Error): void {
    const data = (error as Error & { data?: { code?: string; until?: string; retryAfterMs?: number } }).data;
    if (data?.code === "BANNED") return this.#stayAway("banned", data.until);
    if (data && (meansExpired(error.message) || data.code === "TOKEN_INVALID")) {
      void this.handleTokenExpiration();
      return;
    }
    // The library tries again by itself after a failed transport, but not after a refusal.
    if (data) {
      const attempt = this.#connection.at === "connecting" ? this.#connection.attempt + 1 : 1;
      const ms = data.retryAfterMs ?? longestDelay(attempt);
      this.#enter({ at: "waiting", attempt, retryAt: this.#clock.now() + ms });
      this.#stopTimers.push(
        this.#clock.after(ms, () => {
          if (this.#socket !== socket) return;
          this.#enter({ at: "connecting", attempt });
          socket.connect();
        })
      );
      return;
    }
    this.#wait(this.#connection.at === "connecting" ? this.#connection.attempt + 1 : 1);
  }

  /** One new session under the same name, however many notice at once that the old one is over. */
  async handleTokenExpiration(): Promise<void> {
    if (this.#renewal.isRunning) return void (await this.#renewal.renew());
    const wasSearching = this.#isSearching;
    const wasConnecting = this.#socket !== null;
    this.#close();
    this.#enterChat(null);
    this.#enter({ at: "connecting", attempt: 0 });
    const user = await this.#renewal.renew();
    if (!user) {
      this.#enter({ at: "offline", why: "expired" });
      return;
    }
    this.#isSearching = wasSearching;
    if (wasConnecting) this.connect(user);
    else this.#enter({ at: "offline", why: "never" });
  }

  #leave(event: "leave-room" | "chat:clear" | "close-room" | "user:block"): Promise<Ack> {
    this.#enterChat(null);
    return this.#ask(event);
  }

  /** Says something and waits for the answer; says nothing while away, where nobody would hear it in time. */
  #ask<Event extends Question>(event: Event, ...payload: Payload<Event>): Promise<AnswerTo<Event>> {
    const socket = this.#socket;
    if (!socket?.connected) return Promise.resolve(refusal("Not connected", "CONNECTION_FAILED") as AnswerTo<Event>);
    return new Promise((resolve) => {
      untyped(socket)
        .timeout(answerMs)
        .emit(event, ...payload, (error: Error | null, answer: unknown) =>
          resolve((error ? refusal("No answer", "CONNECTION_FAILED") : checked(answer)) as AnswerTo<Event>)
        );
    });
  }

  #volatile(event: keyof ClientEvents, payload?: object): void {
    const socket = this.#socket;
    if (!socket?.connected) return;
    untyped(socket).volatile.emit(event, ...(payload ? [payload] : []));
  }

  #startTimers(): void {
    this.#stopAllTimers();
    this.#stopTimers.push(this.#clock.every(heartbeatMs, () => this.sendHeartbeat()));
    this.#scheduleRefresh();
  }

  /** A new token of the same session while the old one is still good. */
  #scheduleRefresh(): void {
    const expiry = expiryOf(this.#options.session.token ?? "");
    if (expiry === null) return;
    const left = expiry - this.#clock.now();
    // A timer cannot be longer than about 24 days; the next connection asks again.
    const ms = Math.min(Math.max(left - Math.max(left / 10, 1000), 0), 2 ** 31 - 1);
    this.#stopTimers.push(
      this.#clock.after(ms, async () => {
        const answer = await this.#options.rest.refresh();
        if (!answer.ok) return;
        this.#options.session.save(answer.data.token, answer.data.user);
        this.#scheduleRefresh();
      })
    );
  }

  #stopAllTimers(): void {
    for (const stop of this.#stopTimers) stop();
    this.#stopTimers = [];
  }

  #wait(attempt: number): void {
    if (attempt > reconnection.reconnectionAttempts) return;
    this.#enter({ at: "waiting", attempt, retryAt: this.#clock.now() + longestDelay(attempt) });
  }

  #stayAway(why: "replaced" | "banned", until?: string): void {
    this.#close();
    // What is unsent stays here: the guest may take the session back.
    this.#tellChat(null);
    this.#enter({ at: "offline", why, ...(until ? { until } : {}) });
  }

  /** Nothing is sent from here: what is said while leaving would be heard after coming back. */
  #close(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#stopAllTimers();
    this.#typing.reset();
    socket?.offAny();
    socket?.disconnect();
  }

  #enter(connection: Connection): void {
    const wasConnected = this.isConnected;
    this.#connection = connection;
    callAll(this.#stateListeners, connection);
    if (wasConnected !== this.isConnected) callAll(this.#connectionListeners, this.isConnected);
  }
}

type Payload<Event extends Question> =
  Parameters<ClientEvents[Event]> extends [infer First, ...unknown[]]
    ? First extends ((...args: never[]) => unknown) | undefined
      ? []
      : [First]
    : [];
type AnswerTo<Event extends Question> = Parameters<NonNullable<Last<Parameters<ClientEvents[Event]>>>>[0];
type Last<List extends unknown[]> =
  Required<List> extends [...unknown[], infer Final]
    ? Final extends (...args: never[]) => unknown
      ? Final
      : never
    : never;

/** For the two places that pass on any event; their own parameters say what belongs to which. */
const untyped = (socket: ParleySocket) => socket as unknown as Socket;

function checked(answer: unknown): Ack<object> {
  const ack = answer as Ack<object> | null;
  if (ack?.ok === true) return ack;
  if (ack?.ok === false && typeof ack.error?.code === "string") return ack;
  return malformedAnswer();
}

function refusal(message: string, code: "CONNECTION_FAILED" | "NOT_IN_CHAT"): Ack<never> {
  return { ok: false, error: { message, code } };
}

const malformedAnswer = () => refusal("The answer cannot be read", "CONNECTION_FAILED");

function browserWindow(): EventTarget | null {
  return typeof window === "undefined" ? null : window;
}
