import { memo } from "react";
import { RotateCw, Trash2 } from "lucide-react";
import type { MessageEntry } from "../../chat/state.js";
import { Button } from "../parts/Button.js";
import { useNow, useParley } from "../parley.js";
import { timeOfDay, wait } from "../units.js";
import { FileBody } from "./FileBody.js";
import { MessageText } from "./MessageText.js";
import { Receipt } from "./Receipt.js";
import { VoicePlayer } from "./VoicePlayer.js";
import { sendFailures } from "./words.js";
import styles from "./MessageBubble.module.css";

/** One message with its time and how far it came; `first` and `last` of those that one guest wrote in a row. */
export const MessageBubble = memo(function MessageBubble({ entry, author, first, last }: MessageBubbleProps) {
  const { body, mine, receipt } = entry;
  return (
    <li className={`${styles.row} ${mine ? styles.mine : styles.theirs}`} data-first={first} data-last={last} data-mine={mine}>
      <div className={styles.bubble} data-body={body.type}>
        <span className="unseen">{mine ? "You: " : `${author}: `}</span>
        {body.type === "text" ? (
          <span className={styles.text}>
            <MessageText text={body.text} />
          </span>
        ) : body.type === "file" ? (
          <FileBody entry={entry} body={body} author={author} />
        ) : (
          <VoicePlayer {...body} />
        )}
        <span className={styles.meta}>
          <time dateTime={new Date(entry.at).toISOString()}>{timeOfDay(entry.at)}</time>
          {receipt && <Receipt receipt={receipt} />}
        </span>
      </div>
      {receipt?.at === "failed" && <Failed entryKey={entry.key} {...receipt} />}
    </li>
  );
});

export interface MessageBubbleProps {
  entry: MessageEntry;
  author: string;
  first: boolean;
  last: boolean;
}

function Failed({ entryKey, why, retryAt }: FailedProps) {
  const { do: act } = useParley();
  const now = useNow(retryAt === null ? null : 1000);
  const left = retryAt === null ? 0 : retryAt - now;
  return (
    <div className={styles.failed}>
      <span>
        {sendFailures[why]}
        {left > 0 && ` You can try again in ${wait(left)}.`}
      </span>
      {why !== "chat-over" && (
        <Button kind="plain" icon={RotateCw} disabled={left > 0} onClick={() => act.retryMessage(entryKey)}>
          Retry
        </Button>
      )}
      <Button kind="plain" icon={Trash2} onClick={() => act.deleteMessage(entryKey)}>
        Delete
      </Button>
    </div>
  );
}

interface FailedProps {
  entryKey: string;
  why: keyof typeof sendFailures;
  retryAt: number | null;
}
