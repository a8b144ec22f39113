// How the views behave under hands and keys, in the real browser, over states that stand still and note what they are asked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, openGallery, show } from "../../web/tools/gallery.mjs";

let gallery;
let browser;

before(async () => {
  gallery = await openGallery();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await gallery?.close();
});

/** A test with a page that shows a state; `done()` is what the view has asked for. */
function view(name, state, body, options = {}) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    try {
      await show(page, gallery.url, state);
      await body(page, {
        done: () => page.evaluate(() => window.gallery.parley.done),
        focused: () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent),
        button: (label) => page.getByRole("button", { name: label, exact: true }),
      });
    } finally {
      await context.close();
    }
  });
}

const composer = (page) => page.getByRole("textbox", { name: "Message to BraveOwl417" });

view("whoever comes into a chat can type at once; Enter sends, Shift and Enter make a line", "chat-empty", async (page, { done }) => {
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  assert.equal(await composer(page).inputValue(), "one\ntwo");
  await page.keyboard.press("Enter");
  assert.equal((await done()).at(-1), "send");
});

view("on a screen keyboard Enter makes a line, and the button sends", "chat-empty", async (page, { done, button }) => {
  await composer(page).fill("one");
  await page.keyboard.press("Enter");
  assert.equal(await composer(page).inputValue(), "one\n");
  await button("Send").tap();
  assert.equal((await done()).at(-1), "send");
}, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

view("an opener goes into the composer and can still be changed", "chat-empty", async (page, { done, button }) => {
  await button("What made you smile today?").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" Me: you.");
  assert.equal(await composer(page).inputValue(), "What made you smile today? Me: you.");
  assert.ok(!(await done()).includes("send"));
});

view("a text that is too long says by how much and is not sent", "chat-too-long", async (page, { done, button }) => {
  await page.getByText("54 characters too long; at most 1000 can be sent at once").waitFor();
  await composer(page).press("Enter");
  assert.ok(await button("Send").isDisabled());
  assert.ok(!(await done()).includes("send"));
});

view("the menu is walked with the arrows; Esc closes it and nothing else, and the focus returns", "chat-live", async (page, { focused, button }) => {
  await button("More").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Report BraveOwl417" }).waitFor();
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "Block BraveOwl417");
  await page.keyboard.press("End");
  assert.equal(await focused(), "Leave the chat");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "hidden" });
  assert.equal(await focused(), "More");
  assert.ok(await composer(page).isVisible());
});

view("leaving asks once: Enter confirms, and Esc stays", "chat-live", async (page, { done, focused, button }) => {
  const ask = async () => {
    await button("More").click();
    await page.getByRole("menuitem", { name: "Leave the chat" }).click();
    await page.getByRole("dialog", { name: "Leave and erase?" }).waitFor();
  };
  await ask();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.deepEqual(await done(), []);
  assert.notEqual(await focused(), null);
  await ask();
  await page.keyboard.press("Enter");
  assert.deepEqual(await done(), ["leave"]);
});

view("a report needs a reason and takes a word about it", "chat-report", async (page, { done, button }) => {
  await button("Send report").click();
  await page.getByText("Please choose one.").waitFor();
  await page.getByRole("radio", { name: "Advertising or fraud" }).check();
  await page.getByRole("textbox", { name: /What happened/ }).fill("sells watches");
  await button("Send report").click();
  assert.deepEqual(await done(), ["report spam sells watches"]);
});

view("an incoming call interrupts with three answers, and Esc is none of them", "call-incoming-video", async (page, { done, button }) => {
  await page.getByRole("alertdialog", { name: "BraveOwl417 is calling" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.ok(await button("Accept with video").isVisible());
  for (const label of ["Accept with video", "Accept with voice only", "Decline"]) await button(label).click();
  assert.deepEqual(await done(), ["acceptCall video", "acceptCall audio", "declineCall"]);
});

view("switches say what they do, and whether they are on", "call-muted", async (page, { done, button }) => {
  for (const label of ["Mute microphone", "Turn camera off"]) assert.equal(await button(label).getAttribute("aria-pressed"), "true");
  await button("Mute microphone").click();
  await button("Hang up").click();
  assert.deepEqual(await done(), ["setMic true", "hangUp"]);
});

view("the chat is beside the picture where there is room", "call-video", async (page) => {
  await composer(page).fill("I see you");
  assert.ok(await page.getByRole("group", { name: "Call controls" }).isVisible());
});

view("on a phone the chat slides over the picture and back, and out of sight it is out of reach", "call-video", async (page, { button }) => {
  assert.equal(await composer(page).isVisible(), false);
  await button("Show chat").click();
  await composer(page).fill("I see you");
  await button("Back to the call").click();
  await composer(page).waitFor({ state: "hidden" });
}, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

view("a stranger's picture is not even fetched before it is asked for", "chat-media", async (page, { done, button }) => {
  const covered = page.getByRole("listitem").filter({ hasText: "You decide whether to see it" });
  assert.equal(await covered.locator("img").count(), 0);
  await button("Show picture").click();
  assert.match((await done()).at(-1), /^showPicture /);
});

view("Space starts a recording; nothing has to be held", "chat-empty", async (page, { done, button }) => {
  await button("Record a voice note").focus();
  await page.keyboard.press("Space");
  assert.deepEqual(await done(), ["startRecording tap"]);
});

view("a press that lasts records while it lasts", "chat-empty", async (page, { done, button }) => {
  const { x, y } = await button("Record a voice note").boundingBox();
  await page.mouse.move(x + 10, y + 10);
  await page.mouse.down();
  await page.waitForFunction(() => window.gallery.parley.done.length > 0);
  await page.mouse.up();
  assert.deepEqual(await done(), ["startRecording hold"]);
});

view("whoever reads further up stays there, is told how much has come, and gets down with one press", "chat-2000", async (page, { button }) => {
  const list = page.getByRole("region", { name: "Messages" });
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await button("To the end").waitFor();
  await page.evaluate(() => {
    const { chat } = window.gallery.parley;
    const now = chat.getSnapshot();
    const came = { ...now.entries.find(({ mine }) => !mine), key: "newest", id: "newest", body: { type: "text", text: "the newest one" } };
    chat.set({ ...now, entries: [...now.entries, came] });
  });
  await button("1 new").click();
  await page.getByText("the newest one").waitFor();
  await page.waitForFunction(() => {
    const element = document.querySelector("[aria-label=Messages]");
    return element.scrollHeight - element.scrollTop - element.clientHeight < 48;
  });
  await button("To the end").waitFor({ state: "hidden" });
});

view("text is text, and a link says nothing of where it stood", "chat-long-words", async (page) => {
  await page.getByText("<b>not bold</b> & a < b").waitFor();
  const link = page.getByRole("log").getByRole("link");
  assert.match(await link.getAttribute("rel"), /noopener noreferrer/);
  assert.equal(await link.getAttribute("target"), "_blank");
});
