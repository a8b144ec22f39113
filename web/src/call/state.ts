import type { CallKind } from "../../../contract/types/payloads.js";

export type Facing = "user" | "environment";

/** What stands between the guest and its camera or microphone. */
export type DeviceFault = "refused" | "not-found" | "in-use" | "unsupported";

/** Camera and microphone of one call, as the guest wants them and as they are. */
export interface Media {
  /** `asking`: the browser asks the guest. */
  at: "asking" | "ready";
  /** What failed; a call may go on without the camera, or only listening. */
  fault: { device: "camera" | "microphone" | "both"; why: DeviceFault } | null;
  mic: boolean;
  camera: boolean;
  microphoneId: string | null;
  cameraId: string | null;
  speakerId: string | null;
  facing: Facing;
}

export interface Device {
  id: string;
  label: string;
  kind: "microphone" | "camera" | "speaker";
}

export type Quality = "good" | "weak";

/** A call under way, from the first answer to the end. */
export interface Line {
  callId: string | null;
  kind: CallKind;
  /** Whether we called. */
  mine: boolean;
  media: Media;
  /** What the partner says of its devices; null as long as its client says nothing. */
  partner: { mic: boolean; camera: boolean } | null;
  quality: Quality;
}

export type CallEnd =
  | "hung-up"
  | "partner-hung-up"
  | "declined"
  /** We have declined. */
  | "refused"
  | "no-answer"
  | "missed"
  | "cancelled"
  | "connection-lost"
  | "partner-unavailable"
  | "chat-over"
  | "failed";

/** What the line says that a call leaves in the conversation. */
export type CallOutcome = "ended" | "declined" | "missed" | "no-answer" | "cancelled" | "failed";

export type CallState =
  /** `last`: the call that was here before; what is still under way of it changes nothing. */
  | { at: "idle"; last?: string | null }
  /** See yourself before others do: before calling and before accepting. */
  | {
      at: "preview";
      purpose: "call" | "accept";
      kind: CallKind;
      callId: string | null;
      media: Media;
      devices: readonly Device[];
    }
  | { at: "calling"; line: Line; since: number; devices: readonly Device[] }
  | { at: "incoming"; callId: string | null; kind: CallKind; since: number }
  | { at: "connecting"; line: Line; since: number; devices: readonly Device[] }
  | { at: "in-call"; line: Line; since: number; devices: readonly Device[] }
  /** The picture freezes; a note is worth showing after two seconds. */
  | { at: "reconnecting"; line: Line; since: number; lostAt: number; devices: readonly Device[] }
  | { at: "ended"; why: CallEnd; kind: CallKind; mine: boolean; durationMs: number; last?: string | null };

export type CallEvent =
  // what the guest does
  | { type: "preview"; kind: CallKind }
  /** Out of the preview. `callId` names the call if it is a new one. */
  | { type: "confirm"; now: number; callId: string }
  | { type: "accept"; kind: CallKind }
  | { type: "decline" }
  | { type: "hang-up"; now: number }
  | { type: "dismiss" }
  | { type: "set-mic"; on: boolean }
  | { type: "set-camera"; on: boolean }
  | { type: "flip-camera" }
  | { type: "choose-device"; kind: Device["kind"]; id: string }
  | { type: "retry-devices" }
  // what the devices say
  | { type: "media"; media: Omit<Media, "at" | "speakerId"> }
  | { type: "devices"; devices: readonly Device[] }
  // what the partner says
  /**
   * `again`        it belongs to a call that is already under way.
   * `stayCaller`   when both call at once we stay the caller: the guest with the smaller id does.
   */
  | { type: "offer"; now: number; callId: string | null; again: boolean; kind: CallKind; stayCaller: boolean }
  | { type: "answer"; now: number; callId: string | null }
  | { type: "end"; now: number }
  | { type: "reject"; now: number }
  | { type: "timeout"; now: number }
  | { type: "partner-state"; mic: boolean; camera: boolean }
  // what the server says
  | { type: "not-relayed"; now: number; code: string }
  /** Our connection to the server is back: what was said meanwhile has not been heard. */
  | { type: "back"; now: number }
  | { type: "chat-over"; now: number }
  // what the peer connection says
  | { type: "connected"; now: number }
  | { type: "disconnected"; now: number }
  | { type: "failed"; now: number }
  | { type: "quality"; quality: Quality }
  // what the clock says
  | { type: "timer"; now: number; timer: CallTimer };

export type CallTimer = "no-answer" | "ring" | "connect" | "restart" | "give-up";

export type CallEffect =
  | { type: "open-media"; kind: CallKind }
  | { type: "apply-mic"; on: boolean }
  | { type: "apply-camera"; on: boolean }
  | { type: "flip-camera" }
  | { type: "use-device"; kind: "microphone" | "camera"; id: string }
  /** A peer connection of our own, and an offer that names the call. */
  | { type: "make-offer"; callId: string; kind: CallKind }
  | { type: "repeat-offer" }
  /** The offer that has just come is kept until the guest accepts. */
  | { type: "keep-offer" }
  /** A peer connection for the kept offer, and the answer. */
  | { type: "make-answer" }
  /** What has just come belongs to the peer connection that there is. */
  | { type: "take-offer" }
  | { type: "take-answer" }
  | { type: "restart-ice" }
  /** The peer connection goes, camera and microphone stay. */
  | { type: "drop-peer" }
  | { type: "tear-down" }
  | { type: "say"; signal: "end" | "reject" | "timeout" }
  | { type: "ring"; ring: "incoming" | "outgoing" | null }
  | { type: "notify" }
  | { type: "sound"; sound: "connection-lost" | "call-ended" }
  | { type: "log"; call: CallKind; mine: boolean; outcome: CallOutcome; durationMs: number }
  | { type: "start-timer"; timer: CallTimer; ms: number }
  | { type: "stop-timer"; timer: CallTimer };
