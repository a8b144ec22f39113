/** Why a file is not taken. `limit` is what to name: bytes, or the number of files at once. */
export type Refusal = { why: "type"; mime: string } | { why: "size"; limit: number } | { why: "empty" } | { why: "count"; limit: number };

export type AttachmentState =
  | { at: "picked" }
  | { at: "uploading"; percent: number }
  | { at: "refused"; refusal: Refusal }
  | { at: "failed"; why: UploadFailure; retryAt: number | null };

export type UploadFailure = "network" | "rate-limited" | "refused" | "chat-over";

/** A file on its way to becoming a message. The bytes stay with the driver, under `key`. */
export interface Attachment {
  key: string;
  name: string;
  mime: string;
  size: number;
  /** An object URL of the picture, or null. */
  preview: string | null;
  caption: string;
  state: AttachmentState;
}

export interface PickedFile {
  key: string;
  name: string;
  mime: string;
  size: number;
  preview: string | null;
}

export type AttachmentEvent =
  | { type: "picked"; files: readonly PickedFile[] }
  | { type: "caption"; key: string; caption: string }
  /** Send everything that is picked. */
  | { type: "send" }
  | { type: "retry"; key: string }
  /** Cancels an upload, or removes what is only picked. */
  | { type: "remove"; key: string }
  | { type: "progress"; key: string; percent: number }
  | { type: "uploaded"; key: string }
  | { type: "failed"; key: string; why: UploadFailure; retryAt: number | null };

export type AttachmentEffect =
  | { type: "upload"; key: string; caption: string }
  | { type: "cancel-upload"; key: string }
  | { type: "forget-file"; key: string };
