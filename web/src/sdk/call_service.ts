import type { CallKind, CallOffer } from "../../../contract/types/payloads.js";
import type { CallEffect, CallEvent, CallState, CallTimer, Device } from "../call/state.js";
import { step } from "../call/step.js";
import { callAll } from "./call_all.js";
import { type Clock, Timers, systemClock } from "./clock.js";
import { newId } from "./ids.js";
import { LocalMedia } from "./local_media.js";
import { Peer } from "./peer.js";
import type { SocketService } from "./socket_service.js";

/** What a browser brings to a call; passed in, so that a program without one can tell what it lacks. */
export interface Rtc {
  connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  mediaDevices: MediaDevices | undefined;
  /** STUN and TURN, as the server hands them out; asked for before each call. */
  iceServers: () => Promise<RTCIceServer[]>;
  /** Streams are made here, one for each element that shows one. */
  stream: (tracks: MediaStreamTrack[]) => MediaStream;
}

/** What elements show. A stream changes only when its element has to be bound again. */
export interface CallStreams {
  readonly local: MediaStream | null;
  readonly remoteAudio: MediaStream | null;
  readonly remoteVideo: MediaStream | null;
}

/** What concerns others than the call itself. */
export type CallNews = Extract<CallEffect, { type: "ring" | "notify" | "sound" | "log" }>;

const noStreams: CallStreams = { local: null, remoteAudio: null, remoteVideo: null };

/** An offer or answer with what our own clients add to it; others ignore it, and its absence is understood. */
type Signed = RTCSessionDescriptionInit & { callId?: unknown; again?: unknown };

/** The browser's own, if it has what calls need. */
export function browserRtc(iceServers: Rtc["iceServers"]): Rtc | null {
  if (typeof RTCPeerConnection === "undefined" || typeof MediaStream === "undefined") return null;
  return {
    connect: (configuration) => new RTCPeerConnection(configuration),
    mediaDevices: navigator.mediaDevices,
    iceServers,
    stream: (tracks) => new MediaStream(tracks),
  };
}

/** Calls with the partner of the chat: carries out what the call machine decides. */
export class CallService {
  readonly #socket: SocketService;
  readonly #rtc: Rtc;
  readonly #clock: Clock;
  readonly #timers: Timers<CallTimer>;
  readonly #stateListeners = new Set<(state: CallState) => void>();
  readonly #streamListeners = new Set<(streams: CallStreams) => void>();
  readonly #newsListeners = new Set<(news: CallNews) => void>();
  readonly #removeListeners: (() => void)[] = [];
  #state: CallState = { at: "idle" };
  #streams: CallStreams = noStreams;
  #partner: string | null = null;
  #media: LocalMedia | null = null;
  #peer: Peer | null = null;
  /** What has just come, for the effects of the event that it came with. */
  #received: RTCSessionDescriptionInit | null = null;
  #offer: RTCSessionDescriptionInit | null = null;
  /** Candidates that came before there was a peer connection for them. */
  #early: { callId: unknown; candidate: RTCIceCandidateInit }[] = [];
  /** What is done to the peer connection is done one after the other. */
  #tasks: Promise<void> = Promise.resolve();

  constructor(socket: SocketService, rtc: Rtc, clock: Clock = systemClock) {
    this.#socket = socket;
    this.#rtc = rtc;
    this.#clock = clock;
    this.#timers = new Timers(clock, (timer) => this.#dispatch({ type: "timer", now: clock.now(), timer }));
    this.#listen();
  }

  get state(): CallState {
    return this.#state;
  }

  get streams(): CallStreams {
    return this.#streams;
  }

