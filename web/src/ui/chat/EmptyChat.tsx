import { initialsOf } from "../parts/Avatar.js";
import { useParley, usePart } from "../parley.js";
import { Meeting } from "../lobby/Meeting.js";
import { useChat } from "./use_chat.js";
import { openers } from "./words.js";
import styles from "./EmptyChat.module.css";

/** The first word is the hardest; an opener goes into the composer, where it can still be changed. */
export function EmptyChat() {
  const { do: act, session } = useParley();
  const me = usePart(session, (now) => (now.at === "guest" ? now.guest.username : ""));
  const partner = useChat((chat) => chat.partner.username);
  return (
    <div className={styles.empty}>
      <Meeting mine={initialsOf(me)} theirs={initialsOf(partner)} still />
      <h2>You have met {partner}</h2>
      <p>Write whatever you like, or begin with one of these.</p>
      <ul>
        {openers.map((opener) => (
          <li key={opener}>
            <button
              type="button"
              onClick={() => {
                act.changeDraft(opener);
                document.querySelector<HTMLElement>("[data-composer]")?.focus();
              }}
            >
              {opener}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
