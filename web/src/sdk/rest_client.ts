import type {
  FieldError,
  FileUploaded,
  IceServer,
  NewGuestRequest,
  RestErrorCode,
  User,
  VoiceUploaded,
} from "../../../contract/types/payloads.js";
import type { SessionStore } from "./session_store.js";
import { transfer } from "./transfer.js";

/** Why a request did not succeed. */
export type RestFault =
  | { kind: "unreachable" }
  | { kind: "cancelled" }
  | {
      kind: "refused";
      status: number;
      message: string;
      code: RestErrorCode | null;
      fields: readonly FieldError[];
      retryAfterMs: number | null;
      /** When a ban ends. */
      until: string | null;
    };

export type RestAnswer<Data> = { ok: true; data: Data } | { ok: false; fault: RestFault };

/** What came back from the network, whatever carried it. */
export interface HttpAnswer {
  status: number;
  body: unknown;
  retryAfter: string | null;
}

export interface UploadOptions {
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

export interface RestOptions {
  /** Origin of the server; empty for the page's own. */
  url: string;
  session: SessionStore;
  fetch?: typeof fetch;
  /** Called once for a request that a token was refused for; true when there is a new token to repeat it with. */
  onTokenRefused?: () => Promise<boolean>;
}

/** The REST routes that a guest needs. No method throws: what can go wrong is part of the answer. */
export class RestClient {
  onTokenRefused: (() => Promise<boolean>) | null;
  readonly #url: string;
  readonly #session: SessionStore;
  readonly #fetch: typeof fetch;

  constructor(options: RestOptions) {
    this.#url = options.url;
    this.#session = options.session;
    // The browser's fetch insists on being called without another `this`.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.onTokenRefused = options.onTokenRefused ?? null;
  }

  proposeName(): Promise<RestAnswer<{ username: string }>> {
    return this.#ask("GET", "/api/guest/username");
  }

  createGuest(profile: NewGuestRequest): Promise<RestAnswer<{ token: string; user: User }>> {
    return this.#ask("POST", "/api/guest", profile);
  }

  me(): Promise<RestAnswer<{ user: Pick<User, "id" | "username" | "sessionId"> }>> {
    return this.#askAsGuest("GET", "/api/guest/me");
  }

  /** A new token of the same session. */
  refresh(): Promise<RestAnswer<{ token: string; user: User }>> {
    return this.#ask("POST", "/api/guest/refresh", undefined, this.#session.token);
  }

  /** Ends the chat, closes the socket and erases the session. */
  removeGuest(): Promise<RestAnswer<unknown>> {
    return this.#ask("DELETE", "/api/guest/me", undefined, this.#session.token);
  }

  iceServers(): Promise<RestAnswer<{ iceServers: IceServer[]; ttl?: number; expiresAt?: string }>> {
    return this.#askAsGuest("GET", "/api/webrtc/ice-servers");
  }

  /** How many sockets there are: the one number that may be asked for without a token. */
  socketStats(): Promise<RestAnswer<{ connectedSockets: number }>> {
    return this.#ask("GET", "/api/socket/stats");
  }

  uploadFile(
    file: File,
    about: { roomId: string; fileType: "image" | "video" | "audio" | "document" },
    options: UploadOptions = {}
  ): Promise<RestAnswer<FileUploaded["data"]>> {
    const form = new FormData();
    form.set("filename", file.name);
    form.set("fileType", about.fileType);
    form.set("fileSize", String(file.size));
    form.set("roomId", about.roomId);
    form.set("file", file, file.name);
    return this.#upload("/api/files/upload", form, options);
  }

  uploadVoice(
    voice: Blob,
    about: { roomId: string; seconds: number; filename: string },
    options: UploadOptions = {}
  ): Promise<RestAnswer<VoiceUploaded["data"]>> {
    const form = new FormData();
    form.set("duration", String(about.seconds));
    form.set("fileSize", String(voice.size));
    form.set("roomId", about.roomId);
    form.set("file", voice, about.filename);
    return this.#upload("/api/files/voice", form, options);
  }

  #upload<Data>(path: string, form: FormData, options: UploadOptions): Promise<RestAnswer<Data>> {
    return this.#withRenewal(async () => {
      const headers = { Authorization: `Bearer ${this.#session.token}` };
      return read<Data>(() => transfer(this.#url + path, form, headers, this.#fetch, options), options.signal);
    });
  }

  #askAsGuest<Data>(method: string, path: string): Promise<RestAnswer<Data>> {
    return this.#withRenewal(() => this.#ask<Data>(method, path, undefined, this.#session.token));
  }

  async #withRenewal<Data>(request: () => Promise<RestAnswer<Data>>): Promise<RestAnswer<Data>> {
    const answer = await request();
    const refused = !answer.ok && answer.fault.kind === "refused" && answer.fault.status === 401;
    if (!refused || !this.onTokenRefused || !(await this.onTokenRefused())) return answer;
    return request();
  }

  #ask<Data>(method: string, path: string, body?: unknown, token?: string | null): Promise<RestAnswer<Data>> {
    return read<Data>(async () => {
      const answer = await this.#fetch(this.#url + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return {
        status: answer.status,
        body: await answer.json().catch(() => null),
        retryAfter: answer.headers.get("Retry-After"),
      };
    });
  }
}

async function read<Data>(request: () => Promise<HttpAnswer>, signal?: AbortSignal): Promise<RestAnswer<Data>> {
  let answer: HttpAnswer;
  try {
    answer = await request();
  } catch {
    return { ok: false, fault: { kind: signal?.aborted ? "cancelled" : "unreachable" } };
  }
  const body = answer.body as Partial<{
    success: boolean;
    data: Data;
    message: string;
    code: RestErrorCode;
    errors: FieldError[];
    until: string;
  }> | null;
  if (body?.success === true) return { ok: true, data: body.data as Data };
  // A gateway that cannot reach the server answers in its own words.
  if (answer.status >= 502 && body?.success !== false) return { ok: false, fault: { kind: "unreachable" } };
  const seconds = Number(answer.retryAfter);
  return {
    ok: false,
    fault: {
      kind: "refused",
      status: answer.status,
      message: body?.message ?? "",
      code: body?.code ?? null,
      fields: body?.errors ?? [],
      retryAfterMs: answer.status === 429 ? (seconds > 0 ? seconds : 60) * 1000 : null,
      until: body?.until ?? null,
    },
  };
}