  onState(listener: (state: CallState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onStreams(listener: (streams: CallStreams) => void): () => void {
    this.#streamListeners.add(listener);
    return () => this.#streamListeners.delete(listener);
  }

  /** Ringing, sounds, and how each call has ended. */
  onNews(listener: (news: CallNews) => void): () => void {
    this.#newsListeners.add(listener);
    return () => this.#newsListeners.delete(listener);
  }

  /** Opens camera and microphone for the guest to see before anybody else does. */
  preview(kind: CallKind): void {
    if (this.#partner) this.#dispatch({ type: "preview", kind });
  }

  /** Out of the preview: call, or answer. */
  confirm(): void {
    this.#dispatch({ type: "confirm", now: this.#clock.now(), callId: newId() });
  }

  accept(kind: CallKind): void {
    this.#dispatch({ type: "accept", kind });
  }

  decline(): void {
    this.#dispatch({ type: "decline" });
  }

  hangUp(): void {
    this.#dispatch({ type: "hang-up", now: this.#clock.now() });
  }

  dismiss(): void {
    this.#dispatch({ type: "dismiss" });
  }

  setMic(on: boolean): void {
    this.#dispatch({ type: "set-mic", on });
  }

  setCamera(on: boolean): void {
    this.#dispatch({ type: "set-camera", on });
  }

  flipCamera(): void {
    this.#dispatch({ type: "flip-camera" });
  }

  chooseDevice(kind: Device["kind"], id: string): void {
    this.#dispatch({ type: "choose-device", kind, id });
  }

  retryDevices(): void {
    this.#dispatch({ type: "retry-devices" });
  }

  /** Ends whatever goes on, and listens no longer. */
  close(): void {
    this.hangUp();
    for (const remove of this.#removeListeners) remove();
    this.#tearDown();
  }

  #dispatch(event: CallEvent): void {
    const { state, effects } = step(this.#state, event);
    const changed = state !== this.#state;
    this.#state = state;
    if (changed) callAll(this.#stateListeners, state);
    for (const effect of effects) this.#carryOut(effect);
  }

  #listen(): void {
    const socket = this.#socket;
    const now = () => this.#clock.now();
    const fromPartner = (from: string, tell: () => void) => {
      if (from === this.#partner) tell();
    };
    this.#partner = socket.activeChat?.matchedUser.id ?? null;
    this.#removeListeners.push(
      socket.onChat((chat) => this.#enterChat(chat?.matchedUser.id ?? null)),
      socket.setWebRTCListenersSetup(() => this.#dispatch({ type: "back", now: now() })),
      socket.on("webrtc:offer", (offer) => fromPartner(offer.from, () => this.#takeOffer(offer))),
      socket.on("webrtc:answer", ({ answer, from }) =>
        fromPartner(from, () => {
          this.#received = descriptionOf(answer);
          this.#dispatch({ type: "answer", now: now(), callId: callIdOf(answer) });
        })
      ),
      socket.on("webrtc:ice-candidate", ({ candidate, from }) =>
        fromPartner(from, () => this.#takeCandidate(candidate as (RTCIceCandidateInit & { callId?: unknown }) | null))
      ),
      socket.on("webrtc:call-end", ({ from }) => fromPartner(from, () => this.#dispatch({ type: "end", now: now() }))),
      socket.on("webrtc:call-reject", ({ from }) =>
        fromPartner(from, () => this.#dispatch({ type: "reject", now: now() }))
      ),
      socket.on("webrtc:call-timeout", ({ from }) => {
        if (from === this.#partner || from === socket.currentUser?.id) this.#dispatch({ type: "timeout", now: now() });
      })
    );
  }

  #enterChat(partner: string | null): void {
    if (this.#partner === partner) return;
    this.#dispatch({ type: "chat-over", now: this.#clock.now() });
    this.#partner = partner;
    this.#early = [];
  }

  /** When both call at once, or both negotiate at once, the guest with the smaller id goes on. */
  get #staysCaller(): boolean {
    return (this.#socket.currentUser?.id ?? "") < (this.#partner ?? "");
  }

  #takeOffer({ offer, type }: CallOffer): void {
    this.#received = descriptionOf(offer);
    this.#dispatch({
      type: "offer",
      now: this.#clock.now(),
      callId: callIdOf(offer),
      again: (offer as Signed).again === true,
      kind: type,
      stayCaller: this.#staysCaller,
    });
  }

  #takeCandidate(signed: (RTCIceCandidateInit & { callId?: unknown }) | null): void {
    if (!signed) return;
    const { callId = null, ...candidate } = signed;
    const current = this.#callId;
    if (!this.#peer) {
      this.#early = [...this.#early.slice(-99), { callId, candidate }];
      return;
    }
    if (callId !== null && current !== null && callId !== current) return;
    this.#task((peer) => peer.takeCandidate(candidate));
  }

  get #callId(): string | null {
    const state = this.#state;
    return "line" in state ? state.line.callId : "callId" in state ? state.callId : null;
  }

  #carryOut(effect: CallEffect): void {
    switch (effect.type) {
      case "open-media":
        this.#media ??= this.#openMedia();
        return void this.#media.open(effect.kind);
      case "apply-mic":
        return this.#media?.setMic(effect.on);
      case "apply-camera":
        return this.#media?.setCamera(effect.on);
      case "flip-camera":
        return this.#media?.flip();
      case "use-device":
        return this.#media?.useDevice(effect.kind, effect.id);
      case "make-offer":
        return void this.#begin(effect.kind, null);
      case "make-answer":
        return void this.#begin(this.#kind, this.#offer);
      case "repeat-offer":
        return this.#task((peer) => peer.repeatOffer());
      case "keep-offer":
        this.#offer = this.#received;
        return;
      case "take-offer":
      case "take-answer": {
        const received = this.#received;
        return received ? this.#task((peer) => peer.take(received)) : undefined;
      }
      case "restart-ice":
        return this.#task((peer) => peer.restartIce());
      case "drop-peer":
        return this.#dropPeer();
      case "tear-down":
        return this.#tearDown();
      case "say":
        return void this.#say(effect.signal);
      case "start-timer":
        return this.#timers.start(effect.timer, effect.ms);
      case "stop-timer":
        return this.#timers.stop(effect.timer);
      default:
        callAll(this.#newsListeners, effect);
    }
  }

  get #kind(): CallKind {
    const state = this.#state;
    return "line" in state ? state.line.kind : "kind" in state ? state.kind : "audio";
  }

  #say(signal: "end" | "reject" | "timeout"): Promise<unknown> {
    switch (signal) {
      case "end":
        return this.#socket.sendCallEnd();
      case "reject":
        return this.#socket.sendCallReject();
      case "timeout":
        return this.#socket.sendCallTimeout();
    }
  }

  #openMedia(): LocalMedia {
    const media: LocalMedia = new LocalMedia(this.#rtc.mediaDevices, {
      report: (report) => {
        this.#dispatch({ type: "media", media: report });
        this.#peer?.tellOwnState({ mic: report.mic, camera: report.camera });
      },
      track: (kind, track) => {
        this.#task((peer) => peer.replace(kind, track));
        this.#showLocal(media);
      },
      devices: (devices) => this.#dispatch({ type: "devices", devices }),
    });
    return media;
  }

  #showLocal(media: LocalMedia): void {
    const { audio, video } = media.tracks;
    const tracks = [audio, video].filter((track) => track !== null);
    this.#show({ ...this.#streams, local: tracks.length > 0 ? this.#rtc.stream(tracks) : null });
  }

  #show(streams: CallStreams): void {
    this.#streams = streams;
    callAll(this.#streamListeners, streams);
  }

  /** Opens the peer connection: with an offer of our own, or for the partner's. */
  async #begin(kind: CallKind, offer: RTCSessionDescriptionInit | null): Promise<void> {
    const callId = this.#callId;
    // The call may end while the servers are asked for.
    const iceServers = await this.#rtc.iceServers().catch(() => []);
    const isOver = () => !("line" in this.#state) || this.#callId !== callId || this.#peer !== null;
    if (isOver()) return;
    const peer = new Peer(this.#rtc.connect({ iceServers }), !this.#staysCaller, this.#clock, {
      description: (description, again) => void this.#tellDescription(description, again, kind),
      candidate: (candidate) =>
        void this.#socket.sendIceCandidate(callId === null ? candidate : { ...candidate, callId }),
      state: (state) => this.#dispatch({ type: state, now: this.#clock.now() }),
      remoteTrack: (track) => this.#showRemote(track),
      partnerState: (state) => this.#dispatch({ type: "partner-state", ...state }),
      quality: (quality) => this.#dispatch({ type: "quality", quality }),
    });
    this.#peer = peer;
    const { audio = null, video = null } = this.#media?.tracks ?? {};
    const tracks = [audio, video].filter((track) => track !== null);
    const media = "line" in this.#state ? this.#state.line.media : null;
    peer.tellOwnState({ mic: media?.mic ?? false, camera: media?.camera ?? false });
    const kinds = kind === "video" ? (["audio", "video"] as const) : (["audio"] as const);
    if (offer) this.#task((current) => current.accept(offer, tracks, kinds));
    else peer.begin(tracks, kinds);
    const early = this.#early.filter((one) => one.callId === null || callId === null || one.callId === callId);
    this.#early = [];
    for (const { candidate } of early) this.#task((current) => current.takeCandidate(candidate));
  }

  async #tellDescription(description: RTCSessionDescriptionInit, again: boolean, kind: CallKind): Promise<void> {
    const callId = this.#callId;
    const signed: Signed = { ...description, ...(callId === null ? {} : { callId }), ...(again ? { again } : {}) };
    if (description.type === "answer") return void (await this.#socket.sendAnswer(signed));
    const relayed = await this.#socket.sendOffer(signed, kind);
    if (relayed.ok || this.#callId !== callId) return;
    this.#dispatch({ type: "not-relayed", now: this.#clock.now(), code: relayed.error.code });
  }

  #showRemote(track: MediaStreamTrack): void {
    const stream = this.#rtc.stream([track]);
    this.#show({ ...this.#streams, ...(track.kind === "audio" ? { remoteAudio: stream } : { remoteVideo: stream }) });
  }

  /** Does something to the peer connection of this moment, after everything that was begun before. */
  #task(use: (peer: Peer) => void | Promise<void>): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#tasks = this.#tasks.then(async () => {
      if (this.#peer !== peer) return;
      try {
        await use(peer);
      } catch {
        // What the peer connection cannot make sense of, it cannot go on with.
        if (this.#peer === peer) this.#dispatch({ type: "failed", now: this.#clock.now() });
      }
    });
  }

  #dropPeer(): void {
    this.#peer?.close();
    this.#peer = null;
  }

  /** The one place where a call is taken apart; doing it twice is silent. */
  #tearDown(): void {
    this.#dropPeer();
    this.#media?.close();
    this.#media = null;
    this.#offer = null;
    this.#received = null;
    this.#early = [];
    if (this.#streams !== noStreams) this.#show(noStreams);
  }
}

function descriptionOf(signed: object): RTCSessionDescriptionInit {
  const { type, sdp } = signed as RTCSessionDescriptionInit;
  return { type, ...(sdp === undefined ? {} : { sdp }) };
}

function callIdOf(signed: object): string | null {
  const { callId } = signed as Signed;
  return typeof callId === "string" ? callId : null;
}
