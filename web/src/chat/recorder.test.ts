// @vitest-environment node
import { describe, expect, test } from "vitest";
import {
  type RecorderEffect,
  type RecorderEvent,
  type RecorderState,
  type Recording,
  stepRecorder,
} from "./recorder.js";
import { waveformOf } from "./recorder_driver.js";

const recording: Recording = { url: "blob:1", mime: "audio/mp4", size: 9, durationMs: 4000, waveform: [0.1] };
const running: RecorderState = { at: "recording", since: 7, how: "hold", limitMs: 299_000 };
const failed: RecorderState = { at: "failed", why: "network", recording };
const sending: RecorderState = { at: "sending", recording, percent: 0 };

const arrows: readonly {
  name: string;
  from: RecorderState;
  event: RecorderEvent;
  to: RecorderState;
  effects?: readonly RecorderEffect["type"][];
}[] = [
  {
    name: "the microphone is asked for",
    from: { at: "idle" },
    event: { type: "start", how: "hold" },
    to: { at: "asking", how: "hold" },
    effects: ["discard", "open-microphone"],
  },
  { name: "recording begins", from: { at: "asking", how: "hold" }, event: { type: "granted", now: 7 }, to: running },
  {
    name: "no microphone, no recording",
    from: { at: "asking", how: "tap" },
    event: { type: "refused", why: "permission-refused" },
    to: { at: "failed", why: "permission-refused", recording: null },
    effects: ["discard"],
  },
  {
    name: "letting go while the browser still asks records nothing",
    from: { at: "asking", how: "hold" },
    event: { type: "stop", then: "send" },
    to: { at: "idle" },
    effects: ["discard"],
  },
  { name: "a held recording is locked", from: running, event: { type: "lock" }, to: { ...running, how: "tap" } },
  {
    name: "letting go stops",
    from: running,
    event: { type: "stop", then: "send" },
    to: { at: "stopping", then: "send" },
    effects: ["stop-recording"],
  },
  {
    name: "the limit stops, and nothing is sent unheard",
    from: running,
    event: { type: "limit-reached" },
    to: { at: "stopping", then: "review" },
    effects: ["stop-recording"],
  },
  {
    name: "what was held is sent",
    from: { at: "stopping", then: "send" },
    event: { type: "recorded", recording },
    to: sending,
    effects: ["upload-recording"],
  },
  {
    name: "what was tapped can be listened to",
    from: { at: "stopping", then: "review" },
    event: { type: "recorded", recording },
    to: { at: "review", recording },
  },
  {
    name: "a slip of the finger is no message",
    from: { at: "stopping", then: "send" },
    event: { type: "recorded", recording: { ...recording, durationMs: 200 } },
    to: { at: "failed", why: "too-short", recording: null },
    effects: ["discard"],
  },
  {
    name: "after listening it is sent",
    from: { at: "review", recording },
    event: { type: "send" },
    to: sending,
    effects: ["upload-recording"],
  },
  {
    name: "sending tells how far it is",
    from: sending,
    event: { type: "progress", percent: 40 },
    to: { ...sending, percent: 40 },
  },
  { name: "sent is done", from: sending, event: { type: "uploaded" }, to: { at: "idle" }, effects: ["discard"] },
  { name: "sending may fail", from: sending, event: { type: "failed", why: "network" }, to: failed },
  { name: "and be tried again", from: failed, event: { type: "send" }, to: sending, effects: ["upload-recording"] },
  {
    name: "after a failure another one can be recorded",
    from: failed,
    event: { type: "start", how: "tap" },
    to: { at: "asking", how: "tap" },
    effects: ["discard", "open-microphone"],
  },
  ...([{ at: "asking", how: "tap" }, running, { at: "review", recording }, sending, failed] as const).map((from) => ({
    name: `cancelling forgets everything (${from.at})`,
    from,
    event: { type: "cancel" } as const,
    to: { at: "idle" } as const,
    effects: ["discard"] as const,
  })),
  {
    name: "nothing is cancelled where nothing is",
    from: { at: "idle" },
    event: { type: "cancel" },
    to: { at: "idle" },
  },
  {
    name: "a late recording is none",
    from: { at: "idle" },
    event: { type: "recorded", recording },
    to: { at: "idle" },
  },
];

describe("the recorder", () => {
  test.each(arrows)("$name", ({ from, event, to, effects = [] }) => {
    const step = stepRecorder(from, event);
    expect(step.state).toEqual(to);
    expect(step.effects.map(({ type }) => type)).toEqual(effects);
  });
});

test("a waveform has a bar for each moment, or the loudest of several", () => {
  expect(waveformOf([])).toEqual([]);
  expect(waveformOf([0.2, 0.4])).toEqual([0.2, 0.4]);
  const bars = waveformOf(Array.from({ length: 96 }, (_, index) => (index === 3 ? 0.9 : 0.1)));
  expect(bars).toHaveLength(48);
  expect(bars[1]).toBe(0.9);
  expect(bars[2]).toBe(0.1);
});
