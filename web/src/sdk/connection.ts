import type { ActiveChat } from "../../../contract/types/payloads.js";

/** Why the server does not want this client back. */
export type SignedOut = "replaced" | "banned" | "expired";

export type Connection =
  | { at: "offline"; why: "never" | "signed-out" | "gave-up" | SignedOut; until?: string }
  | { at: "connecting"; attempt: number }
  | { at: "online"; recovered: boolean; activeChat: ActiveChat | null }
  /** `retryAt` is the latest moment of the next attempt: the delay has some chance in it. */
  | { at: "waiting"; attempt: number; retryAt: number };

/** The library's own defaults, written down since users are told when the next attempt comes. */
export const reconnection = {
  reconnection: true,
  reconnectionAttempts: 10,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
  timeout: 20_000,
} as const;

/** The longest that the library waits before reconnection attempt `attempt`, which counts from 1. */
export function longestDelay(attempt: number): number {
  const delay = reconnection.reconnectionDelay * 2 ** (attempt - 1) * (1 + reconnection.randomizationFactor);
  return Math.min(delay, reconnection.reconnectionDelayMax);
}
