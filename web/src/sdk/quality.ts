import type { Quality } from "../call/state.js";

/** What one look at the statistics says of the way from the partner. */
export interface Sample {
  packetsLost: number;
  packetsReceived: number;
  /** Seconds there and back; null as long as nobody has measured it. */
  roundTrip: number | null;
}

/** More than this is heard or seen. */
const lossMax = 0.05;
const roundTripMax = 0.5;

export function sampleOf(report: Iterable<[string, unknown]>): Sample {
  const sample: Sample = { packetsLost: 0, packetsReceived: 0, roundTrip: null };
  for (const [, entry] of report) {
    const stats = entry as Partial<{
      type: string;
      packetsLost: number;
      packetsReceived: number;
      nominated: boolean;
      currentRoundTripTime: number;
    }>;
    if (stats.type === "inbound-rtp") {
      sample.packetsLost += stats.packetsLost ?? 0;
      sample.packetsReceived += stats.packetsReceived ?? 0;
    }
    if (stats.type === "candidate-pair" && stats.nominated) sample.roundTrip = stats.currentRoundTripTime ?? null;
  }
  return sample;
}

/** How good the way was between two looks. */
export function qualityBetween(before: Sample, after: Sample): Quality {
  const lost = after.packetsLost - before.packetsLost;
  const received = after.packetsReceived - before.packetsReceived;
  const loss = lost > 0 ? lost / (lost + Math.max(received, 0)) : 0;
  return loss > lossMax || (after.roundTrip ?? 0) > roundTripMax ? "weak" : "good";
}
