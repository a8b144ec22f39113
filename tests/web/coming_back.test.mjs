// Pages that lose their server or their network, are loaded again, or are opened twice.

import assert from "node:assert/strict";
import { until } from "../support/wait.mjs";
import { journey } from "./support/journey.mjs";

const longGrace = { env: { DISCONNECT_GRACE_MS: "30000" } };

journey("a page that is loaded again in the search goes on searching", async (stage) => {
  const ada = await stage.guest("Ada");
  await ada.start();
  await ada.seesLobby();
  await ada.page.reload();
  await ada.seesLobby();
  const grace = await stage.guest("Grace");
  await grace.start();
  await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
});

journey("a page that is loaded again in a chat shows what was said, what was being written, and goes on", longGrace, async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.say("one");
  await grace.say("two");
  await ada.hearsSaid("two");
  await ada.type("a half-written");
  await ada.page.reload();
  await ada.seesChatWith("Grace");
  assert.deepEqual(await ada.conversation(), ["mine: one", "theirs: two"]);
  assert.equal(await ada.composer.inputValue(), "a half-written");
  await ada.composer.press("End");
  await ada.composer.pressSequentially(" thought");
  await ada.composer.press("Enter");
  await grace.hearsSaid("a half-written thought");
  assert.deepEqual(await grace.conversation(), ["theirs: one", "mine: two", "theirs: a half-written thought"]);
  await grace.say("three");
  await ada.hearsSaid("three");
});

journey("what the partner said while the page was loaded again is there", longGrace, async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.say("before");
  await ada.hearsSaid("before");
  await ada.page.goto("about:blank");
  await grace.say("while you were away");
  await ada.page.goto(stage.url);
  await ada.seesChatWith("Grace");
  await ada.hearsSaid("before");
  await ada.hearsSaid("while you were away");
  await grace.seesReceipt("while you were away", "Delivered");
});

journey("after the chat is over, a page that is loaded again does not pretend that it goes on", async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.leave();
  await ada.seesChatIsOver("Grace has left the chat.");
  await ada.page.reload();
  await until(async () => (await ada.page.locator('[data-screen="start"], [data-screen="lobby"], [data-state="over"]').count()) > 0, "a screen");
  assert.equal(await ada.composer.count(), 0);
});

journey("the address tells where one is, and whoever goes back in the browser and forward again finds the chat", longGrace, async (stage) => {
  const [ada, grace] = await stage.pair();
  assert.equal(new URL(ada.page.url()).pathname, "/chat");
  await ada.page.goBack();
  await grace.reads("Ada has lost the connection.");
  await ada.page.goForward();
  await ada.seesChatWith("Grace");
  await ada.say("still here");
  await grace.hearsSaid("still here");
});

journey("offline, words are kept and shown as waiting; back online they arrive once, in order", longGrace, async (stage) => {
  const [ada, grace] = await stage.pair();
  ada.allowOutage();
  await ada.context.setOffline(true);
  await ada.reads("What you write is kept and sent when you are back.");
  for (const text of ["one", "two", "three"]) {
    await ada.say(text);
    await ada.seesReceipt(text, "Sending");
  }
  await grace.reads("Ada has lost the connection.");
  await grace.say("four");
  await ada.context.setOffline(false);
  await ada.hearsSaid("four");
  for (const text of ["one", "two", "three"]) {
    await ada.seesReceipt(text, "Delivered");
    await grace.hearsSaid(text);
  }
  assert.deepEqual(await grace.conversation(), ["mine: four", "theirs: one", "theirs: two", "theirs: three"]);
});

journey("words that wait survive a page that is loaded again offline and come back", longGrace, async (stage) => {
  const network = await stage.relay();
  const [ada, grace] = await stage.pair({ at: network.url }, {});
  ada.allowOutage();
  network.cut();
  await ada.reads("What you write is kept and sent when you are back.");
  await ada.say("do not lose me");
  await ada.seesReceipt("do not lose me", "Sending");
  network.mend();
  await ada.page.reload();
  await ada.seesChatWith("Grace");
  await grace.hearsSaid("do not lose me");
  await ada.seesReceipt("do not lose me", "Delivered");
  assert.deepEqual(await ada.conversation(), ["mine: do not lose me"]);
});

journey("a connection that goes dead without a word is noticed, and nothing said meanwhile is lost or doubled", {
  env: { DISCONNECT_GRACE_MS: "60000", SOCKET_PING_INTERVAL: "1000", SOCKET_PING_TIMEOUT: "2000" },
}, async (stage) => {
  const network = await stage.relay();
  const [ada, grace] = await stage.pair({ at: network.url }, {});
  ada.allowOutage();
  await ada.say("heard");
  await grace.hearsSaid("heard");
  network.silence();
  await ada.say("into the void");
  await grace.say("and back");
  await ada.reads("What you write is kept and sent when you are back.");
  network.cut();
  network.mend();
  await ada.hearsSaid("and back");
  await grace.hearsSaid("into the void");
  await ada.seesReceipt("into the void", "Delivered");
  await grace.seesReceipt("and back", "Delivered");
});

