import { useRef } from "react";
import { Dices } from "lucide-react";
import type { SessionState } from "../../session/state.js";
import { Banner } from "../parts/Banner.js";
import { Button } from "../parts/Button.js";
import { IconButton } from "../parts/IconButton.js";
import { Spinner } from "../parts/Spinner.js";
import { TextField } from "../parts/TextField.js";
import { useNow, useParley } from "../parley.js";
import { people, wait } from "../units.js";
import { nameFaults, notices } from "./words.js";

type Start = Extract<SessionState, { at: "start" }>;

export function NameForm({ start }: { start: Start }) {
  const { do: act } = useParley();
  const field = useRef<HTMLInputElement>(null);
  const { form, returning, notice, online } = start;
  const busy = form.at === "creating";

  return (
    <form
      className="start-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) act.start();
        if (form.at === "invalid") field.current?.focus();
      }}
    >
      <div className="start-notes">
        {notice && <Banner>{notices[notice]}</Banner>}
        <Trouble form={form} />
      </div>
      {!returning && (
        <TextField
          ref={field}
          label="Your name here"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={start.name}
          readOnly={busy}
          onChange={(event) => act.typeName(event.target.value)}
          error={form.at === "invalid" ? nameFaults[form.fault] : undefined}
          hint="The other person sees it. Choose any, or roll the dice."
          end={<IconButton icon={Dices} label="Propose another name" disabled={start.proposing || busy} onClick={act.rerollName} />}
        />
      )}
      <Button type="submit" kind="primary" wide className="start-button" aria-disabled={busy || form.at === "rate-limited"}>
        {busy && <Spinner />}
        {busy ? "One moment…" : returning ? `Continue as ${returning.username}` : "Start"}
      </Button>
      {returning && (
        <Button kind="plain" wide onClick={act.signOut}>
          Start under another name
        </Button>
      )}
      {online !== null && online > 0 && <p className="start-online">{people(online)} here now</p>}
    </form>
  );
}

/** What keeps the guest from starting, and until when. */
function Trouble({ form }: { form: Start["form"] }) {
  const { do: act } = useParley();
  const until = form.at === "unreachable" ? form.retryAt : form.at === "rate-limited" ? form.until : null;
  const now = useNow(until === null ? null : 1000);
  if (form.at === "unreachable") {
    return (
      <Banner action={<Button onClick={act.retry}>Try now</Button>}>
        The server cannot be reached. Trying again {form.retryAt > now ? `in ${wait(form.retryAt - now)}` : "now"}.
      </Banner>
    );
  }
  if (form.at === "rate-limited") {
    return <Banner>Too many guests have come from your address. You can start in {wait(form.until - now)}.</Banner>;
  }
  return null;
}
