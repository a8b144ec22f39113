import { createContext, use, useEffect, useState, useSyncExternalStore } from "react";
import type { Parley } from "../app/parley.js";
import type { Store } from "../app/store.js";

const Context = createContext<Parley | null>(null);
export const ParleyProvider = Context.Provider;

/** What there is to show and to do. */
export function useParley(): Parley {
  const parley = use(Context);
  if (!parley) throw new Error("outside of ParleyProvider");
  return parley;
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** Renders again only when this part of the value is another one. */
export function usePart<Value, Part>(store: Store<Value>, select: (value: Value) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}

/** The time, again every `ms` milliseconds; null: it stands still. */
export function useNow(ms: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (ms === null) return;
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** Whether a media query holds, as long as it is asked. */
export function useMedia(query: string): boolean {
  const [list] = useState(() => matchMedia(query));
  return useSyncExternalStore(
    (listener) => {
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => list.matches,
  );
}
