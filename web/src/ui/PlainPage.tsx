import { useEffect, useRef, type ReactNode } from "react";
import { Art } from "./parts/Art.js";
import { Button } from "./parts/Button.js";
import styles from "./PlainPage.module.css";

/** A page that has one thing to say and, mostly, one thing to do. */
export function PlainPage({ title, children, action, onAction }: PlainPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className={styles.page} data-screen="plain">
      <Art className={styles.art} />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p>{children}</p>
      {action && (
        <Button kind="primary" onClick={onAction}>
          {action}
        </Button>
      )}
    </main>
  );
}

export interface PlainPageProps {
  title: string;
  children: ReactNode;
  action?: string;
  onAction?: () => void;
}
