import type { User } from "../../../contract/types/payloads.js";
import { newId } from "./ids.js";

/** As much of `Storage` as is needed, so that a program without a browser can bring its own. */
export type StorageArea = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface StorageAreas {
  /** Lives as long as the tab. */
  session: StorageArea;
  /** Outlives the tab. */
  local: StorageArea;
  /** `document.cookie`, where there is one. */
  cookies?: () => string;
}

const keys = {
  token: "guestAuthToken",
  user: "guest_user_session",
  partner: "chat_connected_user",
  device: "guest_deviceId",
  /** Where other clients of this server keep a token. */
  foreignToken: "authToken",
} as const;

/** A storage for programs without a browser; forgets everything when it ends. */
export function memoryStorage(): StorageArea {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** Who the guest is, kept where a reload of the page finds it. */
export class SessionStore {
  readonly #areas: StorageAreas;

  constructor(areas: StorageAreas) {
    this.#areas = areas;
  }

  static ofBrowser(): SessionStore {
    return new SessionStore({ session: sessionStorage, local: localStorage, cookies: () => document.cookie });
  }

  static inMemory(): SessionStore {
    return new SessionStore({ session: memoryStorage(), local: memoryStorage() });
  }

  /** The guest's own token, else the one that another client has left. */
  get token(): string | null {
    return this.read(keys.token) ?? this.#cookie(keys.foreignToken) ?? this.#areas.local.getItem(keys.foreignToken);
  }

  get user(): User | null {
    return this.readJson(keys.user, isUser);
  }

  /** Tells this browser from others of the same guest; outlives sessions. */
  get deviceId(): string {
    const known = this.#areas.local.getItem(keys.device);
    if (known) return known;
    const made = newId();
    write(this.#areas.local, keys.device, made);
    return made;
  }

  save(token: string, user: User): void {
    this.write(keys.token, token);
    this.write(keys.user, JSON.stringify(user));
  }

  rememberPartner(partner: { id: string; username: string } | null): void {
    this.write(keys.partner, partner && JSON.stringify(partner));
  }

  /** Forgets guest and partner; the browser keeps its `deviceId`. */
  clear(): void {
    for (const key of [keys.token, keys.user, keys.partner]) this.write(key, null);
  }

  read(key: string): string | null {
    return this.#areas.session.getItem(key);
  }

  /** What is kept under a key, if it is there and has its form. */
  readJson<Value>(key: string, isForm: (value: unknown) => value is Value): Value | null {
    const text = this.read(key);
    if (text === null) return null;
    try {
      const value: unknown = JSON.parse(text);
      return isForm(value) ? value : null;
    } catch {
      return null;
    }
  }

  /** False when the browser has no room left. */
  write(key: string, value: string | null): boolean {
    return write(this.#areas.session, key, value);
  }

  #cookie(name: string): string | null {
    for (const pair of (this.#areas.cookies?.() ?? "").split("; ")) {
      const [key, value] = pair.split("=", 2);
      if (key === name && value) return decodeURIComponent(value);
    }
    return null;
  }
}

function write(area: StorageArea, key: string, value: string | null): boolean {
  try {
    if (value === null) area.removeItem(key);
    else area.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function isUser(value: unknown): value is User {
  const user = value as Partial<User> | null;
  return typeof user?.id === "string" && typeof user.username === "string" && typeof user.sessionId === "string";
}
