import { useEffect, useRef, useState } from "react";
import { useParley } from "../ui/parley.js";
import { announcement, type Scene } from "./announcements.js";

/** Says aloud what changes. An incoming call says itself (`alertdialog`), and messages stand in a log. */
export default function Announcer() {
  const parley = useParley();
  const [said, setSaid] = useState<{ text: string; turn: number }>({ text: "", turn: 0 });
  const scene = useRef<Scene | null>(null);

  useEffect(() => {
    const look = (): Scene => ({
      session: parley.session.getSnapshot(),
      chat: parley.chat.getSnapshot(),
      call: parley.call.getSnapshot(),
      recorder: parley.recorder.getSnapshot(),
    });
    scene.current = look();
    const changed = () => {
      const now = look();
      const text = announcement(scene.current!, now);
      scene.current = now;
      if (text) setSaid(({ turn }) => ({ text, turn: turn + 1 }));
    };
    const stops = [parley.session, parley.chat, parley.call, parley.recorder].map((store) => store.subscribe(changed));
    return () => stops.forEach((stop) => stop());
  }, [parley]);

  // Two regions by turns: the same sentence twice is a change both times.
  return (
    <>
      <p role="status" className="unseen">
        {said.turn % 2 ? said.text : ""}
      </p>
      <p role="status" className="unseen">
        {said.turn % 2 ? "" : said.text}
      </p>
    </>
  );
}
