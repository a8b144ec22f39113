import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { Entry } from "../../chat/state.js";

export interface StickToEnd {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  /** The partner's messages below what is shown. */
  unseen: number;
  jump: () => void;
}

/** Whoever reads the end stays there when something comes; whoever reads further up is left alone and told how much came. */
export function useStickToEnd(entries: readonly Entry[]): StickToEnd {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const [seen, setSeen] = useState<string | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const newest = entries.at(-1);

  const jump = useCallback(() => {
    sticking.current = true;
    setAtEnd(true);
    scroller.current!.scrollTop = scroller.current!.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    // What the guest has just written itself is always shown.
    if (sticking.current || (newest?.kind === "message" && newest.mine)) jump();
  }, [newest, jump]);

  useEffect(() => {
    const element = scroller.current!;
    const onScroll = () => {
      const end = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
      sticking.current = end;
      setAtEnd(end);
    };
    // The keyboard comes up, a picture is uncovered, the tray opens: the end remains in sight.
    const resized = new ResizeObserver(() => {
      if (sticking.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(element);
    resized.observe(content.current!);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);

  const newestKey = newest?.key ?? null;
  useEffect(() => {
    if (atEnd) setSeen(newestKey);
  }, [atEnd, newestKey]);

  return { scroller, content, atEnd, unseen: atEnd ? 0 : countAfter(entries, seen), jump };
}

function countAfter(entries: readonly Entry[], key: string | null): number {
  let amount = 0;
  for (let index = entries.length - 1; index >= 0 && entries[index]!.key !== key; index -= 1) {
    const entry = entries[index]!;
    if (entry.kind === "message" && !entry.mine) amount += 1;
  }
  return amount;
}
