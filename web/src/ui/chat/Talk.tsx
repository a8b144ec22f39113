import { Suspense, useEffect, useRef, useState } from "react";
import { later } from "../later.js";
import { useMedia, useParley, useStore } from "../parley.js";
import { ChatScreen } from "./ChatScreen.js";
import { useChat } from "./use_chat.js";
import styles from "./Talk.module.css";

const callLayer = later(() => import("../call/CallLayer.js"));

/** The chat, and a call in front of it or, where there is room, beside it. */
export default function Talk() {
  const parley = useParley();
  const call = useStore(parley.call);
  const wide = useMedia("(min-width: 60em)");
  const [open, setOpen] = useState(false);
  const entries = useChat((chat) => chat.entries.length);
  const [seen, setSeen] = useState(entries);
  const staged = call.at === "calling" || call.at === "connecting" || call.at === "in-call" || call.at === "reconnecting" || call.at === "ended";
  const chatShown = !staged || wide || open;

  // Fetched while the guests say hello, so that a call begins at once.
  useEffect(() => {
    callLayer.prefetch();
  }, []);

  useEffect(() => {
    if (chatShown) setSeen(entries);
  }, [chatShown, entries]);

  // After a call one goes on writing.
  const wasStaged = useRef(false);
  useEffect(() => {
    if (wasStaged.current && !staged) {
      setOpen(false);
      document.querySelector<HTMLElement>("[data-composer]")?.focus();
    }
    wasStaged.current = staged;
  }, [staged]);

  return (
    <main className={styles.talk} data-staged={staged} data-chat-shown={chatShown}>
      {call.at !== "idle" && (
        <Suspense fallback={staged && <div className={styles.waiting} />}>
          <callLayer.View call={call} chat={{ open, unseen: chatShown ? 0 : entries - seen, toggle: () => setOpen(!open) }} />
        </Suspense>
      )}
      <div className={styles.chat} inert={!chatShown}>
        <ChatScreen onBack={staged && !wide ? () => setOpen(false) : null} />
      </div>
    </main>
  );
}
