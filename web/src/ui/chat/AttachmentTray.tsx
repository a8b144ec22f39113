import { FileText, RotateCw, X } from "lucide-react";
import type { Attachment } from "../../chat/attachments.js";
import { Icon } from "../parts/Icon.js";
import { IconButton } from "../parts/IconButton.js";
import { Progress } from "../parts/Progress.js";
import { useNow, useParley } from "../parley.js";
import { size, wait } from "../units.js";
import { useChat } from "./use_chat.js";
import { refusal, uploadFailures } from "./words.js";
import styles from "./AttachmentTray.module.css";

/** What is going to be sent, with a look at it first, and how far it is. */
export function AttachmentTray() {
  const attachments = useChat((chat) => chat.attachments);
  if (!attachments.length) return null;
  return (
    <ul className={styles.tray} aria-label="Attachments">
      {attachments.map((attachment) => (
        <Item key={attachment.key} attachment={attachment} />
      ))}
    </ul>
  );
}

function Item({ attachment }: { attachment: Attachment }) {
  const { do: act } = useParley();
  const { key, name, preview, state } = attachment;
  return (
    <li className={styles.item} data-state={state.at}>
      {preview ? <img src={preview} alt="" /> : <Icon of={FileText} />}
      <div className={styles.about}>
        <span className={styles.name}>{name}</span>
        <Situation attachment={attachment} />
      </div>
      {state.at === "failed" && state.why !== "refused" && state.why !== "chat-over" && (
        <IconButton icon={RotateCw} label={`Try ${name} again`} onClick={() => act.retryAttachment(key)} />
      )}
      <IconButton icon={X} label={state.at === "uploading" ? `Cancel ${name}` : `Remove ${name}`} onClick={() => act.removeAttachment(key)} />
    </li>
  );
}

function Situation({ attachment: { key, name, size: bytes, caption, state } }: { attachment: Attachment }) {
  const { do: act } = useParley();
  const retryAt = state.at === "failed" ? state.retryAt : null;
  const now = useNow(retryAt === null ? null : 1000);
  switch (state.at) {
    case "picked":
      return (
        <>
          <span className={styles.size}>{size(bytes)}</span>
          <input
            aria-label={`Caption for ${name}`}
            placeholder="Add a caption"
            value={caption}
            maxLength={200}
            onChange={(event) => act.captionAttachment(key, event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              act.send();
            }}
          />
        </>
      );
    case "uploading":
      return (
        <>
          <span className={styles.size}>
            {Math.round(state.percent)} % of {size(bytes)}
          </span>
          <Progress label={`Uploading ${name}`} value={state.percent / 100} />
        </>
      );
    case "refused":
      return <span className={styles.wrong}>{refusal(state.refusal)}</span>;
    case "failed":
      return (
        <span className={styles.wrong}>
          {uploadFailures[state.why]}
          {retryAt !== null && retryAt > now && ` You can try again in ${wait(retryAt - now)}.`}
        </span>
      );
  }
}
