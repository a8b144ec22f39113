import { useEffect, useRef, useState } from "react";
import { Bell } from "lucide-react";
import type { Guest, Link, Search } from "../../session/state.js";
import { Button } from "../parts/Button.js";
import { initialsOf } from "../parts/Avatar.js";
import { useNow, useParley } from "../parley.js";
import { clock, people } from "../units.js";
import { Meeting } from "./Meeting.js";
import { lobbyWords } from "./words.js";
import styles from "./LobbyScreen.module.css";

export interface LobbyScreenProps {
  guest: Guest;
  search: Search;
  link: Link;
  online: number | null;
}

/** A whole view and no dialog over something else, for it may take minutes. */
export default function LobbyScreen({ guest, search, link, online }: LobbyScreenProps) {
  const { do: act } = useParley();
  const heading = useRef<HTMLHeadingElement>(null);
  const waiting = link.at === "waiting" ? link.retryAt : search.at === "failed" ? search.retryAt : null;
  const now = useNow(search.at === "matched" ? null : 1000);
  const { title, text, retry } = lobbyWords(search, link, waiting === null ? null : waiting - now);

  useEffect(() => heading.current?.focus(), []);

  const met = search.at === "matched" ? search.partner : null;
  return (
    <main className={styles.lobby} data-screen="lobby" data-state={search.at}>
      <Meeting mine={initialsOf(guest.username)} theirs={met && initialsOf(met.username)} still={search.at === "failed"} />
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{text}</p>
        {search.at !== "matched" && (
          <p className={styles.facts}>
            You are {guest.username}
            {search.at !== "failed" && (
              <>
                {" · "}
                <span aria-hidden>{clock(now - search.since)}</span>
              </>
            )}
            {online !== null && online > 1 && ` · ${people(online)} here now`}
          </p>
        )}
      </div>
      {search.at !== "matched" && (
        <div className={styles.actions}>
          {retry && (
            <Button kind="primary" onClick={act.retry}>
              Try now
            </Button>
          )}
          <Button onClick={act.cancelSearch}>{search.at === "failed" ? "Back to the start" : "Stop searching"}</Button>
          <AskToNotify />
        </div>
      )}
    </main>
  );
}

/** Offered only where the browser would ask; the answer stays with the browser. */
function AskToNotify() {
  const [answer, setAnswer] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  if (answer === "denied") return null;
  if (answer === "granted") return <p className={styles.facts}>You will be notified when someone is found.</p>;
  return (
    <Button kind="plain" icon={Bell} onClick={() => void Notification.requestPermission().then(setAnswer)}>
      Notify me
    </Button>
  );
}
