import type { CallMedia } from "../src/app/parley.js";
import type { CallState, Device, Line, Media } from "../src/call/state.js";
import { chatting } from "./chat_states.js";
import { now } from "./people.js";
import { camera } from "./pictures.js";
import type { Shown } from "./parley.js";

const devices: Device[] = [
  { kind: "microphone", id: "m1", label: "Built-in microphone" },
  { kind: "microphone", id: "m2", label: "Headset" },
  { kind: "camera", id: "c1", label: "Front camera" },
  { kind: "camera", id: "c2", label: "Back camera" },
  { kind: "speaker", id: "s1", label: "Built-in speakers" },
  { kind: "speaker", id: "s2", label: "Headset" },
];

const media = (more: Partial<Media> = {}): Media => ({ at: "ready", fault: null, mic: true, camera: true, microphoneId: "m1", cameraId: "c1", speakerId: "s1", facing: "user", ...more });
const line = (more: Partial<Line> = {}): Line => ({ callId: "call", kind: "video", mine: true, media: media(), partner: { mic: true, camera: true }, quality: "good", ...more });
const voice = (more: Partial<Line> = {}): Line => line({ kind: "audio", media: media({ camera: false }), partner: { mic: true, camera: false }, ...more });

const streams = (local: boolean, remote: boolean): CallMedia => ({ local: local ? camera(220) : null, remoteAudio: null, remoteVideo: remote ? camera(80) : null });

function shown(call: CallState, more: Partial<Shown> = {}): Shown {
  return chatting({}, { call, media: streams(true, "line" in call && call.line.kind === "video" && call.at !== "calling" && call.at !== "connecting"), level: 0.4, ...more });
}

const since = now - 83_000;
const inCall = (more: Partial<Line> = {}, rest: Partial<Shown> = {}) => shown({ at: "in-call", line: line(more), since, devices }, rest);
const preview = (more: Partial<Extract<CallState, { at: "preview" }>> = {}, rest: Partial<Shown> = {}) =>
  shown({ at: "preview", purpose: "call", kind: "video", callId: null, media: media(), devices, ...more }, rest);

export const callStates: Record<string, () => Shown> = {
  "call-preview-video": () => preview(),
  "call-preview-voice": () => preview({ kind: "audio", media: media({ camera: false }) }),
  "call-preview-asking": () => preview({ media: media({ at: "asking" }), devices: [] }, { media: streams(false, false) }),
  "call-preview-blocked": () => preview({ media: media({ fault: { device: "both", why: "refused" }, camera: false, mic: false }), devices: [] }, { media: streams(false, false) }),
  "call-preview-no-camera": () => preview({ media: media({ fault: { device: "camera", why: "not-found" }, camera: false }) }, { media: streams(false, false) }),
  "call-accept-preview": () => preview({ purpose: "accept" }),
  "call-incoming-video": () => shown({ at: "incoming", callId: "call", kind: "video", since: now - 4000 }),
  "call-incoming-voice": () => shown({ at: "incoming", callId: "call", kind: "audio", since: now - 4000 }),
  "call-calling": () => shown({ at: "calling", line: line({ partner: null }), since: now - 3000, devices }),
  "call-calling-long": () => shown({ at: "calling", line: voice({ partner: null }), since: now - 20_000, devices }),
  "call-connecting": () => shown({ at: "connecting", line: line({ partner: null }), since, devices }),
  "call-video": () => inCall(),
  "call-video-chat": () => inCall({}, { press: ["Show chat"] }),
  "call-video-menu": () => inCall({}, { press: ["More for this call"] }),
  "call-voice": () => shown({ at: "in-call", line: voice(), since, devices }),
  "call-muted": () => inCall({ media: media({ mic: false, camera: false }) }),
  "call-partner-muted": () => inCall({ partner: { mic: false, camera: false } }),
  "call-weak": () => inCall({ quality: "weak" }),
  "call-reconnecting": () => shown({ at: "reconnecting", line: line(), since, lostAt: now - 4000, devices }),
  "call-ended": () => shown({ at: "ended", why: "partner-hung-up", kind: "video", mine: true, durationMs: 204_000 }),
  "call-declined": () => shown({ at: "ended", why: "declined", kind: "audio", mine: true, durationMs: 0 }),
  "call-no-answer": () => shown({ at: "ended", why: "no-answer", kind: "video", mine: true, durationMs: 0 }),
  "call-lost": () => shown({ at: "ended", why: "connection-lost", kind: "video", mine: true, durationMs: 61_000 }),
};
