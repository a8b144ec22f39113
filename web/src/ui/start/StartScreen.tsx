import type { SessionState } from "../../session/state.js";
import { Art } from "../parts/Art.js";
import { NameForm } from "./NameForm.js";

/** What it is, who one will be, and one button. The same words stand in index.html. */
export function StartScreen({ session }: { session: Extract<SessionState, { at: "start" | "booting" }> }) {
  return (
    <main className="start" data-screen="start">
      <Art className="start-art" />
      <div className="start-words">
        <p className="start-brand">Parley</p>
        <h1>Talk with someone you have never met.</h1>
        <p className="start-lead">
          One stranger at a time: in words, pictures, by voice or face to face. No account, no profile, nothing to install.
        </p>
        {session.at === "start" ? <NameForm start={session} /> : <GhostForm />}
        <div className="start-small">
          <p>For adults. Be kind; leave, block or report whenever you like.</p>
          <p>
            When a chat ends, its messages and files are erased. Only of a chat that somebody reports, the last 20 messages
            are kept, for 30 days at most.
          </p>
        </div>
      </div>
    </main>
  );
}

/** Keeps the place of the form until it is known who comes. */
function GhostForm() {
  return (
    <div className="start-form">
      <div className="start-ghost-field" />
      <div className="start-ghost-button" />
    </div>
  );
}
