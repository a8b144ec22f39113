import { useId, useState } from "react";
import type { ReportReason } from "../../chat/state.js";
import { Button } from "../parts/Button.js";
import { Dialog, DialogActions } from "../parts/Dialog.js";
import { Spinner } from "../parts/Spinner.js";
import { useParley } from "../parley.js";
import { useChat } from "./use_chat.js";
import { reportReasons } from "./words.js";
import styles from "./ReportDialog.module.css";

const reasons = Object.keys(reportReasons) as ReportReason[];

export function ReportDialog({ close }: { close: () => void }) {
  const { do: act } = useParley();
  const partner = useChat((chat) => chat.partner.username);
  const live = useChat((chat) => chat.life.at === "live");
  const report = useChat((chat) => chat.report);
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [details, setDetails] = useState("");
  const [asked, setAsked] = useState(false);
  const id = useId();

  if (report === "sent") {
    return (
      <Dialog title="Thank you" onDismiss={close}>
        <p role="status">
          Your report was kept together with the last 20 messages, and the operators of this server will look at it. {partner} is
          not told.
        </p>
        <DialogActions>
          {live && (
            <Button
              kind="danger"
              onClick={() => {
                close();
                act.block();
              }}
            >
              Block {partner} as well
            </Button>
          )}
          <Button data-focus onClick={close}>
            {live ? "Back to the chat" : "Close"}
          </Button>
        </DialogActions>
      </Dialog>
    );
  }

  const sending = report === "sending";
  return (
    <Dialog title={`Report ${partner}`} onDismiss={close}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (reason && !sending) act.report(reason, details.trim());
        }}
      >
        <fieldset aria-describedby={asked && !reason ? `${id}-missing` : undefined}>
          <legend>What is wrong?</legend>
          {reasons.map((each, index) => (
            <label key={each} className={styles.reason}>
              <input type="radio" name="reason" data-focus={index === 0 || undefined} checked={reason === each} onChange={() => setReason(each)} />
              {reportReasons[each]}
            </label>
          ))}
          {asked && !reason && (
            <p id={`${id}-missing`} role="alert" className={styles.missing}>
              Please choose one.
            </p>
          )}
        </fieldset>
        <label className={styles.details}>
          What happened, if you want to say more
          <textarea rows={3} maxLength={1000} value={details} onChange={(event) => setDetails(event.target.value)} />
        </label>
        <p className={styles.note}>The last 20 messages of this chat are kept with the report, for 30 days at most.</p>
        {report === "failed" && (
          <p role="alert" className={styles.missing}>
            The report could not be sent. Please try again.
          </p>
        )}
        <DialogActions>
          <Button type="submit" kind="primary" aria-disabled={sending}>
            {sending && <Spinner />}
            {sending ? "Sending…" : "Send report"}
          </Button>
          <Button onClick={close}>Cancel</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
