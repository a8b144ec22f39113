import type { Search, SessionState, StartForm } from "../src/session/state.js";
import { guest, me, now, partner, roomId } from "./people.js";
import type { Shown } from "./parley.js";

type Start = Extract<SessionState, { at: "start" }>;

function start(form: StartForm, more: Partial<Start> = {}): Shown {
  return { session: { at: "start", name: me.username, proposing: false, form, returning: null, notice: null, online: 37, ...more } };
}

function lobby(search: Search, more: Parameters<typeof guest>[1] = {}): Shown {
  return { session: guest({ at: "lobby", search, leaving: null }, more) };
}

const ready: StartForm = { at: "ready" };
const since = now - 14_000;

export const sessionStates: Record<string, () => Shown> = {
  "start-booting": () => ({ session: { at: "booting" } }),
  "start-fresh": () => start(ready),
  "start-proposing": () => start(ready, { name: "", proposing: true, online: null }),
  "start-returning": () => start(ready, { returning: me }),
  "start-invalid": () => start({ at: "invalid", fault: "characters" }, { name: "Quiet Otter!" }),
  "start-creating": () => start({ at: "creating", attempt: 0 }),
  "start-unreachable": () => start({ at: "unreachable", attempt: 2, retryAt: now + 8000 }, { online: null }),
  "start-rate-limited": () => start({ at: "rate-limited", until: now + 95_000 }),
  "start-notice": () => start(ready, { notice: "partner-offline" }),
  "lobby-asking": () => lobby({ at: "asking", since: now }),
  "lobby-searching": () => lobby({ at: "searching", since, alone: false }),
  "lobby-alone": () => lobby({ at: "searching", since, alone: true }, { online: 1 }),
  "lobby-matched": () => lobby({ at: "matched", since, partner, roomId }),
  "lobby-failed": () => lobby({ at: "failed", since, why: "unavailable", retryAt: now + 5000 }),
  "lobby-rate-limited": () => lobby({ at: "failed", since, why: "rate-limited", retryAt: now + 40_000 }),
  "lobby-offline": () => lobby({ at: "offline", since }, { link: { at: "waiting", attempt: 3, retryAt: now + 4000 } }),
  "lobby-gave-up": () => lobby({ at: "offline", since }, { link: { at: "gave-up" } }),
  "session-resuming": () => ({ session: guest({ at: "resuming" }) }),
  "session-replaced": () => ({ session: { at: "replaced", guest: me, place: "chat" } }),
  "session-expired": () => ({ session: { at: "expired", name: me.username } }),
  "session-banned": () => ({ session: { at: "banned", until: now + 3_600_000 } }),
  "session-outdated": () => ({ session: { at: "outdated" } }),
  "session-unsupported": () => ({ session: { at: "unsupported", missing: ["storage"] } }),
};
