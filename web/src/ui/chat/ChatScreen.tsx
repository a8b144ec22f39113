import { useRef, useState, type DragEvent } from "react";
import { useParley } from "../parley.js";
import { ChatHeader, type ChatQuestion } from "./ChatHeader.js";
import { ChatNotes, ChatOver } from "./ChatNotes.js";
import { Composer } from "./Composer.js";
import { BlockDialog, LeaveDialog } from "./LeaveDialog.js";
import { MessageList } from "./MessageList.js";
import { ReportDialog } from "./ReportDialog.js";
import { useChat } from "./use_chat.js";
import styles from "./ChatScreen.module.css";

/** `onBack`: where a call is behind the chat and is to be seen again. */
export function ChatScreen({ onBack }: { onBack: (() => void) | null }) {
  const [question, setQuestion] = useState<ChatQuestion | null>(null);
  const live = useChat((chat) => chat.life.at === "live");
  const drop = useDrop(live);
  const close = () => setQuestion(null);
  return (
    <section className={styles.chat} data-screen="chat" data-state={live ? "live" : "over"} {...drop.handlers}>
      <ChatHeader ask={setQuestion} onBack={onBack} />
      <MessageList />
      <div className={styles.foot}>
        <ChatNotes />
        {live ? <Composer /> : <ChatOver />}
      </div>
      {drop.over && <p className={styles.drop}>Let go to attach</p>}
      {question === "leave" && <LeaveDialog close={close} />}
      {question === "block" && <BlockDialog close={close} />}
      {question === "report" && <ReportDialog close={close} />}
    </section>
  );
}

/** Files can be dropped anywhere on the chat. */
function useDrop(live: boolean) {
  const { do: act } = useParley();
  const [over, setOver] = useState(false);
  // Entering a child comes before leaving its parent, so it is counted and not switched.
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) => live && event.dataTransfer.types.includes("Files");
  const inside = (by: number) => {
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const handlers = {
    onDragEnter: (event: DragEvent) => hasFiles(event) && inside(1),
    onDragLeave: (event: DragEvent) => hasFiles(event) && inside(-1),
    onDragOver: (event: DragEvent) => hasFiles(event) && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      inside(-depth.current);
      act.pick([...event.dataTransfer.files]);
    },
  };
  return { over, handlers };
}
