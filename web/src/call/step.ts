import type { CallKind } from "../../../contract/types/payloads.js";
import type { Step } from "../app/step.js";
import type { CallEffect, CallEnd, CallEvent, CallOutcome, CallState, CallTimer, Line, Media } from "./state.js";

type Result = Step<CallState, CallEffect>;
type In<At extends CallState["at"]> = Extract<CallState, { at: At }>;
type Live = In<"calling" | "connecting" | "in-call" | "reconnecting">;

/** How long each of these may take, in milliseconds. */
export const patience = {
  /** The caller waits this long for an answer. */
  "no-answer": 30_000,
  /** The called one rings a little longer, in case the caller's last word is lost. */
  ring: 45_000,
  connect: 20_000,
  /** Most breaks heal by themselves within this time. */
  restart: 3000,
  "give-up": 15_000,
} as const satisfies Record<CallTimer, number>;

const restartAgainMs = 5000;

/**
 * A call, from the preview to its line in the conversation.
 *
 *   idle ─► preview ─► calling ──answer──► connecting ──connected──► in-call ◄─► reconnecting
 *   idle ──offer──► incoming ─► preview ──confirm──► connecting
 *   any ── hang up, decline, no answer, connection lost, chat over ──► ended, or idle where there is nothing to tell
 *
 * Whatever is lost on the way, a timer ends every state but `idle`, `ended`, `in-call` and a preview of one's own; the
 * peer connection itself says when `in-call` is over.
 */
export function step(state: CallState, event: CallEvent): Result {
  switch (event.type) {
    case "media":
    case "devices":
    case "set-mic":
    case "set-camera":
    case "flip-camera":
    case "choose-device":
      return stepMedia(state, event);
    case "offer":
      return offered(state, event);
    case "preview":
      if (state.at !== "idle" && state.at !== "ended") return stay(state);
      return preview("call", event.kind, null, { type: "open-media", kind: event.kind });
  }
  switch (state.at) {
    case "idle":
    case "ended":
      return event.type === "dismiss" && state.at === "ended" ? to(idle(state.last)) : stay(state);
    case "preview":
      return stepPreview(state, event);
    case "incoming":
      return stepIncoming(state, event);
    case "calling":
      return stepCalling(state, event);
    case "connecting":
    case "in-call":
    case "reconnecting":
      return stepLive(state, event);
  }
}

const stay = (state: CallState): Result => ({ state, effects: [] });
const to = (state: CallState, ...effects: CallEffect[]): Result => ({ state, effects });
const idle = (last: string | null | undefined): CallState => ({ at: "idle", last: last ?? null });
const start = (timer: CallTimer, ms: number = patience[timer]): CallEffect => ({ type: "start-timer", timer, ms });
const stop = (timer: CallTimer): CallEffect => ({ type: "stop-timer", timer });
const stopAll = (Object.keys(patience) as CallTimer[]).map(stop);
const silence: CallEffect = { type: "ring", ring: null };

function preview(purpose: "call" | "accept", kind: CallKind, callId: string | null, ...effects: CallEffect[]): Result {
  const media: Media = {
    at: "asking",
    fault: null,
    mic: true,
    camera: kind === "video",
    microphoneId: null,
    cameraId: null,
    speakerId: null,
    facing: "user",
  };
  return to({ at: "preview", purpose, kind, callId, media, devices: [] }, ...effects);
}

function stepPreview(state: In<"preview">, event: CallEvent): Result {
  const accepting = state.purpose === "accept";
  switch (event.type) {
    case "confirm":
      if (state.media.at === "asking") return stay(state);
      return accepting ? acceptNow(state, event.now) : callNow(state, event.callId, event.now);
    case "hang-up":
    case "decline":
    case "dismiss":
      return accepting ? declined(state) : to(idle(null), { type: "tear-down" });
    case "retry-devices":
      return to({ ...state, media: { ...state.media, at: "asking" } }, { type: "open-media", kind: state.kind });
    case "end":
    case "timeout":
    case "chat-over":
      return accepting
        ? missed(state)
        : event.type === "chat-over"
          ? to(idle(null), { type: "tear-down" })
          : stay(state);
    case "timer":
      return event.timer === "ring" ? missed(state) : stay(state);
    default:
      return stay(state);
  }
}

function lineOf({ kind, media }: In<"preview">, callId: string | null, mine: boolean): Line {
  return { callId, kind, mine, media, partner: null, quality: "good" };
}

function callNow(state: In<"preview">, callId: string, now: number): Result {
  return to(
    { at: "calling", line: lineOf(state, callId, true), since: now, devices: state.devices },
    { type: "make-offer", callId, kind: state.kind },
    { type: "ring", ring: "outgoing" },
    start("no-answer")
  );
}

