// Debian's Chromium, as the journeys want it.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What each kind of camera and microphone takes. Whether a page may use the fake ones its context says. */
const devices = {
  fake: ["--use-fake-device-for-media-stream"],
  several: ["--use-fake-device-for-media-stream=device-count=3"],
  missing: [],
};

/**
 * Starts a browser of its own. `media`: `fake` (a test picture with a clock, and a beep every second), `several` (three cameras, of which the second gives no picture) or `missing`.
 */
export function launchBrowser({ media = "fake", args = [] } = {}) {
  if (!existsSync(executablePath)) throw new Error(`${executablePath} does not exist: tools/install test`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      // Chromium refuses to be root in a sandbox.
      ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // On a machine whose only network is loopback, calls have nowhere else to go.
      "--allow-loopback-in-peer-connection",
      ...devices[media],
      ...args,
    ],
  });
}
