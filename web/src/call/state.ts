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

export type CallState =
  | { at: "idle" }
  /** See yourself before others do: before calling and before accepting. */
  | { at: "preview"; purpose: "call" | "accept"; kind: CallKind; callId: string | null; media: Media; devices: readonly Device[] }
  | { at: "calling"; line: Line; since: number; devices: readonly Device[] }
  | { at: "incoming"; callId: string | null; kind: CallKind; since: number }
  | { at: "connecting"; line: Line; since: number; devices: readonly Device[] }
  | { at: "in-call"; line: Line; since: number; devices: readonly Device[] }
  /** The picture freezes; a note is worth showing after two seconds. */
  | { at: "reconnecting"; line: Line; since: number; lostAt: number; devices: readonly Device[] }
  | { at: "ended"; why: CallEnd; kind: CallKind; mine: boolean; durationMs: number };