function acceptNow(state: In<"preview">, now: number): Result {
  return to(
    { at: "connecting", line: lineOf(state, state.callId, false), since: now, devices: state.devices },
    silence,
    stop("ring"),
    { type: "make-answer" },
    start("connect")
  );
}

function declined(state: In<"preview" | "incoming">): Result {
  return to(
    idle(state.callId),
    { type: "say", signal: "reject" },
    { type: "tear-down" },
    silence,
    stop("ring"),
    logged(state.kind, false, "declined")
  );
}

/** The caller has given up, or the chat is over, before we have answered. */
function missed(state: In<"preview" | "incoming">): Result {
  return to(
    { at: "ended", why: "missed", kind: state.kind, mine: false, durationMs: 0, last: state.callId },
    { type: "tear-down" },
    silence,
    stop("ring"),
    logged(state.kind, false, "missed")
  );
}

function logged(call: CallKind, mine: boolean, outcome: CallOutcome, durationMs = 0): CallEffect {
  return { type: "log", call, mine, outcome, durationMs };
}

function stepIncoming(state: In<"incoming">, event: CallEvent): Result {
  switch (event.type) {
    case "accept":
      return preview("accept", event.kind, state.callId, silence, { type: "open-media", kind: event.kind });
    case "decline":
    case "hang-up":
      return declined(state);
    case "end":
    case "timeout":
    case "chat-over":
      return missed(state);
    case "timer":
      return event.timer === "ring" ? missed(state) : stay(state);
    default:
      return stay(state);
  }
}

function stepCalling(state: In<"calling">, event: CallEvent): Result {
  switch (event.type) {
    case "answer":
      if (event.callId !== null && event.callId !== state.line.callId) return stay(state);
      return to(
        { ...state, at: "connecting", since: event.now },
        { type: "take-answer" },
        silence,
        stop("no-answer"),
        start("connect")
      );
    case "reject":
    case "end":
      return over(state, "declined", "declined", event.now);
    case "timeout":
      return over(state, "no-answer", "no-answer", event.now);
    case "timer":
      if (event.timer !== "no-answer") return stay(state);
      return over(state, "no-answer", "no-answer", event.now, { type: "say", signal: "timeout" });
    case "hang-up":
      return over(state, "cancelled", "cancelled", event.now, { type: "say", signal: "end" });
    case "not-relayed":
      return notRelayed(state, event.code, event.now);
    case "back":
      return to(state, { type: "repeat-offer" });
    case "chat-over":
      return over(state, "chat-over", "failed", event.now);
    default:
      return stay(state);
  }
}

function notRelayed(state: In<"calling">, code: string, now: number): Result {
  // Away from the server the offer waits; it is repeated when the connection is back.
  if (code === "CONNECTION_FAILED") return stay(state);
  const unavailable = code === "PARTNER_UNAVAILABLE" || code === "NOT_IN_CHAT";
  return over(state, unavailable ? "partner-unavailable" : "failed", "failed", now);
}

function stepLive(state: In<"connecting" | "in-call" | "reconnecting">, event: CallEvent): Result {
  switch (event.type) {
    case "answer":
      return event.callId === null || event.callId === state.line.callId
        ? to(state, { type: "take-answer" })
        : stay(state);
    case "connected":
      return to(
        {
          at: "in-call",
          line: state.line,
          since: state.at === "connecting" ? event.now : state.since,
          devices: state.devices,
        },
        ...stopAll
      );
    case "disconnected":
      if (state.at !== "in-call") return stay(state);
      return to(
        { ...state, at: "reconnecting", lostAt: event.now },
        start("restart"),
        start("give-up", patience.restart + patience["give-up"])
      );
    case "failed":
      if (state.at !== "in-call") return to(state, { type: "restart-ice" });
      return to(
        { ...state, at: "reconnecting", lostAt: event.now },
        { type: "sound", sound: "connection-lost" },
        { type: "restart-ice" },
        start("restart", restartAgainMs),
        start("give-up")
      );
    case "back":
      return state.at === "in-call" ? stay(state) : to(state, { type: "restart-ice" });
    case "timer":
      return stepLiveTimer(state, event.timer, event.now);
    case "end":
    case "reject":
    case "timeout":
      return over(state, "partner-hung-up", state.at === "connecting" ? "failed" : "ended", event.now);
    case "hang-up": {
      const outcome = state.at === "connecting" ? "cancelled" : "ended";
      return over(state, "hung-up", outcome, event.now, { type: "say", signal: "end" });
    }
    case "chat-over":
      return over(state, "chat-over", state.at === "connecting" ? "failed" : "ended", event.now);
    case "partner-state":
      return to({ ...state, line: { ...state.line, partner: { mic: event.mic, camera: event.camera } } });
    case "quality":
      if (event.quality === state.line.quality) return stay(state);
      return to({ ...state, line: { ...state.line, quality: event.quality } });
    default:
      return stay(state);
  }
}

