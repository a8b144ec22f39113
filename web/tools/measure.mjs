// Times of the page, as guests with a slow phone have them: 1.6 Mbit/s, 150 ms, processor four times slower.
// Medians of five runs, against a running server that serves the built page:
//
//   npm run measure -- http://127.0.0.1:3001

import { launchBrowser, openGallery, show } from "./gallery.mjs";

const url = process.argv[2] ?? process.env.PARLEY_URL ?? "http://127.0.0.1:3001";
const runs = 5;
const slow = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 1_600_000 / 8 };

const browser = await launchBrowser();
try {
  const loads = [];
  for (let run = 0; run < runs; run += 1) loads.push(await loadSlowly());
  print("largest paint, slow profile", loads.map(({ paint }) => paint), "ms", 1800);
  print("long tasks, slow profile", loads.map(({ long }) => long), "ms", 200);
  print("layout shift, slow profile", loads.map(({ shift }) => shift), "", 0.02);
  const starts = [];
  for (let run = 0; run < runs; run += 1) starts.push(await start());
  print("Start to the lobby, less one round trip", starts, "ms", 300);
  print("keystroke under 2000 messages", await keystrokes(), "ms", 16);
} finally {
  await browser.close();
}

async function slowPage() {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", slow);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  return { page, context };
}

/** A first visit, until the form can be used and nothing is loaded any more. */
async function loadSlowly() {
  const { page, context } = await slowPage();
  await page.addInitScript(() => {
    const seen = (window.seen = { paint: 0, long: 0, shift: 0 });
    const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch("largest-contentful-paint", ({ startTime }) => (seen.paint = startTime));
    watch("longtask", ({ duration }) => (seen.long += duration - 50));
    watch("layout-shift", ({ value, hadRecentInput }) => (seen.shift += hadRecentInput ? 0 : value));
  });
  await page.goto(url, { waitUntil: "networkidle" });
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  const seen = await page.evaluate(() => window.seen);
  await context.close();
  return seen;
}

/** From the click to the lobby, on an ordinary machine; less the time that the server took to make the guest. */
async function start() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
  const took = await page.evaluate(async () => {
    const button = [...document.querySelectorAll("button")].find(({ type }) => type === "submit");
    const begun = performance.now();
    button.click();
    while (!document.querySelector("[data-screen=lobby]")) await new Promise(requestAnimationFrame);
    const asked = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/api/guest"));
    return performance.now() - begun - (asked?.duration ?? 0);
  });
  await context.close();
  return took;
}

/** From a key's press to the next picture's being ready; the browser counts in steps of 8 ms, so the work is timed as well. */
async function keystrokes() {
  const gallery = await openGallery();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await show(page, gallery.url, "chat-2000");
  await page.getByRole("textbox", { name: /^Message to/ }).focus();
  await page.evaluate(() => {
    window.took = [];
    let begun = 0;
    addEventListener("keydown", () => (begun = performance.now()), { capture: true });
    addEventListener("input", () => {
      // After the frame's own work: scripts, styles, layout and paint of this keystroke are done.
      requestAnimationFrame(() => {
        const frame = performance.now();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.took.push(performance.now() - frame + (window.inputDone - begun));
        port2.postMessage(null);
      });
    });
    addEventListener("input", () => queueMicrotask(() => (window.inputDone = performance.now())));
  });
  for (const letter of "a message typed under very many others") await page.keyboard.type(letter);
  const took = await page.evaluate(() => window.took);
  await page.close();
  await gallery.close();
  return took;
}

function print(what, values, unit, aim) {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const digits = aim < 1 ? 3 : 0;
  console.log(`${what}: ${median.toFixed(digits)} ${unit} (${sorted[0].toFixed(digits)}–${sorted.at(-1).toFixed(digits)}, aim ${aim})`);
}
