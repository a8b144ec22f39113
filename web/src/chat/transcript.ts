import type { MatchedUser, RoomId } from "../../../contract/types/payloads.js";
import type { Clock } from "../sdk/clock.js";
import type { SessionStore } from "../sdk/session_store.js";
import type { ChatState, Entry, Kept } from "./state.js";

const conversationKey = "parley_conversation";
const draftKey = "parley_draft";
/** Writing is put off by this much, so that a burst of messages is written once. */
const delayMs = 200;

export interface KeptConversation extends Kept {
  roomId: RoomId;
  me: string;
  partner: MatchedUser;
}

/** The conversation as far as this tab has to know it after a reload; gone with the tab, or when it is put away. */
export class Transcript {
  readonly #session: SessionStore;
  readonly #clock: Clock;
  #state: ChatState = { at: "none" };
  #kept: ChatState = { at: "none" };
  #cancel: (() => void) | null = null;

  constructor(session: SessionStore, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  read(): KeptConversation | null {
    const kept = this.#session.readJson(conversationKey, isConversation);
    return kept && { ...kept, draft: this.#session.read(draftKey) ?? "" };
  }

  keep(state: ChatState): void {
    // What an earlier page has kept is not forgotten before it is read.
    if (state.at === "none" && this.#kept.at === "none" && this.#state.at === "none") return;
    this.#state = state;
    if (state.at === "none") return this.flush();
    this.#cancel ??= this.#clock.after(delayMs, () => this.flush());
  }

  /** To be called when the page goes away. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const [state, kept] = [this.#state, this.#kept];
    if (state === kept || (state.at === "none" && kept.at === "none")) return;
    this.#kept = state;
    if (state.at === "none") {
      this.#session.write(conversationKey, null);
      this.#session.write(draftKey, null);
      return;
    }
    const before = kept.at === "open" ? kept : null;
    if (before?.draft !== state.draft) this.#session.write(draftKey, state.draft || null);
    if (before?.entries === state.entries && before.roomId === state.roomId) return;
    const { roomId, me, partner, since, entries } = state;
    this.#session.write(conversationKey, JSON.stringify({ roomId, me, partner, since, entries }));
  }
}

function isConversation(value: unknown): value is KeptConversation {
  const kept = value as Partial<KeptConversation> | null;
  return (
    typeof kept?.roomId === "string" &&
    typeof kept.me === "string" &&
    typeof kept.since === "number" &&
    typeof kept.partner?.username === "string" &&
    Array.isArray(kept.entries) &&
    kept.entries.every((entry: Partial<Entry> | null) => typeof entry?.key === "string" && typeof entry.at === "number")
  );
}
