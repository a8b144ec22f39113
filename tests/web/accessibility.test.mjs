// Everybody can use it: no rule of axe is broken in any live state, in either theme, and nothing needs a mouse.

import assert from "node:assert/strict";
import { journey } from "./support/journey.mjs";
import { hears, nothingIsLeft, sees } from "./support/media.mjs";
import { pictureOf } from "./support/picture.mjs";

for (const colorScheme of ["light", "dark"]) {
  journey(`no rule of accessibility is broken in any state, ${colorScheme}`, { timeout: 240_000, env: { DISCONNECT_GRACE_MS: "60000" } }, async (stage) => {
    const [ada, grace] = [await stage.guest("Ada", { colorScheme }), await stage.guest("Grace", { colorScheme })];
    await ada.open();
    await ada.requireAccessible("the start page");
    await ada.page.getByRole("textbox", { name: "Your name here" }).fill("a b");
    await ada.button("Start").click();
    await ada.requireAccessible("the start page with a wrong name");
    await ada.page.getByRole("textbox", { name: "Your name here" }).fill("Ada");
    await ada.button("Start").click();
    await ada.seesLobby();
    await ada.requireAccessible("the search");
    await grace.start();
    await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
    await ada.requireAccessible("an empty chat");

    await ada.say("hello");
    await grace.say("hello yourself");
    await ada.attach({ name: "photo.png", mimeType: "image/png", buffer: pictureOf(64, 48) });
    await ada.requireAccessible("a chat with a picked file");
    await ada.button("Send").click();
    await ada.seesReceipt("photo.png", "Delivered").catch(() => {});
    await grace.button("Show picture").waitFor();
    await grace.requireAccessible("a chat with a covered picture");
    await grace.button("Show picture").click();
    await grace.button("Record a voice note").click();
    await grace.reads("0:02");
    await grace.requireAccessible("a recording");
    await grace.button("Stop and listen").click();
    await grace.button("Play your voice note").waitFor();
    await grace.requireAccessible("a recorded voice note");
    await grace.button("Send the voice note").click();
    await ada.page.getByRole("group", { name: /^Voice note/ }).waitFor();
    await ada.composer.pressSequentially("typ");
    await grace.reads("Ada is typing");
    await grace.requireAccessible("a chat in which the partner types");
    await ada.requireAccessible("a chat with a voice note");
    await ada.button("More").click();
    await ada.page.getByRole("menu").waitFor();
    await ada.requireAccessible("an open menu");
    await ada.page.getByRole("menuitem", { name: "Report Grace" }).click();
    await ada.requireAccessible("the report");
    await ada.button("Cancel").click();

    await ada.button("Video call Grace").click();
    await ada.page.locator('video[data-role="local"]').waitFor();
    await ada.requireAccessible("the preview");
    await ada.confirmCall("Call Grace");
    await ada.seesCall("calling");
    await ada.requireAccessible("a call that rings");
    await grace.isCalled("Ada");
    await grace.requireAccessible("an incoming call");
    await grace.accept("Ada");
    await Promise.all([ada.seesCall("in-call"), grace.seesCall("in-call")]);
    await sees(grace);
    await ada.requireAccessible("a call");
    await ada.button("More for this call").click();
    await ada.requireAccessible("the menu of a call");
    await ada.page.keyboard.press("Escape");
    await ada.hangUp();
    await ada.seesCallEnded();
    await ada.requireAccessible("a call that has ended");
    await ada.button("Back to the chat").click();

    ada.allowOutage();
    await ada.context.setOffline(true);
    await ada.reads("What you write is kept and sent when you are back.");
    await ada.requireAccessible("a chat without a connection");
    await ada.context.setOffline(false);
    await ada.page.locator("[data-status]", { hasText: "is here" }).waitFor();
    await grace.leave();
    await ada.seesChatIsOver("Grace has left the chat.");
    await ada.requireAccessible("a chat that is over");
    await grace.seesStart();
    await grace.requireAccessible("the start page of a guest who comes back");
  });
}

/** What has the focus: its accessible name, or its text. */
const focused = (guest) =>
  guest.page.evaluate(() => {
    const { activeElement: element, body } = document;
    if (element === body) return "";
    return element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  });

