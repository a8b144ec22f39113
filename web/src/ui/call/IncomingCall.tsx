import { Phone, PhoneOff, Video } from "lucide-react";
import type { CallKind } from "../../../../contract/types/payloads.js";
import { Button } from "../parts/Button.js";
import { Dialog } from "../parts/Dialog.js";
import { useParley } from "../parley.js";
import styles from "./IncomingCall.module.css";

/** Interrupts, since somebody waits. Esc declines nothing: it would be pressed by chance while writing. */
export function IncomingCall({ kind, partner }: { kind: CallKind; partner: string }) {
  const { do: act } = useParley();
  return (
    <Dialog alert title={`${partner} is calling`} onDismiss={() => {}}>
      <p>{kind === "video" ? "A video call. You see yourself first, before you are seen." : "A voice call. You are heard only when you accept."}</p>
      <div className={styles.answers}>
        {kind === "video" && (
          <Button kind="primary" icon={Video} data-focus onClick={() => act.acceptCall("video")}>
            Accept with video
          </Button>
        )}
        <Button kind={kind === "video" ? "quiet" : "primary"} icon={Phone} data-focus={kind === "audio" || undefined} onClick={() => act.acceptCall("audio")}>
          {kind === "video" ? "Accept with voice only" : "Accept"}
        </Button>
        <Button kind="danger" icon={PhoneOff} onClick={act.declineCall}>
          Decline
        </Button>
      </div>
    </Dialog>
  );
}
