// One guest in a browser, the other a plain script of the official client that knows the contract and nothing of our
// code: so that the web client does not only agree with itself.

import assert from "node:assert/strict";
import { upload } from "../chat/support/files.mjs";
import { journey } from "./support/journey.mjs";
import { nothingIsLeft } from "./support/media.mjs";
import { pictureOf } from "./support/picture.mjs";

/** A description that can be passed on, though no browser has made it. */
const offer = { type: "offer", sdp: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" };

journey("a script sends a picture and a caption: covered, then shown", async (stage) => {
  const [ada, grace] = await stage.withScript();
  const picture = pictureOf(64, 48);
  const { fileId, tempUrl, downloadUrl } = await upload(grace, grace.room, { content: picture });
  const content = { fileId, filename: "photo.png", fileType: "image/png", fileSize: picture.length, tempUrl, downloadUrl, caption: "from a script" };
  const sent = await grace.ask("chat:message", { type: "file", content });
  assert.equal(sent.ok, true, JSON.stringify(sent));
  await ada.reads("Grace sent a picture");
  await ada.button("Show picture").click();
  await ada.log.locator("img").waitFor();
});

journey("a script gets the files of the page as the contract has them", async (stage) => {
  const [ada, grace] = await stage.withScript();
  await ada.attach({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just words\n") });
  await ada.button("Send").click();
  const { type, content } = await grace.next("chat:message");
  assert.deepEqual([type, content.filename, content.fileType], ["file", "notes.txt", "text/plain"]);
  const { text } = await stage.server.request("GET", new URL(content.downloadUrl).pathname);
  assert.equal(text, "just words\n");
});

journey("a script calls and gives up: the page rings, and finds a missed call", async (stage) => {
  const [ada, grace] = await stage.withScript();
  grace.emit("webrtc:offer", { offer, type: "video" });
  await ada.isCalled("Grace");
  grace.emit("webrtc:call-end");
  await ada.page.getByRole("alertdialog").waitFor({ state: "detached" });
  await ada.reads("Missed video call from Grace");
  await nothingIsLeft(ada);
});

journey("a script calls and is declined: it is told so, once", async (stage) => {
  const [ada, grace] = await stage.withScript();
  grace.emit("webrtc:offer", { offer, type: "audio" });
  await ada.isCalled("Grace");
  await ada.button("Decline").click();
  const { from } = await grace.next("webrtc:call-reject");
  assert.match(from, /^guest_/);
  await ada.reads("Voice call declined");
  await ada.say("not now");
  await grace.next("chat:message");
  assert.deepEqual(grace.unread().filter(({ event }) => event.startsWith("webrtc:")), []);
});

journey("a script that accepts a call with what is no answer ends it, with a sentence", async (stage) => {
  const [ada, grace] = await stage.withScript();
  grace.emit("webrtc:offer", { offer: { type: "offer", sdp: "nonsense" }, type: "audio" });
  await ada.isCalled("Grace");
  await ada.button("Accept").click();
  await ada.confirmCall("Join the call");
  // It waits a while for something better.
  await ada.seesCall("ended", { timeout: 30_000 });
  await ada.reads("The call could not be set up.");
  await nothingIsLeft(ada);
});

journey("a page calls a script: offer and candidates come as the contract has them, and each answer is understood", async (stage) => {
  const [ada, grace] = await stage.withScript();
  await ada.call("Grace");
  const called = await grace.next("webrtc:offer");
  assert.deepEqual([called.type, called.offer.type, called.fromUsername], ["video", "offer", "Ada"]);
  assert.match(called.offer.sdp, /^v=0\r\n/);
  const { candidate } = await grace.next("webrtc:ice-candidate");
  assert.match(candidate.candidate, /^candidate:/);
  grace.emit("webrtc:call-reject");
  await ada.seesCallEnded("Grace does not want to talk this way just now.");
  await nothingIsLeft(ada);
  await ada.button("Call again").click();
  await ada.confirmCall("Call Grace");
  await grace.next("webrtc:offer");
  grace.emit("webrtc:call-timeout");
  await ada.seesCallEnded("Grace did not answer.");
  await ada.button("Call again").click();
  await ada.confirmCall("Call Grace");
  await grace.next("webrtc:offer");
  await ada.hangUp();
  await grace.next("webrtc:call-end");
  await nothingIsLeft(ada);
});

journey("a script that goes away while it is called ends the call", async (stage) => {
  const [ada, grace] = await stage.withScript();
  await ada.call("Grace");
  await grace.next("webrtc:offer");
  grace.disconnect();
  await ada.seesCall("ended");
  await nothingIsLeft(ada);
  await ada.button("Back to the chat").click();
  await ada.seesChatIsOver();
});

journey("a page that nobody has touched stays silent, and one that was touched is heard", async (stage) => {
  const [ada, grace] = await stage.withScript();
  const tones = () => ada.page.evaluate(() => window.seenByTests.tones);
  await ada.page.reload();
  await ada.seesChatWith("Grace");
  grace.emit("webrtc:offer", { offer, type: "audio" });
  await ada.isCalled("Grace");
  assert.equal(await tones(), 0);
  grace.emit("webrtc:call-end");
  await ada.page.getByRole("alertdialog").waitFor({ state: "detached" });
  await ada.page.mouse.click(640, 400);
  await ada.button("Back to the chat").click();
  grace.emit("webrtc:offer", { offer, type: "audio" });
  await ada.isCalled("Grace");
  await ada.page.waitForFunction(() => window.seenByTests.tones > 0);
});
