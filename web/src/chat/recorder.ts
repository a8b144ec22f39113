/** Held down, or started with one tap (or Space) and then left alone. */
export type RecordingHow = "hold" | "tap";

export type RecorderFailure =
  | "permission-refused"
  | "no-device"
  | "in-use"
  | "unsupported"
  | "too-short"
  | "network"
  | "rate-limited"
  | "refused";

export interface Recording {
  url: string;
  mime: string;
  size: number;
  durationMs: number;
  waveform: readonly number[];
}

export type RecorderState =
  | { at: "idle" }
  | { at: "asking"; how: RecordingHow }
  /** The level of the microphone is in a store of its own (`Parley.level`), for it changes many times a second. */
  | { at: "recording"; since: number; how: RecordingHow; limitMs: number }
  /** The recorder has been told to stop and its last bytes are awaited. */
  | { at: "stopping"; then: "review" | "send" }
  | { at: "review"; recording: Recording }
  | { at: "sending"; recording: Recording; percent: number }
  /** With a recording, sending it can be tried again. */
  | { at: "failed"; why: RecorderFailure; recording: Recording | null };

export type RecorderEvent =
  | { type: "start"; how: RecordingHow }
  /** From held to hands-free. */
  | { type: "lock" }
  /** `send`: a held button was let go; `review`: stop and listen first. */
  | { type: "stop"; then: "review" | "send" }
  | { type: "send" }
  | { type: "cancel" }
  | { type: "granted"; now: number }
  | { type: "refused"; why: RecorderFailure }
  | { type: "recorded"; recording: Recording }
  | { type: "progress"; percent: number }
  | { type: "uploaded" }
  | { type: "failed"; why: RecorderFailure }
  | { type: "limit-reached" };

export type RecorderEffect =
  | { type: "open-microphone" }
  | { type: "stop-recording" }
  | { type: "discard" }
  | { type: "upload-recording" };
