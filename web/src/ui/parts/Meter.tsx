import type { CSSProperties } from "react";
import styles from "./Meter.module.css";

/** How loud it is, from 0 to 1. */
export function Meter({ label, value }: { label: string; value: number }) {
  const level = Math.min(1, Math.max(0, value));
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
      className={styles.meter}
      style={{ "--level": level } as CSSProperties}
    />
  );
}
