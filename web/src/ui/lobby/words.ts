import type { Link, Search } from "../../session/state.js";
import { wait } from "../units.js";

export interface LobbyWords {
  title: string;
  text: string;
  /** Whether trying again at once is of use. */
  retry: boolean;
}

/** `left`: milliseconds until the next attempt, null if none is planned. */
export function lobbyWords(search: Search, link: Link, left: number | null): LobbyWords {
  const again = left === null ? "" : left > 0 ? ` Trying again in ${wait(left)}.` : " Trying again now.";
  switch (search.at) {
    case "matched":
      return { title: `Meet ${search.partner.username}`, text: "Say something nice.", retry: false };
    case "failed":
      return { title: "The search did not begin", text: failures[search.why] + again, retry: search.why !== "rate-limited" };
    case "offline":
      if (link.at === "gave-up") {
        return { title: "No connection", text: "The server could not be reached for a while, so we have stopped trying.", retry: true };
      }
      return { title: "No connection", text: `We search again as soon as it is back.${again}`, retry: link.at === "waiting" };
    case "asking":
      return { title: "Looking for someone…", text: "This takes a few seconds when others are searching.", retry: false };
    case "searching":
      return {
        title: "Looking for someone…",
        text: search.alone
          ? "Nobody else is searching at this moment. We keep looking, and a tone tells you when someone comes."
          : "This takes a few seconds when others are searching.",
        retry: false,
      };
  }
}

const failures: Record<Extract<Search, { at: "failed" }>["why"], string> = {
  "rate-limited": "You have searched very often in a short time.",
  unavailable: "The server cannot match people at this moment.",
  failed: "Something went wrong at the server.",
};
