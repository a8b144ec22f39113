import { useParley } from "../parley.js";
import { Button } from "../parts/Button.js";
import { Dialog, DialogActions } from "../parts/Dialog.js";
import { useChat } from "./use_chat.js";

/** Asked once, since nothing brings the chat back. */
export function LeaveDialog({ close }: { close: () => void }) {
  const { do: act } = useParley();
  const partner = useChat((chat) => chat.partner.username);
  return (
    <Dialog title="Leave and erase?" onDismiss={close}>
      <p>The chat with {partner} ends for both of you, and its messages and files are erased.</p>
      <DialogActions>
        <Button
          kind="danger"
          data-focus
          onClick={() => {
            close();
            act.leave();
          }}
        >
          Leave and erase
        </Button>
        <Button onClick={close}>Stay</Button>
      </DialogActions>
    </Dialog>
  );
}

export function BlockDialog({ close }: { close: () => void }) {
  const { do: act } = useParley();
  const partner = useChat((chat) => chat.partner.username);
  return (
    <Dialog title={`Block ${partner}?`} onDismiss={close}>
      <p>
        The chat ends at once, and you two are never matched again as long as one of you keeps the present name. {partner} is
        told only that you have left.
      </p>
      <DialogActions>
        <Button
          kind="danger"
          data-focus
          onClick={() => {
            close();
            act.block();
          }}
        >
          Block
        </Button>
        <Button onClick={close}>Cancel</Button>
      </DialogActions>
    </Dialog>
  );
}
