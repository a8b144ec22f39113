// Two guests in two browsers, from the link to the last word.

import assert from "node:assert/strict";
import { journey } from "./support/journey.mjs";

journey("the first word is said within ten seconds of opening the page", async (stage) => {
  const [ada, grace] = [await stage.guest("Ada"), await stage.guest("Grace")];
  const begun = Date.now();
  await Promise.all([ada.start(), grace.start()]);
  await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
  await ada.say("Hello! Is this a < b?");
  await grace.hearsSaid("Hello! Is this a < b?");
  const took = Date.now() - begun;
  assert.ok(took < 10_000, `it took ${took} ms`);
});

journey("a guest is offered a name, may take another, and is told what is wrong with one", async (stage) => {
  const ada = await stage.guest("Ada");
  await ada.open();
  const name = ada.page.getByRole("textbox", { name: "Your name here" });
  const first = await name.inputValue();
  assert.match(first, /^\w{3,20}$/);
  await ada.button("Propose another name").click();
  await ada.page.waitForFunction((before) => document.querySelector("input").value !== before, first);
  await name.fill("a b");
  await ada.button("Start").click();
  await ada.reads("Only the letters A to Z, digits and _ can stand in a name.");
  assert.equal(await name.inputValue(), "a b");
  await name.fill("Ada_1815");
  await ada.button("Start").click();
  await ada.seesLobby();
  await ada.reads(/You are Ada_1815/);
});

journey("whoever is alone is told so, may stop, and finds the start page as it was", async (stage) => {
  const ada = await stage.guest("Ada");
  await ada.start();
  await ada.seesLobby();
  await ada.reads("Nobody else is searching at this moment.");
  await ada.button("Stop searching").click();
  await ada.seesStart();
  await ada.button("Continue as Ada").click();
  await ada.seesLobby();
});

journey("a message is sent, then delivered, and is never shown twice", async (stage) => {
  const [ada, grace] = await stage.pair();
  for (const text of ["one", "two", "three <b>bold</b> & 🙂"]) {
    await ada.say(text);
    await ada.seesReceipt(text, "Delivered");
    await grace.hearsSaid(text);
  }
  await grace.say("four");
  await ada.hearsSaid("four");
  const said = ["one", "two", "three <b>bold</b> & 🙂"];
  assert.deepEqual(await ada.conversation(), [...said.map((each) => `mine: ${each}`), "theirs: four"]);
  assert.deepEqual(await grace.conversation(), [...said.map((each) => `theirs: ${each}`), "mine: four"]);
});

journey("a message that the server has and the partner has not is shown as sent", async (stage) => {
  const [ada, grace] = await stage.withScript();
  await ada.say("are you there?");
  const { id } = await grace.next("chat:message");
  await ada.seesReceipt("are you there?", "Sent");
  grace.emit("chat:message:delivered", { messageId: id });
  await ada.seesReceipt("are you there?", "Delivered");
});

journey("the partner's typing is shown while it goes on", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.composer.pressSequentially("Hel");
  await grace.reads("Ada is typing");
  await ada.type("");
  await grace.page.getByText("Ada is typing", { exact: true }).waitFor({ state: "detached" });
});

journey("an opener goes into the composer, where it can still be changed", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.button("What made you smile today?").click();
  assert.equal(await ada.composer.inputValue(), "What made you smile today?");
  await ada.composer.press("Enter");
  await grace.hearsSaid("What made you smile today?");
});

journey("links in messages can be opened, and nothing else can become one", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.say("see https://example.com/a?b=1 or javascript:alert(1)");
  await grace.hearsSaid("see https://example.com");
  const links = grace.message("see https").getByRole("link");
  assert.deepEqual(await links.evaluateAll((all) => all.map((each) => [each.href, each.rel])), [
    ["https://example.com/a?b=1", "noopener noreferrer nofollow ugc"],
  ]);
});

journey("whoever leaves is asked once, and the partner may read on and meet someone new", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.say("goodbye");
  await grace.hearsSaid("goodbye");
  await ada.chooseFromMenu("Leave the chat");
  await ada.button("Stay").click();
  await grace.say("still here?");
  await ada.hearsSaid("still here?");
  await ada.leave();
  await ada.seesStart();
  await grace.seesChatIsOver("Ada has left the chat.");
  await grace.hearsSaid("goodbye");
  await grace.button("Meet someone new").click();
  await grace.seesLobby();
});

journey("one press of Next leaves the chat and searches again", async (stage) => {
  const [ada, grace] = await stage.pair();
  const joan = await stage.guest("Joan");
  await joan.start();
  await joan.seesLobby();
  await ada.button("Next: leave and meet someone new").click();
  await Promise.all([ada.seesChatWith("Joan"), joan.seesChatWith("Ada")]);
  await grace.seesChatIsOver("Ada has left the chat.");
  assert.deepEqual(await ada.conversation(), []);
});

journey("a report is kept, the chat goes on, and whoever is blocked is not met again", async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.say("something bad");
  await ada.hearsSaid("something bad");
  await ada.chooseFromMenu("Report Grace");
  await ada.button("Send report").click();
  await ada.reads("Please choose one.");
  await ada.page.getByRole("radio", { name: "Insults, threats or hatred" }).check();
  await ada.button("Send report").click();
  await ada.reads("Your report was kept");
  await ada.button("Back to the chat").click();
  await ada.say("that was not nice");
  await grace.hearsSaid("that was not nice");

  await ada.chooseFromMenu("Block Grace");
  await ada.button("Block").click();
  await grace.seesChatIsOver("Ada has left the chat.");
  await ada.seesChatIsOver("You have blocked Grace.");
  for (const guest of [ada, grace]) await guest.button("Meet someone new").click();
  for (const guest of [ada, grace]) await guest.seesLobby();
  await ada.reads("Nobody else is searching at this moment.");
  await grace.reads("Nobody else is searching at this moment.");
});

journey("the same journey with a partner that is a plain script: words, receipts, typing and the end", async (stage) => {
  const [ada, grace] = await stage.withScript();
  grace.emit("chat:typing:start");
  await ada.reads("Grace is typing");
  const sent = await grace.ask("chat:message", { type: "text", content: "Hello from a script" });
  assert.equal(sent.ok, true);
  await ada.hearsSaid("Hello from a script");
  const { messageId } = await grace.next("chat:message:delivered");
  assert.equal(messageId, sent.messageId);
  await ada.say("Hello back");
  assert.equal((await grace.next("chat:message")).content, "Hello back");
  grace.emit("leave-room");
  await ada.seesChatIsOver("Grace has left the chat.");
});
