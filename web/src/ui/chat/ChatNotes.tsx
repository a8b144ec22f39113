import { CloudOff, LogOut } from "lucide-react";
import { Banner } from "../parts/Banner.js";
import { Button } from "../parts/Button.js";
import { useNow, useParley, usePart } from "../parley.js";
import { wait } from "../units.js";
import { useChat } from "./use_chat.js";
import { endWords } from "./words.js";
import styles from "./ChatScreen.module.css";

/** What stands between the two at this moment, and what can be done. */
export function ChatNotes() {
  const life = useChat((chat) => chat.life);
  const away = useChat((chat) => chat.away);
  const partnerAway = useChat((chat) => chat.partnerAway);
  if (life.at === "over") return null;
  if (away) return <OwnConnection />;
  if (partnerAway) return <PartnerAway until={partnerAway.until} />;
  return null;
}

function OwnConnection() {
  const { do: act, session } = useParley();
  const link = usePart(session, (now) => (now.at === "guest" ? now.link : null));
  const now = useNow(link?.at === "waiting" ? 1000 : null);
  const retry = <Button onClick={act.retry}>Try now</Button>;
  const kept = "What you write is kept and sent when you are back.";
  if (link?.at === "gave-up") return <Banner icon={CloudOff} action={retry}>No connection, and we have stopped trying. {kept}</Banner>;
  if (link?.at === "waiting") {
    return (
      <Banner icon={CloudOff} action={retry}>
        No connection. {link.retryAt > now ? `Trying again in ${wait(link.retryAt - now)}.` : "Trying again now."} {kept}
      </Banner>
    );
  }
  return <Banner busy>Reconnecting… {kept}</Banner>;
}

function PartnerAway({ until }: { until: number }) {
  const partner = useChat((chat) => chat.partner.username);
  const now = useNow(1000);
  return (
    <Banner busy>
      {partner} has lost the connection. {until > now ? `We wait ${wait(until - now)} more.` : "The chat is about to end."} Your
      messages arrive when {partner} is back.
    </Banner>
  );
}

/** Instead of the composer when the chat is over: stay and read, or go on. */
export function ChatOver() {
  const { do: act } = useParley();
  const life = useChat((chat) => chat.life);
  const partner = useChat((chat) => chat.partner.username);
  const anything = useChat((chat) => chat.entries.length > 0);
  if (life.at !== "over") return null;
  return (
    <div className={styles.over}>
      <Banner icon={LogOut}>
        {endWords(life.why, partner)}
        {anything && " You can still read the conversation here; it is gone when you go on."}
      </Banner>
      <div className={styles.onward}>
        <Button kind="primary" autoFocus onClick={act.next}>
          Meet someone new
        </Button>
        <Button onClick={act.home}>To the start page</Button>
      </div>
    </div>
  );
}
