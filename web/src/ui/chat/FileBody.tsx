import { Download, FileText, FileArchive, FileAudio, FileVideo, ImageOff, type LucideIcon } from "lucide-react";
import type { Body, FileCategory, MessageEntry } from "../../chat/state.js";
import { Icon } from "../parts/Icon.js";
import { size } from "../units.js";
import { MessageText } from "./MessageText.js";
import { PictureCover } from "./PictureCover.js";
import styles from "./FileBody.module.css";

type FileContent = Extract<Body, { type: "file" }>;

const icons: Partial<Record<FileCategory, LucideIcon>> = { archive: FileArchive, audio: FileAudio, video: FileVideo };

export function FileBody({ entry, body, author }: { entry: MessageEntry; body: FileContent; author: string }) {
  const picture = body.category === "image" && body.url !== null && entry.cover !== "gone";
  return (
    <div className={styles.file}>
      {picture ? <PictureCover entry={entry} body={body} author={author} /> : <Card body={body} gone={entry.cover === "gone"} />}
      {body.caption && (
        <p className={styles.caption}>
          <MessageText text={body.caption} />
        </p>
      )}
    </div>
  );
}

function Card({ body, gone }: { body: FileContent; gone: boolean }) {
  const address = body.downloadUrl ?? body.url;
  return (
    <div className={styles.card}>
      <Icon of={gone ? ImageOff : (icons[body.category] ?? FileText)} />
      <span className={styles.about}>
        <span className={styles.name}>{body.name}</span>
        <span className={styles.size}>
          {gone ? "Expired, and erased from the server" : address ? size(body.size) : "It has no address that is safe to open"}
        </span>
      </span>
      {address && !gone && (
        <a className={styles.download} href={address} download={body.name} target="_blank" rel="noopener noreferrer" aria-label={`Download ${body.name}`}>
          <Icon of={Download} />
        </a>
      )}
    </div>
  );
}
