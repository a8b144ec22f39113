// What a call's picture can do beside being there: fill the screen, float above other windows, come from the other
// camera.

import assert from "node:assert/strict";
import { until } from "../support/wait.mjs";
import { journey } from "./support/journey.mjs";
import { nothingIsLeft, sees } from "./support/media.mjs";

async function inVideoCall(stage, options = {}) {
  const [ada, grace] = await stage.pair(options, {});
  await ada.call("Grace");
  await grace.accept("Ada");
  await Promise.all([sees(ada), sees(grace)]);
  return [ada, grace];
}

journey("the call fills the screen and gives it back", async (stage) => {
  const [ada, grace] = await inVideoCall(stage);
  const filled = () => ada.page.evaluate(() => document.fullscreenElement?.querySelector('[data-role="remote"]') != null);
  await ada.chooseFromMenu("Full screen", "More for this call");
  await until(filled, "the call fills the screen");
  await sees(ada);
  await ada.chooseFromMenu("Full screen", "More for this call");
  await until(async () => !(await filled()), "the screen is given back");
  await ada.hangUp();
  await grace.seesCallEnded("Ada has hung up.");
  await nothingIsLeft(ada, grace);
});

journey("the partner's picture floats above other windows, and goes with the call", async (stage) => {
  const [ada, grace] = await inVideoCall(stage);
  const floating = () => ada.page.evaluate(() => document.pictureInPictureElement?.dataset.role ?? null);
  await ada.chooseFromMenu("Picture in picture", "More for this call");
  await until(async () => (await floating()) === "remote", "the partner's picture floats");
  await sees(ada);
  await grace.hangUp();
  await ada.seesCallEnded("Grace has hung up.");
  await until(async () => (await floating()) === null, "the picture is gone with the call");
  await nothingIsLeft(ada, grace);
});

journey("one touch takes the other camera, also where cameras do not say which way they look", async (stage) => {
  const [ada] = await inVideoCall(stage, { devices: "several", hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const camera = () =>
    ada.page.evaluate(() => {
      const tracks = window.seenByTests.tracks.filter(({ kind, readyState }) => kind === "video" && readyState === "live");
      return tracks.map((track) => track.getSettings().deviceId).join();
    });
  const first = await camera();
  assert.ok(first);
  await ada.button("Use the other camera").tap();
  await until(async () => !["", first].includes(await camera()), "another camera is taken");
  await ada.hangUp();
});
