import styles from "./Waveform.module.css";

/** Loudness over time as bars; what is played already is drawn firmly. */
export function Waveform({ levels, played }: { levels: readonly number[]; played: number }) {
  const bars = levels.length ? levels : flat;
  const step = 100 / bars.length;
  const shape = bars
    .map((level, index) => {
      const height = 8 + 84 * Math.min(1, Math.max(0, level));
      return `M${((index + 0.5) * step).toFixed(2)} ${(50 - height / 2).toFixed(1)}v${height.toFixed(1)}`;
    })
    .join("");
  return (
    <svg aria-hidden className={styles.waveform} viewBox="0 0 100 100" preserveAspectRatio="none">
      <path d={shape} opacity="0.4" />
      <path d={shape} className={styles.played} style={{ clipPath: `inset(0 ${100 - played * 100}% 0 0)` }} />
    </svg>
  );
}

const flat: readonly number[] = Array.from({ length: 40 }, () => 0.12);
