import type { Clock } from "./clock.js";
import { type Sample, qualityBetween, sampleOf } from "./quality.js";
import type { Quality } from "../call/state.js";

export interface PeerEvents {
  /** A description for the partner. `again`: not the first of this call. */
  description(description: RTCSessionDescriptionInit, again: boolean): void;
  candidate(candidate: RTCIceCandidateInit): void;
  state(state: "connected" | "disconnected" | "failed"): void;
  remoteTrack(track: MediaStreamTrack): void;
  partnerState(state: { mic: boolean; camera: boolean }): void;
  quality(quality: Quality): void;
}

const sampleMs = 2000;

/**
 * One peer connection, negotiated so that both sides may begin at any time: on a collision the polite side takes its
 * own offer back.
 * Source  W3C WebRTC 1.0, "Perfect negotiation example".
 */
export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #polite: boolean;
  readonly #events: PeerEvents;
  readonly #stopSampling: () => void;
  #channel: RTCDataChannel | null = null;
  #own = { mic: false, camera: false };
  #makingOffer = false;
  #ignoresOffer = false;
  #offers = 0;
  #told: string | null = null;
  #waiting: RTCIceCandidateInit[] = [];
  #closed = false;

  constructor(connection: RTCPeerConnection, polite: boolean, clock: Clock, events: PeerEvents) {
    this.#connection = connection;
    this.#polite = polite;
    this.#events = events;
    connection.onnegotiationneeded = () => void this.#negotiate();
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) events.candidate(candidate.toJSON());
    };
    connection.ontrack = ({ track }) => events.remoteTrack(track);
    connection.ondatachannel = ({ channel }) => {
      if (channel.label === "state") this.#useChannel(channel);
    };
    connection.onconnectionstatechange = () => this.#tellState();
    connection.oniceconnectionstatechange = () => this.#tellState();
    let before: Sample | null = null;
    this.#stopSampling = clock.every(sampleMs, async () => {
      if (connection.connectionState !== "connected") return;
      const after = sampleOf(await connection.getStats());
      if (before && !this.#closed) events.quality(qualityBetween(before, after));
      before = after;
    });
  }

  /** Begins a call: what is sent, and the channel that tells of microphone and camera. The offer follows by itself. */
  begin(tracks: readonly MediaStreamTrack[], kinds: readonly ("audio" | "video")[]): void {
    this.#useChannel(this.#connection.createDataChannel("state", { ordered: true }));
    this.#send(tracks, kinds);
  }

  /** Takes a call that the partner has begun. */
  async accept(
    offer: RTCSessionDescriptionInit,
    tracks: readonly MediaStreamTrack[],
    kinds: readonly ("audio" | "video")[]
  ): Promise<void> {
    this.#offers = 1;
    await this.#connection.setRemoteDescription(offer);
    this.#send(tracks, kinds);
    await this.#connection.setLocalDescription();
    this.#tellDescription(false);
    await this.#takeWaiting();
  }

  /** A description of a call under way: an answer, or an offer of either side's. */
  async take(description: RTCSessionDescriptionInit): Promise<void> {
    const connection = this.#connection;
    const isOffer = description.type === "offer";
    const collides = isOffer && (this.#makingOffer || connection.signalingState !== "stable");
    this.#ignoresOffer = !this.#polite && collides;
    if (this.#ignoresOffer) return;
    // An answer that comes twice, or too late, has nothing to answer.
    if (!isOffer && connection.signalingState !== "have-local-offer") return;
    await connection.setRemoteDescription(description);
    if (isOffer) {
      await connection.setLocalDescription();
      this.#tellDescription(true);
    }
    await this.#takeWaiting();
  }

  /** Candidates may come before the description that they belong to. */
  async takeCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.#connection.remoteDescription) return void this.#waiting.push(candidate);
    try {
      await this.#connection.addIceCandidate(candidate);
    } catch (error) {
      // Candidates of an offer that was ignored are of no use either, nor are those of an earlier attempt.
      if (!this.#ignoresOffer && this.#connection.signalingState !== "closed" && !isOutdated(error)) throw error;
    }
  }

  /** The offer once more, for a partner that may not have got it. */
  repeatOffer(): void {
    if (this.#connection.signalingState === "have-local-offer") this.#tellDescription(false);
    else void this.#negotiate();
  }

  restartIce(): void {
    // An offer that was never answered stands in the way of the next one.
    if (this.#connection.signalingState === "have-local-offer") this.#tellDescription(true);
    else this.#connection.restartIce();
  }

  /** Sends another track; a kind that was never sent before is negotiated. */
  async replace(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void> {
    const transceiver = this.#connection
      .getTransceivers()
      .find(({ receiver, currentDirection }) => receiver.track.kind === kind && currentDirection !== "stopped");
    if (transceiver) {
      await transceiver.sender.replaceTrack(track);
      // Assigning even the same value asks for a negotiation in some browsers.
      if (track && !transceiver.direction.startsWith("send")) transceiver.direction = "sendrecv";
    } else if (track) this.#connection.addTrack(track);
  }

  /** Tells the partner, now or as soon as the channel is open. */
  tellOwnState(state: { mic: boolean; camera: boolean }): void {
    this.#own = state;
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify(state));
  }

  close(): void {
    this.#closed = true;
    this.#stopSampling();
    const connection = this.#connection;
    connection.onnegotiationneeded = null;
    connection.onicecandidate = null;
    connection.ontrack = null;
    connection.ondatachannel = null;
    connection.onconnectionstatechange = null;
    connection.oniceconnectionstatechange = null;
    connection.close();
  }

  async #negotiate(): Promise<void> {
    if (this.#closed) return;
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      if (this.#closed || this.#connection.signalingState !== "have-local-offer") return;
      this.#tellDescription(this.#offers++ > 0);
    } finally {
      this.#makingOffer = false;
    }
  }

  #send(tracks: readonly MediaStreamTrack[], kinds: readonly ("audio" | "video")[]): void {
    const connection = this.#connection;
    for (const track of tracks) connection.addTrack(track);
    for (const kind of kinds) {
      const transceiver = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
      // Room for a microphone or camera that is switched on later, without another negotiation.
      if (!transceiver) connection.addTransceiver(kind, { direction: "sendrecv" });
      else if (transceiver.direction !== "sendrecv") transceiver.direction = "sendrecv";
    }
  }

  #tellDescription(again: boolean): void {
    const description = this.#connection.localDescription;
    if (description && !this.#closed) this.#events.description({ type: description.type, sdp: description.sdp }, again);
  }

  async #takeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const candidate of waiting) await this.takeCandidate(candidate);
  }

  #useChannel(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.onopen = () => this.tellOwnState(this.#own);
    channel.onmessage = ({ data }) => {
      const state = partnerStateOf(data);
      if (state) this.#events.partnerState(state);
    };
  }

  #tellState(): void {
    const { connectionState, iceConnectionState } = this.#connection;
    const states = [connectionState, iceConnectionState] as readonly string[];
    const state = states.includes("failed")
      ? "failed"
      : states.includes("disconnected")
        ? "disconnected"
        : connectionState === "connected"
          ? "connected"
          : null;
    if (state === null || state === this.#told) return;
    this.#told = state;
    this.#events.state(state);
  }
}

function isOutdated(error: unknown): boolean {
  return error instanceof DOMException && error.name === "OperationError";
}

function partnerStateOf(data: unknown): { mic: boolean; camera: boolean } | null {
  if (typeof data !== "string" || data.length > 1000) return null;
  try {
    const state = JSON.parse(data) as Partial<{ mic: unknown; camera: unknown }> | null;
    return typeof state?.mic === "boolean" && typeof state.camera === "boolean"
      ? { mic: state.mic, camera: state.camera }
      : null;
  } catch {
    return null;
  }
}
