import { Eye, EyeOff } from "lucide-react";
import type { Body, MessageEntry } from "../../chat/state.js";
import { Button } from "../parts/Button.js";
import { IconButton } from "../parts/IconButton.js";
import { useParley } from "../parley.js";
import { size } from "../units.js";
import styles from "./FileBody.module.css";

/** A stranger's picture is not even fetched until the guest wants to see it. */
export function PictureCover({ entry, body, author }: PictureCoverProps) {
  const { do: act } = useParley();
  if (entry.cover === "covered") {
    return (
      <div className={`${styles.picture} ${styles.covered}`}>
        <p>
          {author} sent a picture ({size(body.size)}). You decide whether to see it.
        </p>
        <Button icon={Eye} onClick={() => act.showPicture(entry.key)}>
          Show picture
        </Button>
      </div>
    );
  }
  const address = body.url!;
  return (
    <div className={styles.picture}>
      <a href={address} target="_blank" rel="noopener noreferrer" aria-label={`Open ${body.name} in full size`}>
        <img
          src={address}
          alt={body.caption || `Picture ${body.name}`}
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => act.pictureGone(entry.key)}
        />
      </a>
      {!entry.mine && (
        <span className={styles.hide}>
          <IconButton icon={EyeOff} kind="glass" small label="Cover picture" onClick={() => act.coverPicture(entry.key)} />
        </span>
      )}
    </div>
  );
}

export interface PictureCoverProps {
  entry: MessageEntry;
  body: Extract<Body, { type: "file" }>;
  author: string;
}
