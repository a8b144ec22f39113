import { useEffect, useRef } from "react";
import type { MatchedUser } from "../../../../contract/types/payloads.js";
import type { CallState } from "../../call/state.js";
import { useNow } from "../parley.js";
import { clock } from "../units.js";
import { CallControls, type CallControlsProps } from "./CallControls.js";
import { QualityNote } from "./QualityNote.js";
import { SelfView } from "./SelfView.js";
import { Stage } from "./Stage.js";
import styles from "./CallScreen.module.css";

export type Lively = Extract<CallState, { line: object }>;

export function CallScreen({ call, partner, chat }: { call: Lively; partner: MatchedUser; chat: CallControlsProps["chat"] }) {
  const video = useRef<HTMLVideoElement>(null);
  const stage = useRef<HTMLElement>(null);

  // The dialog that led here is gone; the first thing one may want is to hang up or to mute.
  useEffect(() => stage.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true }), []);

  return (
    <section ref={stage} className={styles.call} aria-label={`Call with ${partner.username}`} data-call={call.at}>
      <Stage line={call.line} partner={partner} video={video} frozen={call.at === "reconnecting"} />
      <header className={styles.top}>
        <h2>{partner.username}</h2>
        <p>
          <Situation call={call} />
        </p>
        {(call.at === "in-call" || call.at === "reconnecting") && <QualityNote call={call} />}
      </header>
      {(call.line.kind === "video" || call.line.media.camera) && (
        <div className={styles.self}>
          <SelfView media={call.line.media} />
        </div>
      )}
      <CallControls line={call.line} devices={call.devices} video={video} stage={stage} chat={chat} />
    </section>
  );
}

function Situation({ call }: { call: Lively }) {
  const now = useNow(call.at === "connecting" ? null : 1000);
  switch (call.at) {
    case "calling":
      return now - call.since > 12_000 ? "No answer yet. A tab that is out of sight rings silently." : "Calling…";
    case "connecting":
      return "Connecting…";
    case "in-call":
    case "reconnecting":
      return <span role="timer">{clock(now - call.since)}</span>;
  }
}
