import type { Entry, HistoryItem, MessageEntry } from "./state.js";

/**
 * What the server keeps of this chat, worked into what is shown: known messages learn how far they have come, unknown
 * ones are put where they belong, and everything that only we know (calls, unsent messages) stays where it is.
 */
export function withHistory(entries: readonly Entry[], items: readonly HistoryItem[], now: number): readonly Entry[] {
  const result = [...entries];
  let last = -1;
  for (const item of items) {
    const known = result.findIndex((entry) => entry.kind === "message" && isSame(entry, item));
    if (known >= 0) {
      const entry = result[known] as MessageEntry;
      result[known] = learned(entry, item, now);
      last = Math.max(last, known);
    } else {
      last += 1;
      result.splice(last, 0, fromItem(item));
    }
  }
  return result;
}

function isSame(entry: MessageEntry, item: HistoryItem): boolean {
  if (entry.id === item.id) return true;
  return entry.mine && item.mine && item.clientMessageId !== null && entry.key === item.clientMessageId;
}

function learned(entry: MessageEntry, item: HistoryItem, now: number): MessageEntry {
  if (!entry.mine || entry.receipt?.at === "delivered") return entry;
  return { ...entry, id: item.id, receipt: receiptOf(item, now) };
}

function receiptOf(item: HistoryItem, now: number): MessageEntry["receipt"] {
  return item.delivered === null ? { at: "sent" } : { at: "delivered", when: Math.min(item.delivered, now) };
}

function fromItem(item: HistoryItem): MessageEntry {
  return {
    kind: "message",
    key: item.mine ? (item.clientMessageId ?? item.id) : item.id,
    id: item.id,
    mine: item.mine,
    at: item.at,
    body: item.body,
    receipt: item.mine ? receiptOf(item, item.delivered ?? 0) : null,
    cover: item.mine ? "shown" : "covered",
  };
}
