import styles from "./Spinner.module.css";

/** Turns while something is under way; what it is stands in words beside it. */
export function Spinner() {
  return <span aria-hidden className={styles.spinner} />;
}
