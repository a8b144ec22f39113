import { useEffect, useState } from "react";
import { useParley, usePart } from "../ui/parley.js";

/** The tab's title tells who is there, and blinks while somebody waits and the page is out of sight. */
export function useTitle(): void {
  const { session, chat, call } = useParley();
  const partner = usePart(chat, (now) => (now.at === "open" ? now.partner.username : null));
  const unread = usePart(chat, (now) => (now.at === "open" ? now.unread : 0));
  const ringing = usePart(call, ({ at }) => at === "incoming");
  const searching = usePart(session, (now) => now.at === "guest" && now.place.at === "lobby");
  const [blink, setBlink] = useState(false);

  const calls = ringing || unread > 0;
  useEffect(() => {
    if (!calls) return;
    const timer = setInterval(() => setBlink((on) => document.hidden && !on), 1000);
    return () => {
      clearInterval(timer);
      setBlink(false);
    };
  }, [calls]);

  const usual = partner ? `${partner} – Parley` : searching ? "Looking for someone – Parley" : "Parley";
  const urgent = ringing ? `${partner ?? "Someone"} is calling` : `${unread} new – Parley`;
  const title = blink || (calls && !ringing) ? urgent : usual;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
