import { useEffect, useId, useRef, type ReactNode } from "react";
import styles from "./Dialog.module.css";

export interface DialogProps {
  title: string;
  /** Esc, a click beside it, or the browser's Back gesture; the dialog goes when its owner stops rendering it. */
  onDismiss: () => void;
  children: ReactNode;
  alert?: boolean;
  wide?: boolean;
}

/** A native modal dialog: the browser keeps the focus inside; it begins at `data-focus` and goes back to where it was. */
export function Dialog({ title, onDismiss, children, alert = false, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    element.showModal();
    element.querySelector<HTMLElement>("[data-focus]")?.focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      role={alert ? "alertdialog" : undefined}
      aria-labelledby={id}
      className={`${styles.dialog} ${wide ? styles.wide : ""}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onDismiss();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onDismiss();
      }}
      onClose={() => {
        // A browser may insist on closing, for example when going back is asked for twice; whether it goes is its owner's to say.
        if (dialog.current?.isConnected && !dialog.current.open) dialog.current.showModal();
      }}
      onClick={(event) => {
        if (!alert && event.target === dialog.current) onDismiss();
      }}
    >
      <div className={styles.inside}>
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
