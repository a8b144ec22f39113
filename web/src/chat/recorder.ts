import type { Step } from "../app/step.js";

/** Held down, or started with one tap (or Space) and then left alone. */
export type RecordingHow = "hold" | "tap";

export type RecorderFailure =
  "permission-refused" | "no-device" | "in-use" | "unsupported" | "too-short" | "network" | "rate-limited" | "refused";

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
  { type: "open-microphone" } | { type: "stop-recording" } | { type: "discard" } | { type: "upload-recording" };

/** Shorter than this is a slip of the finger. */
export const shortestMs = 500;

/**
 * A voice note, from the microphone to the server.
 *
 *   idle ─► asking ─► recording ─► stopping ─► review ─► sending ─► idle
 *                                        └──────send──────▲  └─► failed ─► sending
 */
export function stepRecorder(state: RecorderState, event: RecorderEvent): Step<RecorderState, RecorderEffect> {
  const stay = { state, effects: [] };
  if (event.type === "cancel") return state.at === "idle" ? stay : to({ at: "idle" }, { type: "discard" });
  switch (state.at) {
    case "idle":
    case "failed":
      if (event.type === "start") {
        return to({ at: "asking", how: event.how }, { type: "discard" }, { type: "open-microphone" });
      }
      if (event.type === "send" && state.at === "failed" && state.recording) return send(state.recording);
      return stay;
    case "asking":
      if (event.type === "granted") {
        return to({ at: "recording", since: event.now, how: state.how, limitMs: voiceLimitMs });
      }
      if (event.type === "refused") {
        return to({ at: "failed", why: event.why, recording: null }, { type: "discard" });
      }
      // Let go before the microphone was open: nothing was said.
      return event.type === "stop" ? to({ at: "idle" }, { type: "discard" }) : stay;
    case "recording":
      if (event.type === "lock") return to({ ...state, how: "tap" });
      if (event.type === "stop") return to({ at: "stopping", then: event.then }, { type: "stop-recording" });
      if (event.type === "limit-reached") return to({ at: "stopping", then: "review" }, { type: "stop-recording" });
      return event.type === "refused"
        ? to({ at: "failed", why: event.why, recording: null }, { type: "discard" })
        : stay;
    case "stopping":
      if (event.type !== "recorded") return stay;
      if (event.recording.durationMs < shortestMs) {
        return to({ at: "failed", why: "too-short", recording: null }, { type: "discard" });
      }
      return state.then === "send" ? send(event.recording) : to({ at: "review", recording: event.recording });
    case "review":
      return event.type === "send" ? send(state.recording) : stay;
    case "sending":
      if (event.type === "progress") return to({ ...state, percent: event.percent });
      if (event.type === "uploaded") return to({ at: "idle" }, { type: "discard" });
      return event.type === "failed" ? to({ at: "failed", why: event.why, recording: state.recording }) : stay;
  }
}

/** The server's own limit is 300 s; what is measured here may be a little more than what is recorded. */
const voiceLimitMs = 299_000;

const to = (state: RecorderState, ...effects: RecorderEffect[]): Step<RecorderState, RecorderEffect> => ({
  state,
  effects,
});

const send = (recording: Recording) => to({ at: "sending", recording, percent: 0 }, { type: "upload-recording" });
