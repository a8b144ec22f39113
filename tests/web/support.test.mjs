// That the journeys would notice: pages with one fault each, served as the web client is, and stretches of bad network.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { startChat } from "../chat/support/server.mjs";
import { launchBrowser } from "./support/browser.mjs";
import { WatchedPage } from "./support/watched_page.mjs";
import { hears, hearsSilence, nothingIsLeft, sees, seesItself } from "./support/media.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** A page with that script, open; it ends with the test `t`. */
async function pageWith(t, script, allowed = []) {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-page-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const html = `<!doctype html><html lang=en><meta charset=utf-8><title>A page</title><link rel=icon href=/icon.svg>
    <main><h1>A page</h1><button disabled>Go</button></main><script type=module src=/app.js></script></html>`;
  const files = { "index.html": html, "app.js": script, "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>" };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const server = await startChat(t, { WEB_ROOT: folder });
  const guest = await WatchedPage.open(browser, { name: "Ada" });
  t.after(() => guest.close());
  guest.allow(...allowed);
  await guest.page.goto(server.url);
  return guest;
}

/** A call of a page with itself: what one end sends the other receives. */
const call = `
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  for (const [from, to] of [[near, far], [far, near]]) from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate);
  const received = new MediaStream();
  far.ontrack = ({ track }) => received.addTrack(track);
  for (const track of stream.getTracks()) near.addTrack(track, stream);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  const show = (tag, source, muted) => {
    const element = document.createElement(tag);
    Object.assign(element, { srcObject: source, muted, autoplay: true });
    document.body.append(element);
    return element;
  };
  document.querySelector("button").onclick = () => { PLAY };
  document.querySelector("button").disabled = false;
  window.hangUp = (what) => {
    if (what.peers) near.close(), far.close();
    if (what.tracks) stream.getTracks().forEach((track) => track.stop());
    if (what.elements) document.querySelectorAll("video, audio").forEach((each) => (each.srcObject = null));
  };`;
const calling = async (t, play) => {
  const guest = await pageWith(t, call.replace("PLAY", play));
  await guest.page.getByRole("button", { name: "Go" }).click();
  return guest;
};

test("a page in order has no fault, and breaks no rule of accessibility", async (t) => {
  const guest = await pageWith(t, "");
  await guest.requireAccessible("the page");
  guest.requireNoFault();
});

const faults = {
  "a word in the console": ["console.log('here')", /console log: here/],
  "an exception": ["throw new Error('broken')", /page error: Error: broken/],
  "a promise that nobody catches": ["Promise.reject(new Error('lost'))", /page error: Error: lost/],
  "an answer of 404": ["fetch('/api/nonsense')", /HTTP 404: GET .*\/api\/nonsense/],
  "a breach of the page's policy": ["document.body.innerHTML = '<p>text</p>'", /Trusted/],
  "a style that the policy refuses": ["document.querySelector('h1').setAttribute('style', 'color: red')", /Content Security Policy/],
};
for (const [title, [script, found]] of Object.entries(faults)) {
  test(`${title} is noticed, and forgiven only when it was announced`, async (t) => {
    const guest = await pageWith(t, script);
    await guest.hears(found);
    assert.throws(() => guest.requireNoFault(), found);
    const forgiven = await pageWith(t, script, [found, /Failed to load resource/]);
    await forgiven.hears(found);
    forgiven.requireNoFault();
  });
}

test("a button without a name is noticed", async (t) => {
  const guest = await pageWith(t, "document.querySelector('button').textContent = ''");
  await assert.rejects(guest.requireAccessible("the page"), /button-name/);
});

test("a call that is seen and heard is told from one that is not", async (t) => {
  const whole = await calling(t, "show('video', received, true); show('audio', received, false); show('video', stream, true)");
  await Promise.all([sees(whole), hears(whole), seesItself(whole)]);
  const [{ local, remote }] = (await whole.calls()).pairs;
  assert.deepEqual([local, remote], ["host", "host"]);
});

const broken = {
  "a stream that no element plays": ["show('video', stream, true)", hears, /plays the partner's voice/],
  "a voice that is muted": ["show('audio', received, true)", hears, /plays the partner's voice/],
  "a voice that is paused": ["show('audio', received, false).autoplay = false", hears, /plays the partner's voice/],
  "a voice that is played twice": ["show('audio', received, false); show('video', received, false)", hears, /more than once/],
  "a picture that no element shows": ["show('audio', received, false)", sees, /shows the partner's picture/],
  "the own picture in place of the partner's": ["show('video', stream, true)", sees, /shows the partner's picture/],
  "an own picture that stands still": ["show('video', stream, true).onplaying = ({ target }) => target.pause()", seesItself, /own/],
};
for (const [title, [play, check, found]] of Object.entries(broken)) {
  test(`${title} is noticed in a call`, async (t) => {
    const guest = await calling(t, play);
    await assert.rejects(check(guest, { ms: 3000 }), found);
  });
}

test("silence is told from a voice", async (t) => {
  const guest = await calling(t, "show('audio', received, false); document.querySelector('h1').onclick = () => (stream.getAudioTracks()[0].enabled = false)");
  await hears(guest);
  await assert.rejects(hearsSilence(guest, { ms: 3000 }), /is silent/);
  await guest.page.getByRole("heading").click();
  await hearsSilence(guest);
  await assert.rejects(hears(guest, { ms: 3000 }), /is not silence/);
});

test("whatever a call leaves behind is noticed", async (t) => {
  const guest = await calling(t, "show('video', received, true)");
  await sees(guest);
  const hangUp = (what) => guest.page.evaluate((each) => window.hangUp(each), what);
  await assert.rejects(nothingIsLeft(guest), /2 open peer connections.*a live audio track/s);
  await hangUp({ peers: true });
  await assert.rejects(nothingIsLeft(guest), /a live video track/);
  await hangUp({ tracks: true });
  await assert.rejects(nothingIsLeft(guest), /video with a stream/);
  await hangUp({ elements: true });
  await nothingIsLeft(guest);
});
