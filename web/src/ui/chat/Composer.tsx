import { useEffect, useRef, type ClipboardEvent, type KeyboardEvent } from "react";
import { Paperclip, SendHorizontal } from "lucide-react";
import { IconButton } from "../parts/IconButton.js";
import { useMedia, useParley, usePart } from "../parley.js";
import { AttachmentTray } from "./AttachmentTray.js";
import { RecordButton, RecorderPanel } from "./Recorder.js";
import { useChat } from "./use_chat.js";
import styles from "./Composer.module.css";

const longest = 1000;

export function Composer() {
  const { do: act, recorder } = useParley();
  const draft = useChat((chat) => chat.draft);
  const picked = useChat((chat) => chat.attachments.some(({ state }) => state.at === "picked"));
  const partner = useChat((chat) => chat.partner.username);
  const recording = usePart(recorder, ({ at }) => at);
  const held = usePart(recorder, (now) => (now.at === "asking" || now.at === "recording") && now.how === "hold");
  const touch = useMedia("(pointer: coarse)");
  const field = useRef<HTMLTextAreaElement>(null);

  const over = draft.length - longest;
  const ready = over <= 0 && (picked || draft.trim() !== "");
  const send = () => {
    if (ready) act.send();
    field.current?.focus();
  };

  // Whoever comes into a chat can write at once; whoever comes back from recording, too.
  useEffect(() => {
    if (recording === "idle") field.current?.focus({ preventScroll: true });
  }, [recording]);

  // A browser that does not let the field grow by itself is helped.
  useEffect(() => {
    if (CSS.supports?.("field-sizing", "content") || !field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [draft, recording]);

  return (
    <div className={styles.composer}>
      <AttachmentTray />
      {over > -100 && (
        <p className={styles.length} data-over={over > 0} id="composer-length">
          {over > 0 ? `${over} characters too long; at most ${longest} can be sent at once` : `${-over} characters left`}
        </p>
      )}
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {recording === "idle" ? (
          <>
            <AttachButton />
            <textarea
              ref={field}
              data-composer
              aria-label={`Message to ${partner}`}
              aria-invalid={over > 0 || undefined}
              aria-describedby={over > -100 ? "composer-length" : undefined}
              placeholder="Write a message"
              rows={1}
              enterKeyHint={touch ? "enter" : "send"}
              value={draft}
              onChange={(event) => act.changeDraft(event.target.value)}
              onPaste={(event) => pasteFiles(event, act.pick)}
              onKeyDown={(event) => {
                if (sends(event, touch)) {
                  event.preventDefault();
                  send();
                }
              }}
            />
          </>
        ) : (
          <RecorderPanel />
        )}
        {recording === "idle" && (draft.trim() || picked) ? (
          <IconButton key="send" type="submit" icon={SendHorizontal} kind="primary" label="Send" disabled={!ready} />
        ) : recording === "idle" || held ? (
          <RecordButton key="record" />
        ) : null}
      </form>
    </div>
  );
}

/** Enter sends, Shift+Enter makes a line; on a screen keyboard Enter makes a line and the button sends. */
function sends(event: KeyboardEvent, touch: boolean): boolean {
  return event.key === "Enter" && !event.shiftKey && !touch && !event.nativeEvent.isComposing;
}

function pasteFiles(event: ClipboardEvent, pick: (files: File[]) => void): void {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  pick(files);
}

function AttachButton() {
  const { do: act } = useParley();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon={Paperclip} label="Attach files" onClick={() => input.current!.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-attach
        onChange={(event) => {
          act.pick([...(event.target.files ?? [])]);
          // Else the same file could not be picked twice.
          event.target.value = "";
        }}
      />
    </>
  );
}
