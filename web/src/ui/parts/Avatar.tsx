import type { CSSProperties } from "react";
import styles from "./Avatar.module.css";

/** Initials on a colour that follows from the guest's id, so that a partner looks the same everywhere. */
export function Avatar({ id, name, size = "medium" }: { id: string; name: string; size?: "medium" | "large" | "huge" }) {
  return (
    <span aria-hidden className={`${styles.avatar} ${styles[size]}`} style={{ "--hue": hueOf(id) } as CSSProperties}>
      {initialsOf(name)}
    </span>
  );
}

export function hueOf(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.codePointAt(0)!) % 360;
  return hash;
}

/** "Quiet Otter", "quiet_otter" and "QuietOtter" are all QO. */
export function initialsOf(name: string): string {
  const words = name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").split(/[\s_\-.]+/u).filter(Boolean);
  const letters = words.filter((word) => /^\p{L}/u.test(word)).map((word) => [...word][0]!);
  const first = letters[0] ?? [...name][0] ?? "?";
  return (first + (letters.length > 1 ? letters[letters.length - 1]! : "")).toUpperCase();
}