function stepLiveTimer(state: In<"connecting" | "in-call" | "reconnecting">, timer: CallTimer, now: number): Result {
  if (timer === "connect" && state.at === "connecting") {
    return over(state, "failed", "failed", now, { type: "say", signal: "end" });
  }
  if (state.at !== "reconnecting") return stay(state);
  if (timer === "give-up") return over(state, "connection-lost", "ended", now, { type: "say", signal: "end" });
  if (timer !== "restart") return stay(state);
  const first = now - state.lostAt < patience.restart + restartAgainMs / 2;
  return to(
    state,
    ...(first ? [{ type: "sound", sound: "connection-lost" } as const] : []),
    { type: "restart-ice" },
    start("restart", restartAgainMs)
  );
}

function over(state: Live, why: CallEnd, outcome: CallOutcome, now: number, ...first: CallEffect[]): Result {
  const { kind, mine, callId } = state.line;
  const spoke = state.at === "in-call" || state.at === "reconnecting";
  const durationMs = spoke ? Math.max(0, now - state.since) : 0;
  const ended: CallEffect[] = spoke ? [{ type: "sound", sound: "call-ended" }] : [];
  return to(
    { at: "ended", why, kind, mine, durationMs, last: callId },
    ...first,
    { type: "tear-down" },
    silence,
    ...stopAll,
    ...ended,
    logged(kind, mine, outcome, durationMs)
  );
}

function offered(state: CallState, offer: Extract<CallEvent, { type: "offer" }>): Result {
  switch (state.at) {
    case "idle":
    case "ended":
      // Of a call that is over here: whoever still holds it is told.
      if (offer.again) return to(state, { type: "say", signal: "end" });
      if (offer.callId !== null && offer.callId === state.last) return stay(state);
      return rings(offer);
    case "incoming":
      return offer.again ? stay(state) : rings(offer);
    case "preview":
      if (offer.again) return stay(state);
      // Whoever was about to call is called instead, and sees itself already.
      return to(
        { ...state, purpose: "accept", callId: offer.callId },
        { type: "keep-offer" },
        ...(state.purpose === "call" ? [{ type: "ring", ring: "incoming" } as const] : []),
        start("ring")
      );
    case "calling":
      if (offer.again || offer.stayCaller) return stay(state);
      return to(
        { ...state, at: "connecting", line: { ...state.line, callId: offer.callId, mine: false }, since: offer.now },
        { type: "drop-peer" },
        { type: "keep-offer" },
        { type: "make-answer" },
        silence,
        stop("no-answer"),
        start("connect")
      );
    case "connecting":
    case "in-call":
    case "reconnecting": {
      const same = offer.callId === null || offer.callId === state.line.callId || state.line.callId === null;
      if (same) return to(state, { type: "take-offer" });
      if (offer.again) return stay(state);
      // The partner calls anew, so it has lost this call, as by loading its page again.
      const old = over(state, "partner-hung-up", state.at === "connecting" ? "failed" : "ended", offer.now);
      const anew = rings(offer);
      return { state: anew.state, effects: [...old.effects, ...anew.effects] };
    }
  }
}

function rings({ callId, kind, now }: Extract<CallEvent, { type: "offer" }>): Result {
  return to(
    { at: "incoming", callId, kind, since: now },
    { type: "keep-offer" },
    { type: "ring", ring: "incoming" },
    { type: "notify" },
    start("ring")
  );
}

type MediaEvent = Extract<
  CallEvent,
  { type: "media" | "devices" | "set-mic" | "set-camera" | "flip-camera" | "choose-device" }
>;

function stepMedia(state: CallState, event: MediaEvent): Result {
  if (state.at === "idle" || state.at === "ended" || state.at === "incoming") return stay(state);
  if (event.type === "devices") return to({ ...state, devices: event.devices });
  const media = state.at === "preview" ? state.media : state.line.media;
  switch (event.type) {
    case "media":
      return to(withMedia(state, { ...media, ...event.media, at: "ready" }));
    case "set-mic":
      return to(withMedia(state, { ...media, mic: event.on }), { type: "apply-mic", on: event.on });
    case "set-camera":
      return to(withMedia(state, { ...media, camera: event.on }), { type: "apply-camera", on: event.on });
    case "flip-camera":
      return media.camera ? to(state, { type: "flip-camera" }) : stay(state);
    case "choose-device": {
      const { kind, id } = event;
      if (kind === "speaker") return to(withMedia(state, { ...media, speakerId: id }));
      return to(state, { type: "use-device", kind, id });
    }
  }
}

type WithMedia = In<"preview"> | Live;

function withMedia(state: WithMedia, media: Media): CallState {
  if (state.at === "preview") return { ...state, media, kind: media.camera ? "video" : state.kind };
  // A call with a camera in it is a video call from then on.
  return { ...state, line: { ...state.line, media, kind: media.camera ? "video" : state.line.kind } };
}
