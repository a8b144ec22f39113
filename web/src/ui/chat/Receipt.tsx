import { Check, CheckCheck, Clock3, CircleAlert } from "lucide-react";
import type { Receipt as State } from "../../chat/state.js";
import { Icon } from "../parts/Icon.js";
import styles from "./Receipt.module.css";

const looks = {
  sending: { icon: Clock3, says: "Sending" },
  sent: { icon: Check, says: "Sent" },
  delivered: { icon: CheckCheck, says: "Delivered" },
  failed: { icon: CircleAlert, says: "Not sent" },
};

/** How far an own message has come: three shapes, so that it does not hang on colour. */
export function Receipt({ receipt }: { receipt: State }) {
  const { icon, says } = looks[receipt.at];
  return (
    <span className={styles.receipt} role="img" aria-label={says} title={says} data-receipt={receipt.at}>
      <Icon of={icon} small />
    </span>
  );
}
