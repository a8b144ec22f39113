import { useRef, useState } from "react";
import { Pause, Play } from "lucide-react";
import { IconButton } from "../parts/IconButton.js";
import { clock } from "../units.js";
import { Waveform } from "./Waveform.js";
import styles from "./VoicePlayer.module.css";

/** One at a time: whoever starts another voice note wants to hear that one. */
let playing: HTMLAudioElement | null = null;

const speeds = [1, 1.5, 2];

export function VoicePlayer({ url, durationMs, waveform, label = "voice note" }: VoicePlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [running, setRunning] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [gone, setGone] = useState(url === null);
  const seconds = durationMs / 1000;

  const toggle = () => {
    const element = audio.current!;
    if (!element.paused) return element.pause();
    if (playing && playing !== element) playing.pause();
    playing = element;
    element.playbackRate = speed;
    element.play().catch((error: unknown) => setGone(!(error instanceof DOMException && error.name === "AbortError")));
  };

  const change = () => {
    const next = speeds[(speeds.indexOf(speed) + 1) % speeds.length]!;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };

  if (gone) return <p>This voice note has expired and cannot be heard any more.</p>;
  return (
    <div className={styles.player} role="group" aria-label={`Voice note, ${clock(durationMs)}`}>
      <audio
        ref={audio}
        src={url!}
        preload="none"
        onPlay={() => setRunning(true)}
        onPause={() => setRunning(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onEnded={() => setAt(0)}
        onError={() => setGone(true)}
      />
      <IconButton icon={running ? Pause : Play} label={running ? `Pause ${label}` : `Play ${label}`} onClick={toggle} />
      <span className={styles.track}>
        <Waveform levels={waveform} played={seconds ? Math.min(1, at / seconds) : 0} />
        <input
          type="range"
          aria-label={`Position in ${label}`}
          aria-valuetext={`${clock(at * 1000)} of ${clock(durationMs)}`}
          min={0}
          max={seconds}
          step={0.1}
          value={Math.min(at, seconds)}
          onChange={(event) => {
            const to = Number(event.target.value);
            setAt(to);
            if (audio.current) audio.current.currentTime = to;
          }}
        />
      </span>
      <span className={styles.time}>{clock(at ? at * 1000 : durationMs)}</span>
      <button type="button" className={styles.speed} aria-label={`Speed ${speed} times, change`} onClick={change}>
        {speed}×
      </button>
    </div>
  );
}

export interface VoicePlayerProps {
  url: string | null;
  durationMs: number;
  waveform: readonly number[];
  label?: string;
}
