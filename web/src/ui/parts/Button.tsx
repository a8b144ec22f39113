import type { ButtonHTMLAttributes } from "react";
import type { LucideIcon } from "lucide-react";
import { Icon } from "./Icon.js";
import styles from "./Button.module.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "primary" | "quiet" | "plain" | "danger";
  icon?: LucideIcon | undefined;
  wide?: boolean;
}

export function Button({ kind = "quiet", icon, wide = false, children, className = "", ...rest }: ButtonProps) {
  const names = `${styles.button} ${styles[kind]} ${wide ? styles.wide : ""} ${className}`;
  return (
    <button type="button" className={names} {...rest}>
      {icon && <Icon of={icon} small />}
      {children}
    </button>
  );
}
