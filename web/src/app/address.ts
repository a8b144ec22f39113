import type { SessionState } from "../session/state.js";
import type { Store } from "./store.js";

/** The address only mirrors where one is, so that reloading and going back are safe. */
export function mirrorInAddress(session: Store<SessionState>): void {
  session.subscribe(() => {
    const now = session.getSnapshot();
    if (now.at === "booting") return;
    const path = now.at === "guest" && now.place.at !== "lobby" ? "/chat" : "/";
    if (location.pathname !== path) history.replaceState(null, "", path);
  });
}
