import { useMemo } from "react";
import { ArrowDown, Phone, Video } from "lucide-react";
import type { CallEntry, Entry } from "../../chat/state.js";
import { Icon } from "../parts/Icon.js";
import { timeOfDay } from "../units.js";
import { EmptyChat } from "./EmptyChat.js";
import { MessageBubble } from "./MessageBubble.js";
import { TypingNote } from "./TypingNote.js";
import { useChat } from "./use_chat.js";
import { useStickToEnd } from "./use_stick_to_end.js";
import { callWords } from "./words.js";
import styles from "./MessageList.module.css";

export function MessageList() {
  const entries = useChat((chat) => chat.entries);
  const partner = useChat((chat) => chat.partner.username);
  const live = useChat((chat) => chat.life.at === "live");
  const { scroller, content, unseen, atEnd, jump } = useStickToEnd(entries);

  // Elements that stay the same are not compared again when the view alone has changed.
  const rows = useMemo(() => entries.map((entry, index) => row(entries, entry, index, partner)), [entries, partner]);

  return (
    <div className={styles.area}>
      <div ref={scroller} className={styles.scroller} role="region" aria-label="Messages" tabIndex={0}>
        <div ref={content} className={styles.content}>
          {entries.length === 0 && live && <EmptyChat />}
          <div role="log" aria-label={`Conversation with ${partner}`} aria-relevant="additions">
            <ol>{rows}</ol>
          </div>
          <TypingNote />
        </div>
      </div>
      {!atEnd && (
        <button type="button" className={styles.jump} onClick={jump}>
          <Icon of={ArrowDown} small />
          {unseen ? `${unseen} new` : "To the end"}
        </button>
      )}
    </div>
  );
}

function row(entries: readonly Entry[], entry: Entry, index: number, partner: string) {
  if (entry.kind === "call") return <CallLine key={entry.key} entry={entry} partner={partner} />;
  const alike = (other: Entry | undefined) => other?.kind === "message" && other.mine === entry.mine;
  return (
    <MessageBubble key={entry.key} entry={entry} author={partner} first={!alike(entries[index - 1])} last={!alike(entries[index + 1])} />
  );
}

function CallLine({ entry, partner }: { entry: CallEntry; partner: string }) {
  return (
    <li className={styles.call}>
      <Icon of={entry.call === "video" ? Video : Phone} small />
      <span>
        {callWords(entry, partner)} · <time dateTime={new Date(entry.at).toISOString()}>{timeOfDay(entry.at)}</time>
      </span>
    </li>
  );
}
