// Calls between two pages: seen and heard on both sides, and whatever ends them.

import assert from "node:assert/strict";
import { journey } from "./support/journey.mjs";
import { hears, hearsSilence, nothingIsLeft, sees, seesItself } from "./support/media.mjs";

const bothSee = (...guests) => Promise.all(guests.flatMap((guest) => [sees(guest), hears(guest)]));

/** A call that both are in. */
async function callBetween(ada, grace, kind = "video") {
  await ada.call(grace.name, kind);
  await grace.accept(ada.name, kind === "video" ? "Accept with video" : "Accept");
  await Promise.all([ada.seesCall("in-call"), grace.seesCall("in-call")]);
}

journey("in a video call both see and hear each other, and themselves; hanging up leaves nothing behind", async (stage) => {
  const [ada, grace] = await stage.pair();
  await callBetween(ada, grace);
  await bothSee(ada, grace);
  await Promise.all([seesItself(ada), seesItself(grace)]);
  await ada.hangUp();
  await ada.seesCallEnded("You have hung up.");
  await grace.seesCallEnded("Ada has hung up.");
  await nothingIsLeft(ada, grace);
  for (const guest of [ada, grace]) {
    await guest.button("Back to the chat").click();
    await guest.reads(/Video call, \d+ seconds?/);
  }
});

journey("in a voice call both hear each other, and no camera is touched; the called guest may hang up", async (stage) => {
  const [ada, grace] = await stage.pair();
  await callBetween(ada, grace, "audio");
  await Promise.all([hears(ada), hears(grace)]);
  for (const guest of [ada, grace]) {
    assert.ok(!(await guest.calls()).tracks.some(({ kind }) => kind === "video"), `${guest.name}'s camera was opened`);
  }
  await grace.hangUp();
  await grace.seesCallEnded("You have hung up.");
  await ada.seesCallEnded("Grace has hung up.");
  await nothingIsLeft(ada, grace);
});

journey("the caller sees itself before anybody is called, and nobody is called if it thinks better of it", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.button("Video call Grace").click();
  await seesItself(ada);
  await ada.button("Cancel").click();
  await ada.seesNoCall();
  await nothingIsLeft(ada);
  await ada.say("not yet");
  await grace.hearsSaid("not yet");
  assert.equal(await grace.page.getByRole("alertdialog").count(), 0);
  assert.equal((await grace.calls()).peers.length, 0);
});

journey("a video call can be accepted with the voice alone: the caller is seen, the called guest only heard", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.call("Grace");
  await grace.accept("Ada", "Accept with voice only");
  await Promise.all([ada.seesCall("in-call"), grace.seesCall("in-call")]);
  await Promise.all([hears(ada), hears(grace), sees(grace)]);
  assert.ok(!(await grace.calls()).tracks.some(({ kind }) => kind === "video"), "Grace's camera was opened");
});

journey("a declined call ends for both, and says so in the conversation", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.call("Grace");
  await grace.decline("Ada");
  await ada.seesCallEnded("Grace does not want to talk this way just now.");
  await nothingIsLeft(ada, grace);
  await ada.button("Back to the chat").click();
  await ada.reads("Video call declined by Grace");
  await grace.reads("Video call declined");
  await grace.say("sorry, not now");
  await ada.hearsSaid("sorry, not now");
});

journey("a caller may think better of it while it rings", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.call("Grace");
  await grace.isCalled("Ada");
  await ada.hangUp();
  await ada.seesCallEnded("You have called it off.");
  await grace.page.getByRole("alertdialog").waitFor({ state: "detached" });
  await nothingIsLeft(ada, grace);
});

journey("nobody answers: after thirty seconds the caller is told, and the called guest finds a missed call", async (stage) => {
  const [ada, grace] = [await stage.guest("Ada"), await stage.guest("Grace")];
  await ada.page.clock.install();
  await ada.start();
  await ada.seesLobby();
  await grace.start();
  await ada.page.clock.runFor(1000);
  await Promise.all([ada.seesChatWith("Grace"), grace.seesChatWith("Ada")]);
  await ada.call("Grace");
  await grace.isCalled("Ada");
  await ada.seesCall("calling");
  await ada.page.clock.runFor(31_000);
  await ada.seesCallEnded("Grace did not answer.");
  await grace.page.getByRole("alertdialog").waitFor({ state: "detached" });
  await grace.reads("Missed video call from Ada");
  await nothingIsLeft(ada, grace);
});