/** Presses Tab until something of that name has the focus; on the way nothing may swallow it. */
async function tabTo(guest, name) {
  const passed = [];
  for (let steps = 0; steps < 60; ++steps) {
    const now = await focused(guest);
    if (name instanceof RegExp ? name.test(now) : now.trim() === name) return;
    passed.push(now.trim().slice(0, 30));
    await guest.page.keyboard.press("Tab");
  }
  assert.fail(`${guest.name} cannot reach ${name} with Tab; passed ${passed.join(" → ")}`);
}

journey("from the start page to hanging up, a keyboard is enough", async (stage) => {
  const [ada, grace] = [await stage.guest("Ada"), await stage.guest("Grace")];
  const press = (key) => ada.page.keyboard.press(key);
  await ada.open();
  await tabTo(ada, /Your name here/);
  await press("Control+A");
  await ada.page.keyboard.type("Ada");
  await press("Enter");
  await ada.seesLobby();
  assert.equal(await focused(ada), "Looking for someone…");
  await tabTo(ada, "Stop searching");
  await grace.start();
  await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);

  // Whoever comes into a chat can write at once.
  await ada.page.locator("[data-composer]:focus").waitFor();
  await ada.page.keyboard.type("hello");
  await press("Enter");
  await grace.hearsSaid("hello");
  await ada.page.locator("[data-composer]:focus").waitFor();

  await tabTo(ada, "More");
  await press("Enter");
  await ada.page.getByRole("menuitem", { name: "Report Grace" }).and(ada.page.locator(":focus")).waitFor();
  await press("ArrowDown");
  await ada.page.getByRole("menuitem", { name: "Block Grace" }).and(ada.page.locator(":focus")).waitFor();
  await press("Escape");
  await ada.page.getByRole("menu").waitFor({ state: "hidden" });
  assert.equal(await focused(ada), "More");

  await tabTo(ada, "Video call Grace");
  await press("Enter");
  await ada.page.locator('video[data-role="local"]').waitFor();
  assert.equal((await focused(ada)).trim(), "Call Grace");
  await press("Enter");
  await grace.accept("Ada");
  await ada.seesCall("in-call");
  await Promise.all([sees(ada), hears(ada)]);
  await tabTo(ada, "Mute microphone");
  await press("Space");
  await grace.reads("Ada is muted");
  // Esc closes menus and dialogs, and leaves nothing else.
  await press("Escape");
  await ada.seesCall("in-call");
  await tabTo(ada, "Hang up");
  await press("Enter");
  await ada.seesCallEnded("You have hung up.");
  assert.equal((await focused(ada)).trim(), "Back to the chat");
  await press("Enter");
  await ada.page.locator("[data-composer]:focus").waitFor();
  await nothingIsLeft(ada, grace);
});

journey("an incoming call takes the focus, and gives it back", async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.composer.focus();
  await ada.call("Grace", "audio");
  await grace.isCalled("Ada");
  assert.equal((await focused(grace)).trim(), "Accept");
  // It would be pressed by chance while writing.
  await grace.page.keyboard.press("Escape");
  await grace.isCalled("Ada");
  await tabTo(grace, "Decline");
  await grace.page.keyboard.press("Enter");
  await grace.page.locator("[data-composer]:focus").waitFor();
  await ada.seesCallEnded();
});

for (const [size, viewport] of Object.entries({ "a small phone": [320, 568], "a phone": [390, 844], "a tablet": [768, 1024] })) {
  journey(`on ${size} nothing is wider than the screen, also with text twice as large`, async (stage) => {
    const phone = { viewport: { width: viewport[0], height: viewport[1] }, isMobile: true, hasTouch: true };
    const [ada, grace] = [await stage.guest("Ada", phone), await stage.guest("Grace", phone)];
    const fits = async (state) => {
      for (const zoom of [100, 200]) {
        await ada.page.evaluate((percent) => (document.documentElement.style.fontSize = `${percent}%`), zoom);
        const [wide, inside] = await ada.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= inside, `${state} at ${zoom} %: ${wide} > ${inside}`);
      }
      await ada.page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
    };
    await ada.open();
    await fits("the start page");
    await ada.start();
    await ada.seesLobby();
    await fits("the search");
    await grace.start();
    await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
    await fits("an empty chat");
    const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
    await ada.type(long);
    await ada.button("Send").click();
    await grace.hearsSaid(long);
    await fits("a chat with a long word");
    await ada.button("Call Grace").click();
    await ada.page.getByRole("dialog").waitFor();
    await fits("the preview");
    await ada.confirmCall("Call Grace");
    await grace.accept("Ada", "Accept");
    await ada.seesCall("in-call");
    await fits("a call");
  });
}
