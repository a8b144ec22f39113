// Every state that a view can be in, shown by the internal gallery: nobody is shut out of any, and none is wider than the screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { launchBrowser, openGallery, show, stateNames } from "../../web/tools/gallery.mjs";

const desktop = { width: 1280, height: 800 };
const smallest = { width: 320, height: 568 };
const usual = { width: 390, height: 844 };

let gallery;
let browser;
let names;

before(async () => {
  gallery = await openGallery();
  browser = await launchBrowser();
  names = await stateNames(browser, gallery.url);
});

after(async () => {
  await browser?.close();
  await gallery?.close();
});

/** Shows every state to `look`, and returns what it complains of, with the state's name. */
async function inEveryState(viewport, look) {
  assert.ok(names.length > 70, `only ${names.length} states`);
  const context = await browser.newContext({ viewport, hasTouch: true, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  page.on("console", (message) => complaints.push(`${page.url()} says ${message.text()}`));
  for (const name of names) {
    await show(page, gallery.url, name);
    for (const complaint of await look(page)) complaints.push(`${name}: ${complaint}`);
  }
  await context.close();
  return complaints;
}

/** Two thousand messages are as accessible as six, and take axe half a minute. */
const alike = ["chat-2000"];

async function axeViolations(page) {
  if (alike.some((name) => page.url().endsWith(`#${name}`))) return [];
  // In the page itself: there is but one frame, and the way through a second page takes several times as long.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
}

/** Whether something cannot be reached but by scrolling sideways, or is cut off. */
function tooWide(page) {
  return page.evaluate(() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.querySelectorAll("button, a, input, textarea, select, h1, h2, p, li")) {
      const { left, right, width } = element.getBoundingClientRect();
      const visible = width > 1 && element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !element.closest(".unseen, [inert]");
      if (visible && (left < -0.5 || right > innerWidth + 0.5)) found.push(`${element.tagName} "${element.textContent.slice(0, 30)}" ${left}–${right}`);
    }
    return found;
  });
}

/** Fingers need room; what stands in a line of text is excused, as in WCAG 2.2. */
function tooSmallForFingers(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("button, input:not([type=file]), textarea, select, a")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("p, [role=log] span, .unseen, [inert]"))
      // A radio button is as large as the row that it belongs to.
      .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
      .map(([element, { width, height }]) => `${element.getAttribute("aria-label") ?? element.textContent} is ${width} × ${height}`)
  );
}

test("in every state no rule of accessibility is broken, in light and in dark", { timeout: 1_200_000 }, async () => {
  const look = async (page) => {
    const complaints = [];
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const violation of await axeViolations(page)) complaints.push(`${colorScheme}: ${violation}`);
    }
    return complaints;
  };
  assert.deepEqual(await inEveryState(desktop, look), []);
});

test("the smallest phone shows all of every state, large enough for fingers", { timeout: 600_000 }, async () => {
  assert.deepEqual(await inEveryState(smallest, async (page) => [...(await tooWide(page)), ...(await tooSmallForFingers(page))]), []);
});

test("in no state is anything out of reach on a phone whose owner reads text twice as large", { timeout: 600_000 }, async () => {
  const others = browser;
  browser = await launchBrowser("--blink-settings=defaultFontSize=32");
  try {
    assert.deepEqual(await inEveryState(usual, tooWide), []);
  } finally {
    await browser.close();
    browser = others;
  }
});
