// The internal page that shows every state, built and served for whoever looks at it with a browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Ends with `close()`. */
export async function openGallery() {
  const outDir = mkdtempSync(path.join(tmpdir(), "parley-gallery-"));
  const common = { root, configFile: path.join(root, "vite.config.ts"), mode: "gallery", logLevel: "warn" };
  await build({ ...common, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...common, build: { outDir }, preview: { host: "127.0.0.1", port: 0, strictPort: true } });
  return {
    url: new URL("gallery.html", server.resolvedUrls.local[0]).href,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

/** Debian's browser, without a display or a graphics card. */
export function launchBrowser(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...args],
  });
}

/** The names of all states, or of those that have one of the words in theirs. */
export async function stateNames(browser, url, words = []) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.gallery?.names.length > 0);
  const names = await page.evaluate(() => window.gallery.names);
  await page.close();
  return words.length ? names.filter((name) => words.some((word) => name.includes(word))) : names;
}

/** Shows a state in a page and waits until it stands. */
export async function show(page, url, name) {
  await page.goto("about:blank");
  await page.goto(`${url}#${name}`);
  await page.waitForFunction((wanted) => document.documentElement.dataset.ready === wanted, name);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const videos = [...document.querySelectorAll("video")].filter((video) => video.srcObject);
    await Promise.all(videos.map((video) => new Promise((done) => video.requestVideoFrameCallback(done))));
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await Promise.all(document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity).map((each) => each.finished.catch(() => {})));
  });
}
