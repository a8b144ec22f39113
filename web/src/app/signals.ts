/** What a guest hears or is told outside of the page; carried out by whoever owns sounds and notifications. */
export type Signal =
  | { type: "sound"; sound: "matched" | "message" | "connection-lost" | "call-ended" }
  /** Goes on until another ring or null comes. */
  | { type: "ring"; ring: "incoming" | "outgoing" | null }
  /** For a page that is out of sight. */
  | { type: "notify"; about: "matched" | "message" | "call"; from: string; text: string };
