import { useParley, useStore } from "../parley.js";
import type { Media } from "../../call/state.js";
import { useStream } from "./stream.js";
import styles from "./SelfView.module.css";

/** What the other sees of us; mirrored like a mirror, except for a camera that looks the other way. */
export function SelfView({ media, framed = false }: { media: Media; framed?: boolean }) {
  const { local } = useStore(useParley().media);
  const bind = useStream(local);
  const seen = media.camera && media.at === "ready" && local !== null;
  return (
    <div className={styles.self} data-framed={framed} data-seen={seen}>
      {seen ? (
        <video ref={bind} data-role="local" data-mirrored={media.facing === "user"} muted autoPlay playsInline aria-label="Your own picture" />
      ) : (
        <p>{media.at === "asking" ? "Waiting for the camera…" : "Your camera is off"}</p>
      )}
    </div>
  );
}
