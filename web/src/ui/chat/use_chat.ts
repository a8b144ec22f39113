import { useRef } from "react";
import type { Conversation } from "../../chat/state.js";
import { useParley, usePart } from "../parley.js";

/** A part of the open chat. A view that is about to go, since the chat is closed, goes on seeing what it saw last. */
export function useChat<Part>(select: (chat: Conversation) => Part): Part {
  const { chat } = useParley();
  const last = useRef<Conversation | null>(null);
  return usePart(chat, (now) => {
    if (now.at === "open") last.current = now;
    if (!last.current) throw new Error("no chat is open");
    return select(last.current);
  });
}
