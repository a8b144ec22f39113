import type { ButtonHTMLAttributes } from "react";
import type { LucideIcon } from "lucide-react";
import { Icon } from "./Icon.js";
import styles from "./IconButton.module.css";

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  /** Says what pressing it does; for something that is switched it stays the same, and `pressed` tells. */
  label: string;
  pressed?: boolean;
  kind?: "plain" | "primary" | "danger" | "glass";
  small?: boolean;
}

export function IconButton({ icon, label, pressed, kind = "plain", small = false, ...rest }: IconButtonProps) {
  const names = `${styles.button} ${styles[kind]} ${small ? styles.small : ""}`;
  return (
    <button type="button" className={names} aria-label={label} title={label} aria-pressed={pressed} {...rest}>
      <Icon of={icon} small={small} />
    </button>
  );
}