journey("both call at the same moment: one call comes of it, and nobody is left ringing", async (stage) => {
  const [ada, grace] = await stage.pair();
  for (const [guest, other] of [[ada, "Grace"], [grace, "Ada"]]) {
    await guest.button(`Video call ${other}`).click();
    await seesItself(guest);
  }
  await Promise.all([ada.confirmCall("Call Grace"), grace.confirmCall("Call Ada")]);
  // Whoever wanted to call wants to talk: no one is asked again, or exactly one is.
  const answers = async (guest, by) => {
    const inCall = guest.seesCall("in-call", { timeout: 20_000 });
    const asked = guest.isCalled(by).then(() => guest.accept(by), () => {});
    await Promise.race([inCall, asked]);
    await inCall;
  };
  await Promise.all([answers(ada, "Grace"), answers(grace, "Ada")]);
  await bothSee(ada, grace);
  await ada.hangUp();
  await Promise.all([ada.seesCallEnded(), grace.seesCallEnded()]);
  await nothingIsLeft(ada, grace);
});

journey("muting is silence at the other end, and a camera that is off is said to be; both come back", async (stage) => {
  const [ada, grace] = await stage.pair();
  await callBetween(ada, grace);
  await bothSee(ada, grace);
  await ada.button("Mute microphone").click();
  await grace.reads("Ada is muted");
  await hearsSilence(grace);
  await ada.button("Turn camera off").click();
  await grace.reads("Ada has turned the camera off");
  await sees(ada);
  await ada.button("Mute microphone").click();
  await ada.button("Turn camera off").click();
  await grace.page.getByText("Ada has turned the camera off").waitFor({ state: "detached" });
  await Promise.all([sees(grace), hears(grace), seesItself(ada)]);
});

journey("during a call words can be written, and the call is no obstacle to them", async (stage) => {
  const [ada, grace] = await stage.pair({}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await callBetween(ada, grace);
  await ada.say("look at this");
  await grace.button(/^Show chat/).click();
  await grace.hearsSaid("look at this");
  await grace.type("nice");
  await grace.button("Send").click();
  await ada.hearsSaid("nice");
  await grace.button("Back to the call").click();
  await bothSee(ada, grace);
});

journey("after a call the two can call again, as often as they like", async (stage) => {
  const [ada, grace] = await stage.pair();
  for (const [caller, called] of [[ada, grace], [grace, ada], [ada, grace]]) {
    await callBetween(caller, called, "audio");
    await Promise.all([hears(ada), hears(grace)]);
    await caller.hangUp();
    await called.seesCallEnded();
    await nothingIsLeft(ada, grace);
    for (const guest of [ada, grace]) await guest.button("Back to the chat").click();
  }
});

journey("leaving the chat ends the call for both", async (stage) => {
  const [ada, grace] = await stage.pair();
  await callBetween(ada, grace);
  await ada.leave();
  await ada.seesStart();
  await grace.seesChatIsOver("Ada has left the chat.");
  await nothingIsLeft(ada, grace);
});

journey("a tab that is closed in a call ends the call for the partner, who is told", async (stage) => {
  const [ada, grace] = await stage.pair();
  await callBetween(ada, grace);
  await bothSee(ada, grace);
  await ada.page.close();
  await grace.seesCallEnded();
  await nothingIsLeft(grace);
  await grace.button("Back to the chat").click();
  await grace.seesChatIsOver("Ada lost the connection and did not come back.");
});

journey("whoever is about to call and is called first answers from the preview that is open already", async (stage) => {
  const [ada, grace] = await stage.pair();
  await grace.button("Video call Ada").click();
  await seesItself(grace);
  await ada.call("Grace");
  await grace.confirmCall("Join the call");
  await Promise.all([ada.seesCall("in-call"), grace.seesCall("in-call")]);
  await bothSee(ada, grace);
});
