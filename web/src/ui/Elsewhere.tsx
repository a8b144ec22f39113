import type { Missing, SessionState } from "../session/state.js";
import { PlainPage } from "./PlainPage.js";
import { useParley } from "./parley.js";
import { wait } from "./units.js";

/** The states in which the guest can do one thing at most. */
export default function Elsewhere({ session }: { session: Extract<SessionState, { at: "unsupported" | "replaced" | "expired" | "banned" | "outdated" }> }) {
  const { do: act } = useParley();
  switch (session.at) {
    case "unsupported":
      return <PlainPage title="This browser is missing something">{missing(session.missing)}</PlainPage>;
    case "replaced":
      return (
        <PlainPage title="Parley is open in another tab" action="Use it here" onAction={act.useHere}>
          {session.place === "chat" ? "Your chat goes on there." : "You go on there."} Only one tab at a time can be{" "}
          {session.guest.username}.
        </PlainPage>
      );
    case "expired":
      return (
        <PlainPage title="Your session has expired" action="To the start page" onAction={act.home}>
          {session.name ? `The name ${session.name} was not used for a while and could not be renewed.` : "It was not used for a while and could not be renewed."}{" "}
          Its chats are erased. You can start afresh at any time.
        </PlainPage>
      );
    case "outdated":
      return (
        <PlainPage title="Parley has been updated" action="Load again" onAction={() => location.reload()}>
          This page is older than its server and has to be loaded again. Your chat is kept for a short while.
        </PlainPage>
      );
    case "banned":
      return (
        <PlainPage title="You cannot chat here at present">
          The operators of this server have shut you out after a report
          {session.until === null ? "." : `; this ends in ${wait(session.until - Date.now())}. Load the page again then.`}
        </PlainPage>
      );
  }
}

const lacks: Record<Missing, string> = {
  storage: "It does not let this page keep anything, not even until the tab is closed. Allow storage for this page, or leave the strict private mode.",
  websocket: "It does not know WebSocket. A current version of Firefox, Chrome, Edge or Safari does.",
  crypto: "It gives no good random numbers to this page. A current browser, and an address that begins with https, do.",
};

function missing(what: readonly Missing[]): string {
  return what.map((each) => lacks[each]).join(" ");
}
