// Every state that a view can be in, shown by the internal gallery: nobody is shut out of any, and none is wider than the screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { launchBrowser, openGallery, show, stateNames } from "../../web/tools/gallery.mjs";

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true };

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
async function inEveryState(options, look) {
  assert.ok(names.length > 70, `only ${names.length} states`);
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  page.on("console", (message) => complaints.push(`${page.url()} says ${message.text()}`));
  for (const name of names) {
    await show(page, gallery.url, name);
    complaints.push(...(await look(page)).map((complaint) => `${name}: ${complaint}`));
  }
  await context.close();
  return complaints;
}

async function axeViolations(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
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
      // A slider or a radio button is as large as the row or the picture that it belongs to.
      .map((element) => [element, (element.closest("label, [class*=track]") ?? element).getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
      .map(([element, { width, height }]) => `${element.getAttribute("aria-label") ?? element.textContent} is ${width} × ${height}`)
  );
}

for (const colorScheme of ["light", "dark"]) {
  test(`no rule of accessibility is broken in any state, ${colorScheme}`, { timeout: 600_000 }, async () => {
    assert.deepEqual(await inEveryState({ ...desktop, colorScheme }, axeViolations), []);
  });
}

test("no state is wider than the smallest phone, and everything is large enough for fingers", { timeout: 600_000 }, async () => {
  const look = async (page) => [...(await tooWide(page)), ...(await tooSmallForFingers(page))];
  assert.deepEqual(await inEveryState(phone, look), []);
});

test("no state is wider than a phone whose owner reads text twice as large", { timeout: 600_000 }, async () => {
  const usual = browser;
  browser = await launchBrowser("--blink-settings=defaultFontSize=32");
  try {
    assert.deepEqual(await inEveryState({ ...phone, viewport: { width: 390, height: 844 } }, tooWide), []);
  } finally {
    await browser.close();
    browser = usual;
  }
});
