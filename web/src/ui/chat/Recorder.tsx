import { useEffect, useRef } from "react";
import { ArrowLeft, Lock, Mic, RotateCw, SendHorizontal, Square, Trash2 } from "lucide-react";
import { Button } from "../parts/Button.js";
import { Icon } from "../parts/Icon.js";
import { IconButton } from "../parts/IconButton.js";
import { Meter } from "../parts/Meter.js";
import { Progress } from "../parts/Progress.js";
import { Spinner } from "../parts/Spinner.js";
import { useNow, useParley, useStore } from "../parley.js";
import { clock } from "../units.js";
import { VoicePlayer } from "./VoicePlayer.js";
import { recorderFailures } from "./words.js";
import styles from "./Recorder.module.css";

/** Shorter is a tap: it starts the recording and leaves it running. */
const holdMs = 300;
const cancelAt = -72;
const lockAt = -56;

/** Tapped (or Space or Enter), or held while speaking: let go to send, pull left to cancel, up to go on without the hand. */
export function RecordButton() {
  const { do: act, recorder } = useParley();
  const state = useStore(recorder);
  const hold = useRef<{ timer: number; x: number; y: number; held: boolean } | null>(null);
  // The browser makes a click of every press that ends where it began, of a long one too.
  const wasHeld = useRef(false);

  useEffect(() => () => clearTimeout(hold.current?.timer), []);

  const release = (send: boolean) => {
    const current = hold.current;
    hold.current = null;
    if (!current) return;
    clearTimeout(current.timer);
    if (!current.held) return;
    const now = recorder.getSnapshot();
    if (now.at === "recording" && now.how === "hold") {
      if (send) act.stopRecording("send");
      else act.lockRecording();
    } else if (now.at === "asking") {
      // The finger had to leave for the browser's question.
      act.cancelRecording();
    }
  };

  return (
    <span className={styles.hold} data-held={state.at === "recording"}>
      <IconButton
        icon={Mic}
        kind={state.at === "idle" ? "plain" : "primary"}
        label="Record a voice note"
        onContextMenu={(event) => event.preventDefault()}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          wasHeld.current = false;
          const start = { x: event.clientX, y: event.clientY, held: false, timer: 0 };
          start.timer = window.setTimeout(() => {
            start.held = true;
            wasHeld.current = true;
            act.startRecording("hold");
          }, holdMs);
          hold.current = start;
        }}
        onPointerMove={(event) => {
          const current = hold.current;
          if (!current?.held) return;
          if (event.clientX - current.x < cancelAt) {
            hold.current = null;
            act.cancelRecording();
          } else if (event.clientY - current.y < lockAt) {
            hold.current = null;
            act.lockRecording();
          }
        }}
        onPointerUp={() => release(true)}
        onPointerCancel={() => release(false)}
        onClick={() => {
          const held = wasHeld.current;
          wasHeld.current = false;
          if (!held && recorder.getSnapshot().at === "idle") act.startRecording("tap");
        }}
      />
    </span>
  );
}

/** Stands in the composer's place as long as something is being recorded. */
export function RecorderPanel() {
  const { do: act, recorder } = useParley();
  const state = useStore(recorder);
  switch (state.at) {
    case "idle":
      return null;
    case "asking":
      return (
        <div className={styles.panel}>
          <Spinner />
          <p>Please allow the microphone in the browser's question.</p>
          <Button kind="plain" onClick={act.cancelRecording}>
            Cancel
          </Button>
        </div>
      );
    case "recording":
      return <Running key={state.how} since={state.since} limitMs={state.limitMs} held={state.how === "hold"} />;
    case "stopping":
      return (
        <div className={styles.panel}>
          <Spinner />
          <p>One moment…</p>
        </div>
      );
    case "review":
      return (
        <div className={styles.panel}>
          <IconButton icon={Trash2} label="Discard the voice note" onClick={act.cancelRecording} />
          <VoicePlayer {...state.recording} label="your voice note" />
          <IconButton icon={SendHorizontal} kind="primary" label="Send the voice note" autoFocus onClick={act.sendRecording} />
        </div>
      );
    case "sending":
      return (
        <div className={styles.panel}>
          <p className={styles.progress}>
            Sending the voice note, {Math.round(state.percent)} %
            <Progress label="Sending the voice note" value={state.percent / 100} />
          </p>
          <Button kind="plain" onClick={act.cancelRecording}>
            Cancel
          </Button>
        </div>
      );
    case "failed":
      return (
        <div className={styles.panel} role="alert">
          <p className={styles.wrong}>{recorderFailures[state.why]}</p>
          <IconButton
            icon={RotateCw}
            label="Try again"
            autoFocus
            onClick={() => (state.recording ? act.sendRecording() : act.startRecording("tap"))}
          />
          <IconButton icon={Trash2} label={state.recording ? "Discard the voice note" : "Close"} onClick={act.cancelRecording} />
        </div>
      );
  }
}

function Running({ since, limitMs, held }: { since: number; limitMs: number; held: boolean }) {
  const { do: act, level } = useParley();
  const loudness = useStore(level);
  const now = useNow(200);
  const left = limitMs - (now - since);
  return (
    <div className={styles.panel}>
      {!held && <IconButton icon={Trash2} label="Cancel recording" onClick={act.cancelRecording} />}
      <span className={styles.light} aria-hidden />
      <span className={styles.time}>{clock(now - since)}</span>
      {left < 30_000 && <span className={styles.left}>{clock(left)} left</span>}
      <Meter label="Loudness" value={loudness} />
      {held ? (
        <span className={styles.tips}>
          <Icon of={ArrowLeft} small /> cancel
          <Icon of={Lock} small /> up
        </span>
      ) : (
        <>
          <IconButton icon={Square} label="Stop and listen" autoFocus onClick={() => act.stopRecording("review")} />
          <IconButton icon={SendHorizontal} kind="primary" label="Stop and send" onClick={() => act.stopRecording("send")} />
        </>
      )}
    </div>
  );
}
