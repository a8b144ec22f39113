import { Suspense, useEffect } from "react";
import { PlainPage } from "../ui/PlainPage.js";
import { StartScreen } from "../ui/start/StartScreen.js";
import { later } from "../ui/later.js";
import { ParleyProvider, useParley, usePart, useStore } from "../ui/parley.js";
import { ErrorBoundary } from "./ErrorBoundary.js";
import type { Parley } from "./parley.js";
import { useTitle } from "./use_title.js";

const second = () => import("./second.js");
const announcer = later(async () => ({ default: (await second()).Announcer }));
const lobby = later(async () => ({ default: (await second()).LobbyScreen }));
const elsewhere = later(async () => ({ default: (await second()).Elsewhere }));
const talk = later(() => import("../ui/chat/Talk.js"));

export function App({ parley }: { parley: Parley }) {
  return (
    <ParleyProvider value={parley}>
      <ErrorBoundary>
        <Screen />
      </ErrorBoundary>
      <Suspense fallback={null}>
        <announcer.View />
      </Suspense>
    </ParleyProvider>
  );
}

/** Which screen there is follows from the session alone. */
function Screen() {
  const parley = useParley();
  const session = useStore(parley.session);
  const chatting = usePart(parley.chat, ({ at }) => at === "open");
  useTitle();

  // The next screen's code is there before it is needed.
  const at = session.at;
  useEffect(() => {
    if (at === "start") lobby.prefetch();
    if (at === "guest") talk.prefetch();
  }, [at]);

  switch (session.at) {
    case "booting":
    case "start":
      return <StartScreen session={session} />;
    case "guest":
      if (session.place.at === "lobby") {
        return (
          <Suspense fallback={null}>
            <lobby.View guest={session.guest} search={session.place.search} link={session.link} online={session.online} />
          </Suspense>
        );
      }
      return chatting ? (
        <Suspense fallback={<Opening />}>
          <talk.View />
        </Suspense>
      ) : (
        <Opening />
      );
    default:
      return (
        <Suspense fallback={null}>
          <elsewhere.View session={session} />
        </Suspense>
      );
  }
}

function Opening() {
  return <PlainPage title="Opening your chat…">One moment. The server is asked whether it goes on.</PlainPage>;
}
