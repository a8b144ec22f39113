// @vitest-environment node
import { expect, test } from "vitest";
import { type Sample, qualityBetween, sampleOf } from "./quality.js";

const sample = (about: Partial<Sample> = {}): Sample => ({
  packetsLost: 0,
  packetsReceived: 0,
  roundTrip: null,
  ...about,
});

test("a report is summed up over sound and picture, and over the way in use", () => {
  const report = new Map<string, unknown>([
    ["a", { type: "inbound-rtp", packetsLost: 2, packetsReceived: 100 }],
    ["v", { type: "inbound-rtp", packetsLost: 3, packetsReceived: 400 }],
    ["o", { type: "outbound-rtp", packetsSent: 7 }],
    ["p", { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }],
    ["q", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.1 }],
  ]);
  expect(sampleOf(report)).toEqual({ packetsLost: 5, packetsReceived: 500, roundTrip: 0.1 });
});

test.each([
  ["nothing is lost", sample(), sample({ packetsReceived: 100 }), "good"],
  ["five of a hundred are lost", sample(), sample({ packetsLost: 5, packetsReceived: 95 }), "good"],
  ["six of a hundred are lost", sample(), sample({ packetsLost: 6, packetsReceived: 94 }), "weak"],
  [
    "only what is lost meanwhile counts",
    sample({ packetsLost: 50 }),
    sample({ packetsLost: 50, packetsReceived: 9 }),
    "good",
  ],
  [
    "packets come late and are found again",
    sample({ packetsLost: 9 }),
    sample({ packetsLost: 2, packetsReceived: 9 }),
    "good",
  ],
  ["everything is lost", sample(), sample({ packetsLost: 3 }), "weak"],
  ["nothing comes", sample(), sample(), "good"],
  ["the way is long", sample(), sample({ packetsReceived: 9, roundTrip: 0.6 }), "weak"],
] as const)("when %s", (_, before, after, quality) => {
  expect(qualityBetween(before, after)).toBe(quality);
});
