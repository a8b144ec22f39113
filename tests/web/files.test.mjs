// Files, pictures and voice notes between two pages.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../support/wait.mjs";
import { journey } from "./support/journey.mjs";
import { pictureOf } from "./support/picture.mjs";

const notes = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just words\n".repeat(100)) };
const picture = (name = "photo.png") => ({ name, mimeType: "image/png", buffer: pictureOf(64, 48) });

/** A file that is too long to be handed to the browser in a message. */
async function fileOnDisk(t, name, bytes) {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-file-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, name), Buffer.alloc(bytes, "x"));
  return path.join(folder, name);
}

/** The picture in a message is there and was drawn. */
const shows = (guest, text) =>
  until(
    () => guest.message(text).locator("img").evaluateAll((all) => all.some(({ naturalWidth }) => naturalWidth === 64)),
    `${guest.name} sees the picture`,
  );

journey("a file arrives under its name, byte for byte", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.attach(notes);
  await ada.button("Send").click();
  await ada.seesReceipt("notes.txt", "Delivered");
  await grace.hearsSaid("notes.txt");
  const [download] = await Promise.all([
    grace.page.waitForEvent("download"),
    grace.page.getByRole("link", { name: "Download notes.txt" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "notes.txt");
  assert.deepEqual(await readFile(await download.path()), notes.buffer);
});

journey("a stranger's picture is covered, and not even fetched, until it is asked for", async (stage) => {
  const [ada, grace] = await stage.pair();
  const fetched = [];
  grace.page.on("request", (request) => request.url().includes("/temp-files/") && fetched.push(request.url()));
  await ada.attach(picture());
  await ada.page.getByRole("textbox", { name: "Caption for photo.png" }).fill("my cat");
  await ada.button("Send").click();
  await ada.seesReceipt("my cat", "Delivered");
  await shows(ada, "my cat");
  await grace.hearsSaid("my cat");
  await grace.reads("Ada sent a picture");
  assert.deepEqual(fetched, []);
  await grace.button("Show picture").click();
  await shows(grace, "my cat");
  await grace.button("Cover picture").click();
  await grace.button("Show picture").waitFor();
});

journey("pictures can be pasted, and several files sent at once, in their order, with words after them", async (stage) => {
  const [ada, grace] = await stage.pair();
  const bytes = [...pictureOf(64, 48)];
  await ada.composer.evaluate((field, each) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([new Uint8Array(each)], "pasted.png", { type: "image/png" }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, bytes);
  await ada.attach(notes, { ...notes, name: "more.txt" });
  assert.equal(await ada.page.getByRole("list", { name: "Attachments" }).getByRole("listitem").count(), 3);
  await ada.type("these three");
  await ada.button("Send").click();
  await grace.hearsSaid("these three");
  for (const name of ["notes.txt", "more.txt"]) await grace.hearsSaid(name);
  await grace.reads("Ada sent a picture");
  const order = await grace.log.locator("li[data-mine]").allInnerTexts();
  const at = (text) => order.findIndex((each) => each.includes(text));
  assert.ok(at("sent a picture") < at("notes.txt") && at("notes.txt") < at("more.txt"), order.join("\n"));
});

journey("what cannot be sent is refused before it is sent, and says which limit it breaks", async (stage) => {
  const [ada] = await stage.pair();
  await ada.attach({ name: "program.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") });
  await ada.reads("Files of this kind (application/x-msdownload) cannot be sent.");
  await ada.button("Remove program.exe").click();
  await ada.attach({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await ada.reads("This file is empty.");
  await ada.button("Remove empty.txt").click();
  await ada.attach(await fileOnDisk(stage.t, "huge.txt", 11 * 1024 * 1024));
  await ada.reads("Too large: a file may have at most 10.5 MB.");
  await ada.button("Remove huge.txt").click();
  // The same file may be picked again after it was removed.
  await ada.attach({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await ada.reads("This file is empty.");
});

journey("an upload shows how far it is and can be cancelled; nothing of it arrives", async (stage) => {
  const [ada, grace] = await stage.pair();
  const network = await ada.context.newCDPSession(ada.page);
  await network.send("Network.enable");
  const speed = (uploadThroughput) =>
    network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  await speed(200_000);
  await ada.attach(await fileOnDisk(stage.t, "long.txt", 4_000_000));
  await ada.button("Send").click();
  const progress = ada.page.getByRole("progressbar", { name: "Uploading long.txt" });
  await progress.waitFor();
  await until(async () => Number(await progress.evaluate((bar) => bar.value ?? bar.ariaValueNow)) > 0.05, "the upload goes on");
  await ada.button("Cancel long.txt").click();
  await progress.waitFor({ state: "detached" });
  await speed(-1);
  await ada.say("never mind");
  await grace.hearsSaid("never mind");
  assert.equal(await grace.message("long.txt").count(), 0);
});

journey("an upload that breaks off can be tried again", async (stage) => {
  const [ada, grace] = await stage.pair();
  ada.allowOutage();
  await ada.page.route("**/api/files/upload", (route) => route.abort("connectionreset"));
  await ada.attach(notes);
  await ada.button("Send").click();
  await ada.reads("The upload broke off.");
  await ada.page.unroute("**/api/files/upload");
  await ada.button("Try notes.txt again").click();
  await grace.hearsSaid("notes.txt");
});

journey("a voice note is recorded with a tap, listened to, sent, and played by the partner", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.button("Record a voice note").click();
  await ada.reads("0:02");
  await ada.button("Stop and listen").click();
  await ada.button("Play your voice note").click();
  await ada.button("Send the voice note").click();
  await ada.seesReceipt("0:0", "Delivered");
  await plays(grace, "voice note");
});

journey("a voice note is sent by holding the button while speaking, and cancelled by pulling it away", async (stage) => {
  const [ada, grace] = await stage.pair();
  const button = await ada.button("Record a voice note").boundingBox();
  const { mouse } = ada.page;
  await mouse.move(button.x + 10, button.y + 10);
  await mouse.down();
  await ada.reads("0:01");
  await mouse.move(button.x - 100, button.y + 10, { steps: 5 });
  await mouse.up();
  await ada.composer.waitFor();
  await mouse.move(button.x + 10, button.y + 10);
  await mouse.down();
  await ada.reads("0:02");
  await mouse.up();
  await ada.seesReceipt("0:0", "Delivered");
  assert.equal(await grace.log.locator("li[data-mine]").count(), 1);
  await plays(grace, "voice note");
});

journey("a voice note is recorded and sent with the keyboard alone", async (stage) => {
  const [ada, grace] = await stage.pair();
  const { keyboard } = ada.page;
  await ada.button("Record a voice note").focus();
  await keyboard.press("Space");
  await ada.reads("0:02");
  // The focus is on "Stop and listen", then on sending what was recorded.
  await keyboard.press("Enter");
  await ada.button("Send the voice note").waitFor();
  await keyboard.press("Enter");
  await grace.page.getByRole("group", { name: /^Voice note/ }).waitFor();
});

/** A voice note plays, aloud, until its end, which is about as far away as was recorded. */
async function plays(guest, name) {
  await guest.button(`Play ${name}`).click();
  const heard = () => guest.log.locator("audio").evaluate(({ currentTime, duration, muted, paused }) => ({ currentTime, duration, muted, paused }));
  await until(async () => (await heard()).currentTime > 0.3, `${guest.name} hears the voice note`);
  assert.equal((await heard()).muted, false);
  await guest.button(`Play ${name}`).waitFor();
}

journey("a file that has expired says so, in place of a broken picture", async (stage) => {
  const [ada, grace] = await stage.pair();
  await ada.attach(picture());
  await ada.button("Send").click();
  await grace.button("Show picture").waitFor();
  grace.allow(/404/);
  await grace.page.route("**/api/temp-files/**", (route) => route.fulfill({ status: 404, json: { success: false } }));
  await grace.button("Show picture").click();
  await grace.reads("Expired, and erased from the server");
});