journey("a partner who drops out is waited for, and the chat ends when it does not come back", { env: { DISCONNECT_GRACE_MS: "3000" } }, async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.page.close();
  await ada.reads("Grace has lost the connection.");
  await ada.seesChatIsOver("Grace lost the connection and did not come back.");
});

journey("a server that is started again under the page: the chat, its words and the draft are there", {
  restarts: true,
  env: { DISCONNECT_GRACE_MS: "30000" },
}, async (stage) => {
  const [ada, grace] = await stage.pair();
  for (const guest of [ada, grace]) guest.allowOutage();
  await ada.say("before");
  await grace.hearsSaid("before");
  await ada.type("half a thought");
  await stage.lives.stop();
  for (const guest of [ada, grace]) await guest.reads("What you write is kept and sent when you are back.");
  await grace.say("said into the night");
  assert.equal(await ada.composer.inputValue(), "half a thought");
  await stage.lives.start();
  await ada.hearsSaid("said into the night");
  await grace.seesReceipt("said into the night", "Delivered");
  assert.equal(await ada.composer.inputValue(), "half a thought");
  await ada.composer.press("Enter");
  await grace.hearsSaid("half a thought");
  assert.deepEqual(await grace.conversation(), ["theirs: before", "mine: said into the night", "theirs: half a thought"]);
});

journey("a server that is away when the page is opened is named, and tried again until it is there", { restarts: true }, async (stage) => {
  const ada = await stage.guest("Ada");
  ada.allowOutage();
  await ada.open();
  await stage.lives.stop();
  await ada.page.getByRole("textbox", { name: "Your name here" }).fill("Ada");
  await ada.button("Start").click();
  await ada.reads("The server cannot be reached.");
  await ada.requireAccessible("the start page without a server");
  await stage.lives.start();
  await ada.seesLobby();
});

journey("a session is renewed before its token ends, and nobody notices", { env: { JWT_EXPIRES_IN: "8s" } }, async (stage) => {
  const [ada, grace] = await stage.pair();
  const [renewed] = await Promise.all([ada.page.waitForResponse("**/api/guest/refresh"), ada.say("one")]);
  assert.equal(renewed.status(), 200);
  await grace.page.waitForResponse("**/api/guest/refresh");
  await ada.page.waitForResponse("**/api/guest/refresh");
  await ada.say("two");
  await grace.hearsSaid("two");
  await ada.seesReceipt("two", "Delivered");
  assert.deepEqual(await grace.conversation(), ["theirs: one", "theirs: two"]);
});

journey("a token that ends all the same is replaced under the same name, and the chat is said to be over", { env: { JWT_EXPIRES_IN: "5s" } }, async (stage) => {
  const [ada, grace] = [await stage.guest("Ada"), await stage.guest("Grace")];
  ada.allow(/Failed to load resource/);
  await ada.page.route("**/api/guest/refresh", (route) => route.abort());
  await ada.start();
  await ada.seesLobby();
  await grace.start();
  await ada.seesChatWith("Grace");
  await ada.seesChatIsOver("Your session had expired and was renewed; the chat could not be carried over.");
  await ada.button("Meet someone new").click();
  await ada.seesLobby();
  await ada.reads(/You are Ada/);
});

journey("a token that ends in the search is replaced, and the search goes on", { env: { JWT_EXPIRES_IN: "4s" } }, async (stage) => {
  const ada = await stage.guest("Ada");
  ada.allow(/Failed to load resource/);
  await ada.page.route("**/api/guest/refresh", (route) => route.abort());
  await ada.start();
  await ada.seesLobby();
  await ada.page.waitForResponse((response) => response.url().endsWith("/api/guest") && response.status() === 201);
  await ada.page.unroute("**/api/guest/refresh");
  const grace = await stage.guest("Grace");
  await grace.start();
  await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
});

journey("a session that is opened in another tab goes on there, and can be taken back", longGrace, async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.say("first tab");
  // What a browser copies when a tab is duplicated.
  const stored = await ada.page.evaluate(() => Object.entries(sessionStorage));
  const second = await ada.newPage();
  await second.addInitScript((entries) => entries.forEach(([key, value]) => sessionStorage.setItem(key, value)), stored);
  await second.goto(stage.url);
  await second.getByRole("heading", { level: 1, name: "Grace" }).waitFor();
  await ada.reads("Parley is open in another tab");
  await ada.requireAccessible("a page whose session is open elsewhere");
  await ada.button("Use it here").click();
  await ada.seesChatWith("Grace");
  await second.getByText("Parley is open in another tab").waitFor();
  await ada.say("back in the first");
  await grace.hearsSaid("back in the first");
});
