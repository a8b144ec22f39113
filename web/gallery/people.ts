import type { MatchedUser, User } from "../../contract/types/payloads.js";
import type { Place, SessionState } from "../src/session/state.js";

export const now = Date.now();

const nowhere = { location: null, gender: null, language: null };
export const me: User = { id: "guest_0b9f4b52-4d5e-4c61-9d40-6f1c3f0a7d11", username: "QuietOtter42", isGuest: true, sessionId: "5c5a3f3e-7a44-4c0f-9a51-0f1d2b3c4d5e", ...nowhere };
export const partner: MatchedUser = { id: "guest_7d1c9f7a-2b3c-4d5e-8f90-a1b2c3d4e5f6", username: "BraveOwl417", isGuest: true, ...nowhere };
export const roomId = `${me.id}_${partner.id}`;

export function guest(place: Place, more: Partial<Extract<SessionState, { at: "guest" }>> = {}): SessionState {
  return { at: "guest", guest: me, link: { at: "online", since: now - 60_000 }, place, renewing: false, online: 37, ...more };
}
