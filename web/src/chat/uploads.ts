import { newId } from "../sdk/ids.js";
import type { RestClient, RestFault } from "../sdk/rest_client.js";
import type { AttachmentEvent, PickedFile, Refusal, UploadFailure } from "./attachments.js";
import type { Body } from "./state.js";
import { bodyOfUpload } from "./wire.js";

/** The bytes of picked files, and their way to the server. */
export class Uploads {
  readonly #rest: RestClient;
  readonly #base: string;
  readonly #tell: (event: AttachmentEvent) => void;
  readonly #files = new Map<string, { file: File; preview: string | null }>();
  readonly #running = new Map<string, AbortController>();

  constructor(rest: RestClient, base: string, tell: (event: AttachmentEvent) => void) {
    this.#rest = rest;
    this.#base = base;
    this.#tell = tell;
  }

  pick(files: Iterable<File>): void {
    const picked: PickedFile[] = [];
    for (const file of files) {
      const key = newId();
      const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
      this.#files.set(key, { file, preview });
      picked.push({ key, name: file.name, mime: file.type, size: file.size, preview });
    }
    if (picked.length > 0) this.#tell({ type: "picked", files: picked });
  }

  /** Resolves to the message that the file becomes, or to null when it becomes none; the reason is told. */
  async upload(key: string, caption: string, roomId: string): Promise<Body | null> {
    const file = this.#files.get(key)?.file;
    if (!file) return null;
    const abort = new AbortController();
    this.#running.set(key, abort);
    const answer = await this.#rest.uploadFile(
      file,
      { roomId, fileType: kindOf(file.type) },
      {
        signal: abort.signal,
        onProgress: (fraction) => this.#tell({ type: "progress", key, percent: Math.floor(fraction * 100) }),
      }
    );
    this.#running.delete(key);
    if (answer.ok) {
      this.#tell({ type: "uploaded", key });
      return bodyOfUpload(answer.data, caption, this.#base);
    }
    const refusal = refusalOf(answer.fault, file.type);
    if (refusal) this.#tell({ type: "refused", key, refusal });
    else if (answer.fault.kind !== "cancelled") this.#tell({ type: "failed", key, ...failureOf(answer.fault) });
    return null;
  }

  cancel(key: string): void {
    this.#running.get(key)?.abort();
  }

  forget(key: string): void {
    const preview = this.#files.get(key)?.preview;
    if (preview) URL.revokeObjectURL(preview);
    this.#files.delete(key);
  }
}

function kindOf(mime: string): "image" | "video" | "audio" | "document" {
  const kind = mime.split("/")[0];
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "document";
}

/** What no further try would change, in words that name the limit. */
function refusalOf(fault: RestFault, mime: string): Refusal | null {
  if (fault.kind !== "refused") return null;
  const megabytes = /Maximum size is (\d+(?:\.\d+)?)MB/.exec(fault.message)?.[1];
  if (fault.status === 413) return { why: "size", limit: Number(megabytes ?? 10) * 1024 * 1024 };
  return fault.message.startsWith("File type not allowed") ? { why: "type", mime } : null;
}

export function failureOf(fault: RestFault): { why: UploadFailure; retryAt: number | null } {
  if (fault.kind !== "refused") return { why: "network", retryAt: null };
  if (fault.status === 429) return { why: "rate-limited", retryAt: Date.now() + (fault.retryAfterMs ?? 0) };
  return { why: fault.status === 403 ? "chat-over" : "refused", retryAt: null };
}
