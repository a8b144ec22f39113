import type { CallState } from "../../call/state.js";
import { useNow } from "../parley.js";
import { Spinner } from "../parts/Spinner.js";
import styles from "./CallScreen.module.css";

type Talking = Extract<CallState, { at: "in-call" | "reconnecting" }>;

/** Quiet about what heals by itself: a lost connection is mentioned only after two seconds, and nothing is ever covered. */
export function QualityNote({ call }: { call: Talking }) {
  const now = useNow(call.at === "reconnecting" ? 500 : null);
  if (call.at === "reconnecting") {
    if (now - call.lostAt < 2000) return null;
    return (
      <p className={styles.note}>
        <Spinner /> The connection is interrupted. Reconnecting…
      </p>
    );
  }
  if (call.line.quality === "weak") return <p className={styles.note}>The network is weak. Turning the camera off may help.</p>;
  return null;
}
