import type { LucideIcon } from "lucide-react";

/** A drawing beside a name; it says nothing by itself and is hidden from those who listen. */
export function Icon({ of: Drawing, small }: { of: LucideIcon; small?: boolean }) {
  return <Drawing aria-hidden size={small ? "1.125em" : "1.375em"} strokeWidth={1.75} />;
}
