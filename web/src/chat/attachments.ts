import type { Step } from "../app/step.js";

/** Why a file is not taken. `limit` is what to name: bytes, or the number of files at once. */
export type Refusal =
  { why: "type"; mime: string } | { why: "size"; limit: number } | { why: "empty" } | { why: "count"; limit: number };

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

export type PickedFile = Omit<Attachment, "caption" | "state">;

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
  | { type: "refused"; key: string; refusal: Refusal }
  | { type: "failed"; key: string; why: UploadFailure; retryAt: number | null }
  | { type: "chat-over" };

export type AttachmentEffect =
  | { type: "upload"; key: string; caption: string }
  | { type: "cancel-upload"; key: string }
  | { type: "forget-file"; key: string };

/** What the server takes unless it is told otherwise; it has the last word. */
export const fileLimits = { bytes: 10 * 1024 * 1024, filesAtOnce: 10, captionLength: 500 } as const;

const acceptedTypes = new Set(
  [
    "image: jpeg jpg png gif webp svg+xml bmp",
    "video: mp4 webm ogg avi mov wmv",
    "audio: mpeg mp3 wav ogg webm m4a aac mp4",
    "application: pdf json xml msword vnd.ms-excel vnd.ms-powerpoint zip x-rar-compressed x-tar gzip",
    "application: vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application: vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application: vnd.openxmlformats-officedocument.presentationml.presentation",
    "text: plain csv xml",
  ].flatMap((line) => {
    const [kind, names = ""] = line.split(": ");
    return names.split(" ").map((name) => `${kind}/${name}`);
  })
);

export function refusalOf({ mime, size }: { mime: string; size: number }): Refusal | null {
  if (!acceptedTypes.has((mime.split(";")[0] ?? "").trim().toLowerCase())) return { why: "type", mime };
  if (size === 0) return { why: "empty" };
  return size > fileLimits.bytes ? { why: "size", limit: fileLimits.bytes } : null;
}

type Result = Step<readonly Attachment[], AttachmentEffect>;

export function stepAttachments(all: readonly Attachment[], event: AttachmentEvent): Result {
  switch (event.type) {
    case "picked":
      return { state: [...all, ...event.files.map((file, index) => taken(file, all.length + index))], effects: [] };
    case "caption":
      return change(all, event.key, (one) => ({ ...one, caption: event.caption.slice(0, fileLimits.captionLength) }));
    case "send":
      return upload(all, ({ state }) => state.at === "picked");
    case "retry":
      return upload(all, ({ key, state }) => key === event.key && state.at === "failed" && state.why !== "chat-over");
    case "remove": {
      const one = all.find(({ key }) => key === event.key);
      if (!one) return { state: all, effects: [] };
      const rest = all.filter((other) => other !== one);
      const { key } = one;
      const cancel = one.state.at === "uploading" ? [{ type: "cancel-upload", key } as const] : [];
      return { state: rest, effects: [...cancel, { type: "forget-file", key }] };
    }
    case "progress":
      return uploading(all, event.key, { at: "uploading", percent: event.percent });
    case "uploaded":
      if (!all.some(({ key }) => key === event.key)) return { state: all, effects: [] };
      return {
        state: all.filter(({ key }) => key !== event.key),
        effects: [{ type: "forget-file", key: event.key }],
      };
    case "refused":
      return uploading(all, event.key, { at: "refused", refusal: event.refusal });
    case "failed":
      return uploading(all, event.key, { at: "failed", why: event.why, retryAt: event.retryAt });
    case "chat-over": {
      const under = all.filter(({ state }) => state.at === "uploading");
      const failed: AttachmentState = { at: "failed", why: "chat-over", retryAt: null };
      return {
        state: under.length === 0 ? all : all.map((one) => (under.includes(one) ? { ...one, state: failed } : one)),
        effects: under.map(({ key }) => ({ type: "cancel-upload", key })),
      };
    }
  }
}

function taken(file: PickedFile, position: number): Attachment {
  const refusal: Refusal | null =
    position >= fileLimits.filesAtOnce ? { why: "count", limit: fileLimits.filesAtOnce } : refusalOf(file);
  return { ...file, caption: "", state: refusal ? { at: "refused", refusal } : { at: "picked" } };
}

function upload(all: readonly Attachment[], which: (one: Attachment) => boolean): Result {
  const begun = all.filter(which);
  if (begun.length === 0) return { state: all, effects: [] };
  return {
    state: all.map((one) => (begun.includes(one) ? { ...one, state: { at: "uploading", percent: 0 } } : one)),
    effects: begun.map(({ key, caption }) => ({ type: "upload", key, caption })),
  };
}

function change(all: readonly Attachment[], key: string, how: (one: Attachment) => Attachment): Result {
  return { state: all.map((one) => (one.key === key ? how(one) : one)), effects: [] };
}

/** What is heard of an upload that was cancelled meanwhile changes nothing. */
function uploading(all: readonly Attachment[], key: string, state: AttachmentState): Result {
  return change(all, key, (one) => (one.state.at === "uploading" ? { ...one, state } : one));
}
