// @vitest-environment node
import { beforeEach, describe, expect, test } from "vitest";
import type { Device } from "../call/state.js";
import { settle } from "../testing/fake_clock.js";
import { LocalMedia, type MediaReport } from "./local_media.js";

/** A track as far as it is used; `end` is what happens when its device is pulled out. */
class Track extends EventTarget {
  enabled = true;
  readyState = "live";
  constructor(
    readonly kind: "audio" | "video",
    readonly deviceId: string
  ) {
    super();
  }
  stop(): void {
    this.readyState = "ended";
  }
  end(): void {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
}

type Wish = {
  audio: false | { deviceId?: { exact: string } };
  video: false | { deviceId?: { exact: string }; facingMode?: string };
};

/** A browser whose camera and microphone the test puts in and pulls out. */
class Devices extends EventTarget {
  cameras: string[] = [];
  faults: Partial<Record<"audio" | "video", string>> = {};
  asked: Wish[] = [];
  tracks: Track[] = [];
  wait: Promise<void> = Promise.resolve();

  async getUserMedia(wish: Wish) {
    this.asked.push(wish);
    await this.wait;
    const kinds = (["audio", "video"] as const).filter((kind) => wish[kind]);
    for (const kind of kinds) {
      if (this.faults[kind]) throw new DOMException("", this.faults[kind]);
    }
    const tracks = kinds.map((kind) => {
      const one = wish[kind];
      return new Track(kind, (one && one.deviceId?.exact) || `${kind}-1`);
    });
    this.tracks.push(...tracks);
    return { getTracks: () => tracks };
  }

