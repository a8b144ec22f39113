import type { ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { Icon } from "./Icon.js";
import { Spinner } from "./Spinner.js";
import styles from "./Banner.module.css";

/** One line on what is happening and, if there is something to be done, the button that does it. */
export function Banner({ icon, busy, children, action }: BannerProps) {
  return (
    <div className={styles.banner}>
      {busy ? <Spinner /> : icon && <Icon of={icon} small />}
      <p>{children}</p>
      {action}
    </div>
  );
}

export interface BannerProps {
  icon?: LucideIcon;
  busy?: boolean;
  children: ReactNode;
  action?: ReactNode;
}
