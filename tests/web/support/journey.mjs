// A journey: a server of its own, guests in browsers and guests that are scripts, and evidence when it fails.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Lives } from "../../chat/support/records.mjs";
import { match, startChat } from "../../chat/support/server.mjs";
import { launchBrowser } from "./browser.mjs";
import { GuestPage } from "./guest_page.mjs";
import { Relay } from "./relay.mjs";

const evidence = fileURLToPath(new URL("../../../build/web-evidence/", import.meta.url));

/** As people have it, but with no server beyond this machine. */
const environment = { STUN_SERVER: "", DISCONNECT_GRACE_MS: "5000", SOCKET_RATE_LIMIT_MAX: "100", LOG_LEVEL: "debug" };

/** One browser of each kind for a whole file: guests are kept apart by their contexts. */
const browsers = new Map();
async function browserOf(media) {
  if (!browsers.has(media)) browsers.set(media, launchBrowser({ media }));
  return browsers.get(media);
}
after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

class Stage {
  guests = [];

  constructor(t) {
    this.t = t;
  }

  get url() {
    return this.server.url;
  }

  /** A guest whose page is open, at the server or at another address of it. */
  async guest(name, { devices = "fake", at = this.url, ...options } = {}) {
    const guest = await GuestPage.open(await browserOf(devices), { name, ...options });
    this.guests.push(guest);
    guest.home = at;
    return guest;
  }

  /** Two guests in a chat; `options` for both, or one object for each. */
  async pair(first = {}, second = first) {
    const [ada, grace] = [await this.guest("Ada", first), await this.guest("Grace", second)];
    await ada.start();
    await ada.seesLobby();
    await grace.start();
    await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
    return [ada, grace];
  }

  /** A guest in a browser who chats with one that is a plain script of the official client. */
  async withScript(options = {}) {
    const ada = await this.guest("Ada", options);
    const grace = await this.server.guest("Grace");
    await ada.start();
    await ada.seesLobby();
    grace.emit("user:match");
    const { roomId } = await grace.next("user:matched");
    grace.room = roomId;
    await ada.seesChatWith("Grace");
    return [ada, grace];
  }

  relay() {
    return Relay.start(this.t, new URL(this.url).port);
  }

  async keepEvidence(error) {
    const folder = path.join(evidence, this.t.name.replace(/[^\w]+/g, "_").slice(0, 100));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "error.txt"), `${error?.stack ?? error}\n`);
    writeFileSync(path.join(folder, "server.log"), this.server.binary.stderr);
    for (const guest of this.guests) await guest.keepEvidence(folder).catch(() => {});
    this.t.diagnostic(`what was seen of it is in ${path.relative(process.cwd(), folder)}`);
  }
}

/**
 * A test with a stage. `env`: settings of the server. `restarts`: the server keeps its port and its records, and
 * `stage.lives` can stop and start it. `prepare`: what has to be there before the server; gives more settings in `env`,
 * and what the stage is to have.
 */
export function journey(title, options, play) {
  if (typeof options === "function") return journey(title, {}, options);
  const { restarts = false, timeout = 90_000, prepare } = options;
  test(title, { timeout }, async (t) => {
    const stage = new Stage(t);
    const { env, ...props } = (await prepare?.(t)) ?? {};
    Object.assign(stage, props);
    const settings = { ...environment, ...options.env, ...env };
    if (restarts) {
      stage.lives = await Lives.begin(t, settings);
      Object.defineProperty(stage, "server", { get: () => stage.lives.server });
    } else {
      stage.server = await startChat(t, settings);
    }
    try {
      await play(stage);
      for (const guest of stage.guests) guest.requireNoFault();
    } catch (error) {
      await stage.keepEvidence(error);
      throw error;
    } finally {
      for (const guest of stage.guests) await guest.close();
    }
  });
}

export { match };
