// Cameras and microphones that are blocked or not there.

import assert from "node:assert/strict";
import { journey } from "./support/journey.mjs";
import { hears, nothingIsLeft, sees } from "./support/media.mjs";

journey("blocked camera and microphone are named before the call, with what to do about it", async (stage) => {
  const [ada, grace] = await stage.pair({ media: false }, {});
  await ada.button("Video call Grace").click();
  await ada.reads("Your camera and microphone are blocked. Allow access in the browser's settings for this page and try again");
  await ada.requireAccessible("the preview with blocked devices");
  await ada.button("Cancel").click();
  await ada.say("my camera is blocked");
  await grace.hearsSaid("my camera is blocked");
});

journey("once access is allowed, one press on Try again shows the camera", async (stage) => {
  const [ada] = await stage.pair({ media: false }, {});
  await ada.button("Video call Grace").click();
  await ada.reads("Your camera and microphone are blocked.");
  await ada.context.grantPermissions(["camera", "microphone"]);
  await ada.button("Try again").click();
  await ada.page.getByRole("dialog").getByText("are blocked").waitFor({ state: "detached" });
  await ada.page.locator('video[data-role="local"]').waitFor();
});

journey("whoever has neither camera nor microphone can still be called, sees and hears, and is told what is missing", async (stage) => {
  const [ada, grace] = await stage.pair({}, { devices: "missing" });
  await ada.call("Grace");
  await grace.isCalled("Ada");
  await grace.button("Accept with video").click();
  await grace.reads("No camera or microphone was found. Connect one and try again, or go on without.");
  await grace.confirmCall("Join the call");
  await Promise.all([ada.seesCall("in-call"), grace.seesCall("in-call")]);
  await Promise.all([sees(grace), hears(grace)]);
  await grace.hangUp();
  await ada.seesCallEnded("Grace has hung up.");
  await nothingIsLeft(ada, grace);
});

journey("a blocked microphone is told of in place of a recording that stays silent", async (stage) => {
  const [ada] = await stage.pair({ media: false }, {});
  await ada.button("Record a voice note").click();
  await ada.reads("The microphone is blocked. Allow it in the browser's settings for this page, then try again.");
  await ada.button("Close").click();
  await ada.composer.waitFor();
});

journey("a missing microphone is told of in place of a recording", async (stage) => {
  const [ada] = await stage.pair({ devices: "missing" }, {});
  await ada.button("Record a voice note").click();
  await ada.reads("There is no microphone. Connect one, then try again.");
});

journey("another camera can be chosen in the preview and during the call", async (stage) => {
  const [ada, grace] = await stage.pair({ devices: "several" }, {});
  await ada.button("Video call Grace").click();
  const cameras = ada.page.getByRole("combobox", { name: "Camera in use" });
  await cameras.waitFor();
  const labels = await cameras.locator("option").allInnerTexts();
  assert.ok(labels.length === 3, labels.join());
  await cameras.selectOption({ index: 2 });
  await ada.confirmCall("Call Grace");
  await grace.accept("Ada");
  await sees(grace);
  await ada.button("More for this call").click();
  await ada.page.getByRole("menuitemradio", { name: labels[0] }).click();
  await sees(grace);
  await hears(grace);
});
