// Whether guests see and hear each other: on the elements of the page, and in what was decoded. A peer connection that
// says it is connected proves neither.

import assert from "node:assert/strict";
import { sleep, until } from "../../support/wait.mjs";

/** On a busy machine a call takes its time. */
const patience = { ms: 20_000 };

/** Less sound than this is none; one beep is a hundred times as much. */
const quiet = 0.001;

/** The elements that show what comes from the partner. */
const remoteOf = ({ elements }, kind) => elements.filter((each) => each.remote && each.kinds.includes(kind));

const audible = (calls) => remoteOf(calls, "audio").filter(({ paused, muted, live }) => !paused && !muted && live);
const visible = (calls) => remoteOf(calls, "video").filter(({ tag, paused, width, live }) => tag === "video" && !paused && width > 0 && live);

/** Waits until something that `read` finds has grown since the first look. */
async function grows(guest, read, what, ms, by = 0) {
  const first = read(await guest.calls());
  await until(async () => read(await guest.calls()) > first + by, `${guest.name}: ${what}`, ms);
}

const latest = (elements) => Math.max(-1, ...elements.map(({ at }) => at));

/** The guest hears its partner: one element plays it aloud, its clock moves, and what is decoded is not silence. */
export async function hears(guest, { ms } = patience) {
  await until(async () => audible(await guest.calls()).length > 0, `${guest.name}: an element plays the partner's voice`, ms);
  await grows(guest, (calls) => latest(audible(calls)), "the clock of the voice moves", ms);
  await grows(guest, ({ packetsReceived }) => packetsReceived, "packets of sound arrive", ms);
  await grows(guest, ({ audioEnergy }) => audioEnergy, "the sound is not silence", ms, quiet);
  assert.equal(audible(await guest.calls()).length, 1, `${guest.name} hears the partner more than once`);
}

/** What is decoded of the partner's voice is silence, for longer than the fake microphone is between two beeps. */
export async function hearsSilence(guest, { ms } = patience) {
  const silent = async () => {
    const before = (await guest.calls()).audioEnergy;
    await sleep(1500);
    return (await guest.calls()).audioEnergy - before < quiet;
  };
  await until(silent, `${guest.name}: the partner's voice is silent`, ms);
}

/** The guest sees its partner: an element shows a picture that moves, and frames are decoded. */
export async function sees(guest, { ms } = patience) {
  await until(async () => visible(await guest.calls()).length > 0, `${guest.name}: an element shows the partner's picture`, ms);
  await grows(guest, (calls) => latest(visible(calls)), "the clock of the picture moves", ms);
  await grows(guest, ({ framesDecoded }) => framesDecoded, "frames are decoded", ms);
}

/** The guest sees itself: a picture of its own camera that moves. */
export async function seesItself(guest, { ms } = patience) {
  const own = ({ elements }) => elements.filter(({ tag, remote, paused, width }) => tag === "video" && !remote && !paused && width > 0);
  await until(async () => own(await guest.calls()).length > 0, `${guest.name}: an element shows the own camera`, ms);
  await grows(guest, (calls) => latest(own(calls)), "the own picture moves", ms);
}

/** Nothing of any call is left: no connection, no camera, no microphone, no element that holds a stream. */
export async function nothingIsLeft(...guests) {
  for (const guest of guests) {
    const left = ({ open, tracks, elements }) => [
      ...(open ? [`${open} open peer connections`] : []),
      ...tracks.filter(({ readyState }) => readyState !== "ended").map(({ kind }) => `a live ${kind} track`),
      ...elements.map(({ tag }) => `${tag} with a stream`),
    ];
    let found = [];
    await until(async () => !(found = left(await guest.calls())).length, "nothing is left", 5000).catch(() => {});
    assert.deepEqual(found, [], `${guest.name} still has something of the call`);
  }
}
