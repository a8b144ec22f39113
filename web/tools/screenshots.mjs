// Photographs every state of the page into build/screenshots/, one folder a manner of looking at it.
//
//   npm run screenshots                 everything
//   npm run screenshots -- light phone  these manners only
//   npm run screenshots -- call-        states that have this in their names

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { launchBrowser, openGallery, show, stateNames } from "./gallery.mjs";

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const manners = {
  light: { ...desktop, colorScheme: "light" },
  dark: { ...desktop, colorScheme: "dark" },
  phone: { ...phone, colorScheme: "light" },
  "phone-dark": { ...phone, colorScheme: "dark" },
  narrow: { ...phone, viewport: { width: 320, height: 568 }, colorScheme: "light" },
  "large-text": { ...phone, colorScheme: "light", fontSize: 32 },
  forced: { ...desktop, colorScheme: "dark", forcedColors: "active" },
};

const into = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));
const args = process.argv.slice(2);
const chosen = Object.entries(manners).filter(([manner]) => !args.some((arg) => arg in manners) || args.includes(manner));
const words = args.filter((arg) => !(arg in manners));

const gallery = await openGallery();
try {
  for (const [manner, { fontSize, ...look }] of chosen) {
    const browser = await launchBrowser(...(fontSize ? [`--blink-settings=defaultFontSize=${fontSize}`] : []));
    const folder = path.join(into, manner);
    mkdirSync(folder, { recursive: true });
    const page = await browser.newPage({ ...look, reducedMotion: "reduce", locale: "en-GB", timezoneId: "UTC" });
    const names = await stateNames(browser, gallery.url, words);
    for (const name of names) {
      await show(page, gallery.url, name);
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    }
    await browser.close();
    console.log(`${names.length} pictures in ${path.relative(process.cwd(), folder)}`);
  }
} finally {
  await gallery.close();
}
