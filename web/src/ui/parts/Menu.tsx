import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { Icon } from "./Icon.js";
import { IconButton, type IconButtonProps } from "./IconButton.js";
import { placeBeside } from "./place.js";
import styles from "./Menu.module.css";

export interface MenuProps {
  label: string;
  icon: LucideIcon;
  kind?: IconButtonProps["kind"];
  small?: boolean;
  children: ReactNode;
}

/** A button that opens a list of things to do, in the browser's top layer. */
export function Menu({ label, icon, kind = "plain", small = false, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLDivElement>(null);
  const id = useId();
  return (
    <div ref={button} className={styles.holder}>
      <IconButton
        icon={icon}
        label={label}
        kind={kind}
        small={small}
        popoverTarget={id}
        aria-haspopup="menu"
        aria-expanded={open}
      />
      <div
        ref={menu}
        id={id}
        role="menu"
        aria-label={label}
        popover="auto"
        className={styles.menu}
        onToggle={(event) => {
          const opened = event.newState === "open";
          setOpen(opened);
          if (!opened) return;
          placeBeside(menu.current!, button.current!);
          itemsOf(menu.current!)[0]?.focus();
        }}
        onKeyDown={(event) => moveFocus(event, menu.current!)}
        onClick={(event) => {
          if ((event.target as Element).closest("[role^=menuitem]")) menu.current!.hidePopover();
        }}
      >
        {children}
      </div>
    </div>
  );
}

export function MenuItem({ icon, danger = false, onChoose, children }: MenuItemProps) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} className={danger ? styles.danger : ""} onClick={onChoose}>
      {icon && <Icon of={icon} small />}
      {children}
    </button>
  );
}

/** One of several, of which one is chosen. */
export function MenuChoice({ chosen, onChoose, children }: { chosen: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <button type="button" role="menuitemradio" aria-checked={chosen} tabIndex={-1} onClick={onChoose}>
      <span aria-hidden className={styles.dot} />
      {children}
    </button>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className={styles.group}>
      <span aria-hidden>{label}</span>
      {children}
    </div>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  danger?: boolean;
  onChoose: () => void;
  children: ReactNode;
}

const itemsOf = (menu: HTMLElement) => [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];

function moveFocus(event: KeyboardEvent, menu: HTMLElement): void {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}
