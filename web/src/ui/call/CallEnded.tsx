import { useEffect, useRef } from "react";
import { Phone, Video } from "lucide-react";
import type { MatchedUser } from "../../../../contract/types/payloads.js";
import type { CallState } from "../../call/state.js";
import { Button } from "../parts/Button.js";
import { useParley } from "../parley.js";
import { lasted } from "../units.js";
import { endWords } from "./words.js";
import styles from "./CallScreen.module.css";

export function CallEnded({ call, partner, again }: { call: Extract<CallState, { at: "ended" }>; partner: MatchedUser; again: boolean }) {
  const { do: act } = useParley();
  const back = useRef<HTMLDivElement>(null);
  useEffect(() => back.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true }), []);
  return (
    <section className={styles.ended} aria-label="Call ended" data-call="ended">
      <h2>Call ended</h2>
      <p>{endWords(call.why, partner.username)}</p>
      {call.durationMs > 0 && <p>It lasted {lasted(call.durationMs)}.</p>}
      <div ref={back} className={styles.after}>
        <Button kind="primary" onClick={act.dismissCall}>
          Back to the chat
        </Button>
        {again && (
          <Button icon={call.kind === "video" ? Video : Phone} onClick={() => act.previewCall(call.kind)}>
            Call again
          </Button>
        )}
      </div>
    </section>
  );
}
