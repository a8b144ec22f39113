// @vitest-environment node
import { describe, expect, test } from "vitest";
import type { CallEffect, CallEvent, CallState, Line, Media } from "./state.js";
import { patience, step } from "./step.js";

const now = 50_000;
const since = 20_000;
const media: Media = {
  at: "ready",
  fault: null,
  mic: true,
  camera: true,
  microphoneId: "m",
  cameraId: "c",
  speakerId: null,
  facing: "user",
};
const asking: Media = { ...media, at: "asking", microphoneId: null, cameraId: null };
const line = (about: Partial<Line> = {}): Line => ({
  callId: "c1",
  kind: "video",
  mine: true,
  media,
  partner: null,
  quality: "good",
  ...about,
});

type At<Name extends CallState["at"]> = Extract<CallState, { at: Name }>;
const idle: CallState = { at: "idle" };
const previewing = (about: Partial<At<"preview">> = {}): At<"preview"> => ({
  at: "preview",
  purpose: "call",
  kind: "video",
  callId: null,
  media,
  devices: [],
  ...about,
});
const accepting = previewing({ purpose: "accept", callId: "c1" });
const calling: At<"calling"> = { at: "calling", line: line(), since, devices: [] };
const incoming: At<"incoming"> = { at: "incoming", callId: "c1", kind: "video", since };
const connecting: At<"connecting"> = { at: "connecting", line: line(), since, devices: [] };
const inCall: At<"in-call"> = { at: "in-call", line: line(), since, devices: [] };
const reconnecting: At<"reconnecting"> = { at: "reconnecting", line: line(), since, lostAt: 40_000, devices: [] };
const ended = (about: Partial<At<"ended">>): At<"ended"> => ({
  at: "ended",
  why: "hung-up",
  kind: "video",
  mine: true,
  durationMs: 0,
  last: "c1",
  ...about,
});

const offer = (about: Partial<Extract<CallEvent, { type: "offer" }>> = {}): CallEvent => ({
  type: "offer",
  now,
  callId: "c1",
  again: false,
  kind: "video",
  stayCaller: false,
  ...about,
});
const say = (signal: "end" | "reject" | "timeout"): CallEffect => ({ type: "say", signal });
const ring = (which: "incoming" | "outgoing" | null): CallEffect => ({ type: "ring", ring: which });
const start = (timer: keyof typeof patience, ms: number = patience[timer]): CallEffect => ({
  type: "start-timer",
  timer,
  ms,
});
const stop = (timer: keyof typeof patience): CallEffect => ({ type: "stop-timer", timer });
const stopAll = (Object.keys(patience) as (keyof typeof patience)[]).map(stop);
const log = (outcome: Extract<CallEffect, { type: "log" }>["outcome"], mine = true, durationMs = 0): CallEffect => ({
  type: "log",
  call: "video",
  mine,
  outcome,
  durationMs,
});
const tearDown: CallEffect = { type: "tear-down" };
const goodbye: CallEffect = { type: "sound", sound: "call-ended" };
const rings = [{ type: "keep-offer" }, ring("incoming"), { type: "notify" }, start("ring")] as const;

interface Arrow {
  name: string;
  from: CallState;
  event: CallEvent;
  to: CallState;
  effects?: readonly CallEffect[];
}