  async enumerateDevices() {
    return [
      { deviceId: "audio-1", label: "Microphone", kind: "audioinput" },
      { deviceId: "", label: "", kind: "audiooutput" },
      ...this.cameras.map((deviceId) => ({ deviceId, label: deviceId, kind: "videoinput" })),
    ];
  }
}

let browser: Devices;
let reports: MediaReport[];
let sent: [string, Track | null][];
let listed: (readonly Device[])[];
let media: LocalMedia;

beforeEach(() => {
  browser = new Devices();
  reports = [];
  sent = [];
  listed = [];
  media = new LocalMedia(browser as unknown as MediaDevices, {
    report: (report) => reports.push(report),
    track: (kind, track) => sent.push([kind, track as unknown as Track | null]),
    devices: (devices) => listed.push(devices),
  });
});
const live = () => browser.tracks.filter(({ readyState }) => readyState === "live").map(({ kind }) => kind);

test("a video call opens both, and a list of what has a name", async () => {
  await media.open("video");
  expect(live()).toEqual(["audio", "video"]);
  expect(reports).toEqual([
    { fault: null, mic: true, camera: true, microphoneId: "audio-1", cameraId: "video-1", facing: "user" },
  ]);
  expect(listed).toEqual([[{ id: "audio-1", label: "Microphone", kind: "microphone" }]]);
});

test("a voice call does not touch the camera", async () => {
  await media.open("audio");
  expect(browser.asked.map(({ video }) => video)).toEqual([false]);
  expect(reports[0]).toMatchObject({ mic: true, camera: false, fault: null });
});

describe("what is missing is named, and the rest is used", () => {
  test.each([
    ["video", "NotAllowedError", { device: "camera", why: "refused" }, ["audio"]],
    ["video", "NotFoundError", { device: "camera", why: "not-found" }, ["audio"]],
    ["video", "NotReadableError", { device: "camera", why: "in-use" }, ["audio"]],
    ["audio", "NotFoundError", { device: "microphone", why: "not-found" }, ["video"]],
  ] as const)("%s with %s", async (kind, error, fault, rest) => {
    browser.faults[kind] = error;
    await media.open("video");
    expect(reports).toMatchObject([{ fault, mic: kind !== "audio", camera: kind !== "video" }]);
    expect(live()).toEqual(rest);
  });

  test("nothing at all", async () => {
    browser.faults = { audio: "NotAllowedError", video: "NotAllowedError" };
    await media.open("video");
    expect(reports).toMatchObject([{ fault: { device: "both", why: "refused" }, mic: false, camera: false }]);
  });

  test("a browser that has no devices", async () => {
    const none = new LocalMedia(undefined, {
      report: (report) => reports.push(report),
      track: () => {},
      devices: () => {},
    });
    await none.open("audio");
    expect(reports).toMatchObject([{ fault: { device: "microphone", why: "unsupported" }, mic: false }]);
  });
});

test("a camera that is granted after the call is over is closed again", async () => {
  let grant = () => {};
  browser.wait = new Promise((resolve) => (grant = resolve));
  const opening = media.open("video");
  media.close();
  grant();
  await opening;
  expect(live()).toEqual([]);
  expect(reports).toEqual([]);
});

test("muting keeps the microphone open; switching the camera off closes it, and on opens another", async () => {
  await media.open("video");
  media.setMic(false);
  expect(browser.tracks[0]?.enabled).toBe(false);
  media.setCamera(false);
  expect(live()).toEqual(["audio"]);
  expect(reports.at(-1)).toMatchObject({ mic: false, camera: false });
  media.setCamera(true);
  await settle();
  expect(live()).toEqual(["audio", "video"]);
  expect(reports.at(-1)).toMatchObject({ mic: false, camera: true });
  expect(sent.map(([kind, track]) => [kind, track?.readyState ?? null])).toEqual([
    ["audio", "live"],
    ["video", "ended"],
    ["video", null],
    ["video", "live"],
  ]);
});

test("a camera that is switched off before it is granted stays off", async () => {
  await media.open("audio");
  let grant = () => {};
  browser.wait = new Promise((resolve) => (grant = resolve));
  media.setCamera(true);
  media.setCamera(false);
  grant();
  await settle();
  expect(live()).toEqual(["audio"]);
  expect(reports.at(-1)).toMatchObject({ camera: false });
});

test("another camera takes the place of the first", async () => {
  await media.open("video");
  media.useDevice("camera", "video-2");
  await settle();
  expect(live()).toEqual(["audio", "video"]);
  expect(browser.asked.at(-1)).toMatchObject({ audio: false, video: { deviceId: { exact: "video-2" } } });
  media.flip();
  await settle();
  expect(browser.asked.at(-1)).toMatchObject({ video: { facingMode: "environment" } });
  expect(reports.at(-1)).toMatchObject({ facing: "environment", camera: true });
});

test("cameras that do not say which way they look are taken in turn", async () => {
  browser.cameras = ["video-1", "video-2"];
  await media.open("video");
  for (const expected of ["video-2", "video-1"]) {
    media.flip();
    await settle();
    expect(live()).toEqual(["audio", "video"]);
    expect(reports.at(-1)).toMatchObject({ camera: true, cameraId: expected });
  }
});

test("a call that ends while the camera is changed leaves none open", async () => {
  browser.cameras = ["video-1", "video-2"];
  await media.open("video");
  media.flip();
  media.close();
  await settle();
  expect(live()).toEqual([]);
});

test("another microphone is as mute as the first", async () => {
  await media.open("audio");
  media.setMic(false);
  media.useDevice("microphone", "audio-2");
  await settle();
  expect(live()).toEqual(["audio"]);
  expect(browser.tracks.at(-1)).toMatchObject({ deviceId: "audio-2", enabled: false });
});

test("a device that is pulled out is told", async () => {
  await media.open("video");
  browser.tracks[1]?.end();
  expect(reports.at(-1)).toMatchObject({ camera: false, fault: { device: "camera", why: "not-found" } });
  expect(sent.at(-1)).toEqual(["video", null]);
});

test("closing closes everything", async () => {
  await media.open("video");
  media.close();
  expect(live()).toEqual([]);
});
