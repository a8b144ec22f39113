import { useChat } from "./use_chat.js";
import styles from "./TypingNote.module.css";

/** Seen and not spoken: it comes and goes too often for that. Keeps its place, so that the messages do not jump. */
export function TypingNote() {
  const typing = useChat((chat) => chat.partnerTyping && chat.life.at === "live");
  const partner = useChat((chat) => chat.partner.username);
  return (
    <p className={styles.note} data-typing={typing}>
      {typing && (
        <>
          <span aria-hidden className={styles.dots}>
            <i />
            <i />
            <i />
          </span>
          {partner} is typing
        </>
      )}
    </p>
  );
}