const arrows: readonly Arrow[] = [
  // preview
  {
    name: "calling begins with a preview",
    from: idle,
    event: { type: "preview", kind: "video" },
    to: previewing({ media: asking }),
    effects: [{ type: "open-media", kind: "video" }],
  },
  {
    name: "calling again begins with a preview too",
    from: ended({}),
    event: { type: "preview", kind: "audio" },
    to: previewing({ kind: "audio", media: { ...asking, camera: false } }),
    effects: [{ type: "open-media", kind: "audio" }],
  },
  {
    name: "the preview shows what there is",
    from: previewing({ media: asking }),
    event: {
      type: "media",
      media: { fault: null, mic: true, camera: true, microphoneId: "m", cameraId: "c", facing: "user" },
    },
    to: previewing(),
  },
  {
    name: "the preview says what is missing",
    from: previewing({ media: asking }),
    event: {
      type: "media",
      media: {
        fault: { device: "camera", why: "in-use" },
        mic: true,
        camera: false,
        microphoneId: "m",
        cameraId: null,
        facing: "user",
      },
    },
    to: previewing({ media: { ...media, fault: { device: "camera", why: "in-use" }, camera: false, cameraId: null } }),
  },
  {
    name: "nobody is called while the browser still asks the guest",
    from: previewing({ media: asking }),
    event: { type: "confirm", now, callId: "c1" },
    to: previewing({ media: asking }),
  },
  {
    name: "devices can be tried again",
    from: previewing(),
    event: { type: "retry-devices" },
    to: previewing({ media: { ...media, at: "asking" } }),
    effects: [{ type: "open-media", kind: "video" }],
  },
  ...([{ type: "hang-up", now }, { type: "dismiss" }, { type: "decline" }] as const).map((event): Arrow => ({
    name: `a preview can be left without anybody noticing (${event.type})`,
    from: previewing(),
    event,
    to: { at: "idle", last: null },
    effects: [tearDown],
  })),
  {
    name: "a preview ends with the chat",
    from: previewing(),
    event: { type: "chat-over", now },
    to: { at: "idle", last: null },
    effects: [tearDown],
  },
  {
    name: "a confirmed preview calls",
    from: previewing(),
    event: { type: "confirm", now, callId: "c1" },
    to: { ...calling, since: now },
    effects: [{ type: "make-offer", callId: "c1", kind: "video" }, ring("outgoing"), start("no-answer")],
  },
  // being called
  { name: "an offer rings", from: idle, event: offer(), to: { ...incoming, since: now }, effects: rings },
  {
    name: "an offer rings after an earlier call, too",
    from: ended({ last: "c0" }),
    event: offer(),
    to: { ...incoming, since: now },
    effects: rings,
  },
  {
    name: "an offer of the call that is over does not ring again",
    from: ended({ last: "c1" }),
    event: offer(),
    to: ended({ last: "c1" }),
  },
  {
    name: "whoever still negotiates a call that is over here is told so",
    from: { at: "idle", last: "c1" },
    event: offer({ again: true }),
    to: { at: "idle", last: "c1" },
    effects: [say("end")],
  },
  {
    name: "a newer offer replaces the one that rings",
    from: incoming,
    event: offer({ callId: "c2" }),
    to: { ...incoming, callId: "c2", since: now },
    effects: rings,
  },
  {
    name: "a call that comes into the own preview can be accepted from there",
    from: previewing(),
    event: offer(),
    to: accepting,
    effects: [{ type: "keep-offer" }, ring("incoming"), start("ring")],
  },
  {
    name: "accepting leads through the preview",
    from: incoming,
    event: { type: "accept", kind: "audio" },
    to: previewing({ purpose: "accept", callId: "c1", kind: "audio", media: { ...asking, camera: false } }),
    effects: [ring(null), { type: "open-media", kind: "audio" }],
  },
  {
    name: "out of the preview the call is answered",
    from: accepting,
    event: { type: "confirm", now, callId: "unused" },
    to: { ...connecting, line: line({ mine: false }), since: now },
    effects: [ring(null), stop("ring"), { type: "make-answer" }, start("connect")],
  },
  {
    name: "declining tells the caller",
    from: incoming,
    event: { type: "decline" },
    to: { at: "idle", last: "c1" },
    effects: [say("reject"), tearDown, ring(null), stop("ring"), log("declined", false)],
  },
  {
    name: "declining is possible in the preview",
    from: accepting,
    event: { type: "decline" },
    to: { at: "idle", last: "c1" },
    effects: [say("reject"), tearDown, ring(null), stop("ring"), log("declined", false)],
  },
  ...(["end", "timeout", "chat-over"] as const).flatMap((type): Arrow[] =>
    [incoming, accepting].map((from) => ({
      name: `${type} makes a call that was not answered in time a missed one (${from.at})`,
      from,
      event: { type, now },
      to: ended({ why: "missed", mine: false }),
      effects: [tearDown, ring(null), stop("ring"), log("missed", false)],
    }))
  ),
  {
    name: "it does not ring for ever",
    from: incoming,
    event: { type: "timer", now, timer: "ring" },
    to: ended({ why: "missed", mine: false }),
    effects: [tearDown, ring(null), stop("ring"), log("missed", false)],
  },
  // calling
  {
    name: "an answer begins the call",
    from: calling,
    event: { type: "answer", now, callId: "c1" },
    to: { ...connecting, since: now },
    effects: [{ type: "take-answer" }, ring(null), stop("no-answer"), start("connect")],
  },
  {
    name: "an answer of a client that names no calls begins the call",
    from: calling,
    event: { type: "answer", now, callId: null },
    to: { ...connecting, since: now },
    effects: [{ type: "take-answer" }, ring(null), stop("no-answer"), start("connect")],
  },
  {
    name: "an answer to an earlier call is none",
    from: calling,
    event: { type: "answer", now, callId: "c0" },
    to: calling,
  },
  ...(["reject", "end"] as const).map((type): Arrow => ({
    name: `${type} declines`,
    from: calling,
    event: { type, now },
    to: ended({ why: "declined" }),
    effects: [tearDown, ring(null), ...stopAll, log("declined")],
  })),
  {
    name: "after thirty seconds nobody has answered",
    from: calling,
    event: { type: "timer", now, timer: "no-answer" },
    to: ended({ why: "no-answer" }),
    effects: [say("timeout"), tearDown, ring(null), ...stopAll, log("no-answer")],
  },
  {
    name: "the server may notice first that nobody answers",
    from: calling,
    event: { type: "timeout", now },
    to: ended({ why: "no-answer" }),
    effects: [tearDown, ring(null), ...stopAll, log("no-answer")],
  },
  {
    name: "the caller may give up",
    from: calling,
    event: { type: "hang-up", now },
    to: ended({ why: "cancelled" }),
    effects: [say("end"), tearDown, ring(null), ...stopAll, log("cancelled")],
  },
  {
    name: "a partner that is away cannot be called",
    from: calling,
    event: { type: "not-relayed", now, code: "PARTNER_UNAVAILABLE" },
    to: ended({ why: "partner-unavailable" }),
    effects: [tearDown, ring(null), ...stopAll, log("failed")],
  },
  {
    name: "too many calls fail",
    from: calling,
    event: { type: "not-relayed", now, code: "RATE_LIMITED" },
    to: ended({ why: "failed" }),
    effects: [tearDown, ring(null), ...stopAll, log("failed")],
  },
  {
    name: "while we are away the call waits",
    from: calling,
    event: { type: "not-relayed", now, code: "CONNECTION_FAILED" },
    to: calling,
  },
  {
    name: "and is said again when we are back",
    from: calling,
    event: { type: "back", now },
    to: calling,
    effects: [{ type: "repeat-offer" }],
  },
  {
    name: "a call ends with the chat",
    from: calling,
    event: { type: "chat-over", now },
    to: ended({ why: "chat-over" }),
    effects: [tearDown, ring(null), ...stopAll, log("failed")],
  },
  {
    name: "when both call, the guest with the smaller id stays the caller",
    from: calling,
    event: offer({ callId: "c2", stayCaller: true }),
    to: calling,
  },
  {
    name: "when both call, the other one answers at once",
    from: calling,
    event: offer({ callId: "c2" }),
    to: { ...connecting, line: line({ callId: "c2", mine: false }), since: now },
    effects: [
      { type: "drop-peer" },
      { type: "keep-offer" },
      { type: "make-answer" },
      ring(null),
      stop("no-answer"),
      start("connect"),
    ],
  },
  // connecting and in call
  {
    name: "a connection that is there is a call",
    from: connecting,
    event: { type: "connected", now },
    to: { ...inCall, since: now },
    effects: stopAll,
  },
  {
    name: "a connection that does not come about fails",
    from: connecting,
    event: { type: "timer", now, timer: "connect" },
    to: ended({ why: "failed" }),
    effects: [say("end"), tearDown, ring(null), ...stopAll, log("failed")],
  },
  {
    name: "a connection that fails while it comes about is tried again",
    from: connecting,
    event: { type: "failed", now },
    to: connecting,
    effects: [{ type: "restart-ice" }],
  },
  {
    name: "a short break is waited for",
    from: inCall,
    event: { type: "disconnected", now },
    to: { ...reconnecting, lostAt: now },
    effects: [start("restart"), start("give-up", 18_000)],
  },
  {
    name: "a break that lasts three seconds asks for a new way",
    from: { ...reconnecting, lostAt: now - 3000 },
    event: { type: "timer", now, timer: "restart" },
    to: { ...reconnecting, lostAt: now - 3000 },
    effects: [{ type: "sound", sound: "connection-lost" }, { type: "restart-ice" }, start("restart", 5000)],
  },
  {
    name: "a new way is asked for again, quietly, since the asking may be lost",
    from: { ...reconnecting, lostAt: now - 8000 },
    event: { type: "timer", now, timer: "restart" },
    to: { ...reconnecting, lostAt: now - 8000 },
    effects: [{ type: "restart-ice" }, start("restart", 5000)],
  },
  {
    name: "a failed connection asks for a new way at once",
    from: inCall,
    event: { type: "failed", now },
    to: { ...reconnecting, lostAt: now },
    effects: [
      { type: "sound", sound: "connection-lost" },
      { type: "restart-ice" },
      start("restart", 5000),
      start("give-up", 15_000),
    ],
  },
  {
    name: "a new way is asked for when the server can be reached again",
    from: reconnecting,
    event: { type: "back", now },
    to: reconnecting,
    effects: [{ type: "restart-ice" }],
  },
  {
    name: "a call that goes on needs nothing when the server can be reached again",
    from: inCall,
    event: { type: "back", now },
    to: inCall,
  },
  {
    name: "a call that is back goes on, and its clock with it",
    from: reconnecting,
    event: { type: "connected", now },
    to: inCall,
    effects: stopAll,
  },
  {
    name: "after fifteen seconds more the call is lost",
    from: reconnecting,
    event: { type: "timer", now, timer: "give-up" },
    to: ended({ why: "connection-lost", durationMs: 30_000 }),
    effects: [say("end"), tearDown, ring(null), ...stopAll, goodbye, log("ended", true, 30_000)],
  },
  ...[inCall, reconnecting].flatMap((from): Arrow[] => [
    {
      name: `hanging up tells the partner (${from.at})`,
      from,
      event: { type: "hang-up", now },
      to: ended({ why: "hung-up", durationMs: 30_000 }),
      effects: [say("end"), tearDown, ring(null), ...stopAll, goodbye, log("ended", true, 30_000)],
    },
    {
      name: `the partner hangs up (${from.at})`,
      from,
      event: { type: "end", now },
      to: ended({ why: "partner-hung-up", durationMs: 30_000 }),
      effects: [tearDown, ring(null), ...stopAll, goodbye, log("ended", true, 30_000)],
    },
    {
      name: `the call ends with the chat (${from.at})`,
      from,
      event: { type: "chat-over", now },
      to: ended({ why: "chat-over", durationMs: 30_000 }),
      effects: [tearDown, ring(null), ...stopAll, goodbye, log("ended", true, 30_000)],
    },
  ]),
  {
    name: "a negotiation within the call belongs to the connection",
    from: inCall,
    event: offer({ again: true }),
    to: inCall,
    effects: [{ type: "take-offer" }],
  },
  {
    name: "so does the answer to our own",
    from: inCall,
    event: { type: "answer", now, callId: "c1" },
    to: inCall,
    effects: [{ type: "take-answer" }],
  },
  {
    name: "the first offer again means that the answer was lost",
    from: { ...connecting, line: line({ mine: false }) },
    event: offer(),
    to: { ...connecting, line: line({ mine: false }) },
    effects: [{ type: "take-offer" }],
  },
  {
    name: "a client that names no calls negotiates within the call",
    from: { ...inCall, line: line({ callId: null }) },
    event: offer({ callId: null }),
    to: { ...inCall, line: line({ callId: null }) },
    effects: [{ type: "take-offer" }],
  },
  {
    name: "a negotiation of another call is ignored",
    from: inCall,
    event: offer({ callId: "c0", again: true }),
    to: inCall,
  },
  {
    name: "a partner that calls anew has lost the call that was",
    from: inCall,
    event: offer({ callId: "c2" }),
    to: { ...incoming, callId: "c2", since: now },
    effects: [tearDown, ring(null), ...stopAll, goodbye, log("ended", true, 30_000), ...rings],
  },
  {
    name: "the partner says whether its camera is on",
    from: inCall,
    event: { type: "partner-state", mic: true, camera: false },
    to: { ...inCall, line: line({ partner: { mic: true, camera: false } }) },
  },
  {
    name: "a weak network is told",
    from: inCall,
    event: { type: "quality", quality: "weak" },
    to: { ...inCall, line: line({ quality: "weak" }) },
  },
  // devices
  {
    name: "the microphone is muted",
    from: inCall,
    event: { type: "set-mic", on: false },
    to: { ...inCall, line: line({ media: { ...media, mic: false } }) },
    effects: [{ type: "apply-mic", on: false }],
  },
  {
    name: "a camera that is switched on makes it a video call",
    from: { ...inCall, line: line({ kind: "audio", media: { ...media, camera: false } }) },
    event: { type: "set-camera", on: true },
    to: inCall,
    effects: [{ type: "apply-camera", on: true }],
  },
  {
    name: "a camera that is off cannot be flipped",
    from: { ...inCall, line: line({ media: { ...media, camera: false } }) },
    event: { type: "flip-camera" },
    to: { ...inCall, line: line({ media: { ...media, camera: false } }) },
  },
  {
    name: "the camera is flipped",
    from: inCall,
    event: { type: "flip-camera" },
    to: inCall,
    effects: [{ type: "flip-camera" }],
  },
  {
    name: "another microphone is taken",
    from: inCall,
    event: { type: "choose-device", kind: "microphone", id: "m2" },
    to: inCall,
    effects: [{ type: "use-device", kind: "microphone", id: "m2" }],
  },
  {
    name: "another speaker is a matter of the view",
    from: inCall,
    event: { type: "choose-device", kind: "speaker", id: "s2" },
    to: { ...inCall, line: line({ media: { ...media, speakerId: "s2" } }) },
  },
  {
    name: "the devices that there are are shown",
    from: inCall,
    event: { type: "devices", devices: [{ id: "c", label: "Camera", kind: "camera" }] },
    to: { ...inCall, devices: [{ id: "c", label: "Camera", kind: "camera" }] },
  },
  // after the call
  {
    name: "what has ended can be put away",
    from: ended({}),
    event: { type: "dismiss" },
    to: { at: "idle", last: "c1" },
  },
];

describe("the call machine", () => {
  test.each(arrows)("$name", ({ from, event, to, effects = [] }) => {
    expect(step(from, event)).toEqual({ state: to, effects });
  });

  test("outside of a call nothing but an offer or the guest begins anything", () => {
    for (const state of [idle, ended({})]) {
      for (const { event } of arrows) {
        if (event.type === "offer" || event.type === "preview" || event.type === "dismiss") continue;
        expect(step(state, event), event.type).toEqual({ state, effects: [] });
      }
    }
  });

  test("from every state hanging up ends what goes on", () => {
    for (const from of new Set(arrows.map((arrow) => arrow.from))) {
      const { state } = step(from, { type: "hang-up", now });
      expect(["idle", "ended"], from.at).toContain(state.at);
    }
  });
});
