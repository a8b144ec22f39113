import styles from "./Meeting.module.css";

/** Two who draw near: one is there, the other an outline until it is found. */
export function Meeting({ mine, theirs, still }: { mine: string; theirs: string | null; still: boolean }) {
  return (
    <div aria-hidden className={styles.meeting} data-state={theirs ? "met" : still ? "still" : "searching"}>
      <span className={styles.mine}>{mine}</span>
      <span className={styles.theirs}>{theirs}</span>
    </div>
  );
}
