import { ArrowLeft, Ban, DoorOpen, EllipsisVertical, Flag, Phone, SkipForward, Video } from "lucide-react";
import { Avatar } from "../parts/Avatar.js";
import { Button } from "../parts/Button.js";
import { IconButton } from "../parts/IconButton.js";
import { Menu, MenuItem } from "../parts/Menu.js";
import { useParley, usePart } from "../parley.js";
import { useChat } from "./use_chat.js";
import styles from "./ChatHeader.module.css";

export type ChatQuestion = "leave" | "block" | "report";

export function ChatHeader({ ask, onBack }: { ask: (question: ChatQuestion) => void; onBack: (() => void) | null }) {
  const { do: act, call } = useParley();
  const partner = useChat((chat) => chat.partner);
  const live = useChat((chat) => chat.life.at === "live");
  const status = useChat(({ life, partnerAway, away, partnerTyping }) =>
    life.at === "over" ? "has left" : partnerAway ? "connection lost" : away ? "you are offline" : partnerTyping ? "is typing…" : "is here",
  );
  const inCall = usePart(call, ({ at }) => at !== "idle" && at !== "ended");

  return (
    <header className={styles.header}>
      {onBack && <IconButton icon={ArrowLeft} label="Back to the call" onClick={onBack} />}
      <span className={styles.avatar}>
        <Avatar id={partner.id} name={partner.username} />
      </span>
      <div className={styles.who}>
        <h1>{partner.username}</h1>
        <p data-status={status}>{status}</p>
      </div>
      <div className={styles.acts}>
        {live && (
          <>
            <IconButton icon={Phone} label={`Call ${partner.username}`} disabled={inCall} onClick={() => act.previewCall("audio")} />
            <IconButton icon={Video} label={`Video call ${partner.username}`} disabled={inCall} onClick={() => act.previewCall("video")} />
            <Button icon={SkipForward} className={styles.next} aria-label="Next: leave and meet someone new" title="Leave and meet someone new" onClick={act.next}>
              <span>Next</span>
            </Button>
          </>
        )}
        <Menu icon={EllipsisVertical} label="More">
          <MenuItem icon={Flag} onChoose={() => ask("report")}>
            Report {partner.username}
          </MenuItem>
          {live && (
            <>
              <MenuItem icon={Ban} onChoose={() => ask("block")}>
                Block {partner.username}
              </MenuItem>
              <MenuItem icon={DoorOpen} danger onChoose={() => ask("leave")}>
                Leave the chat
              </MenuItem>
            </>
          )}
        </Menu>
      </div>
    </header>
  );
}
