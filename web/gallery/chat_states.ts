import type { Attachment, AttachmentState } from "../src/chat/attachments.js";
import type { Recording, RecorderState } from "../src/chat/recorder.js";
import type { Body, CallEntry, Conversation, Entry, MessageEntry, Receipt } from "../src/chat/state.js";
import { guest, me, now, partner, roomId } from "./people.js";
import { landscape, pictureUrl } from "./pictures.js";
import type { Shown } from "./parley.js";

const minute = 60_000;
let keys = 0;

function message(mine: boolean, body: Body | string, more: Partial<MessageEntry> = {}): MessageEntry {
  keys += 1;
  const receipt: Receipt | null = mine ? { at: "delivered", when: now } : null;
  const whole: Body = typeof body === "string" ? { type: "text", text: body } : body;
  const at = now - 20 * minute + keys * 20_000;
  return { kind: "message", key: `m${keys}`, id: `msg_${now}_${keys}`, mine, at, body: whole, receipt, cover: "shown", ...more };
}

const mine = (body: Body | string, receipt?: Receipt) => message(true, body, receipt ? { receipt } : {});
const theirs = (body: Body | string, more?: Partial<MessageEntry>) => message(false, body, more);

function file(name: string, mime: string, category: Extract<Body, { type: "file" }>["category"], size: number, url: string | null, caption = ""): Body {
  return { type: "file", fileId: null, name, mime, size, url, downloadUrl: url, category, caption, expiresAt: null };
}

const picture = (hue: number, caption = "") => file("harbour.png", "image/png", "image", 412_000, pictureUrl(landscape(hue)), caption);
const waveform = Array.from({ length: 44 }, (_, index) => Math.abs(Math.sin(index * 0.7) * Math.cos(index * 0.23)) * 0.85 + 0.1);
const voice: Body = { type: "voice", fileId: null, url: "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=", mime: "audio/mp4", size: 61_000, durationMs: 17_400, waveform, expiresAt: null };
const call = (more: Partial<CallEntry>): CallEntry => ({ kind: "call", key: `c${(keys += 1)}`, at: now - 5 * minute, call: "video", mine: true, outcome: "ended", durationMs: 204_000, ...more });

const talk = (): Entry[] => [
  theirs("Hey! Where does the evening find you?"),
  mine("On a balcony, with tea and far too many mosquitoes 🦟"),
  mine("And you?"),
  theirs("In a night train somewhere between two countries. The dining car closes in ten minutes, so this may get sad."),
  theirs("The map says https://www.openstreetmap.org/#map=7/47.2/9.5, more or less."),
  mine("Then order two coffees and a slice of whatever they have. I will wait."),
];

function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    at: "open",
    roomId,
    me: me.id,
    partner,
    since: now - 20 * minute,
    life: { at: "live" },
    entries: talk(),
    draft: "",
    attachments: [],
    partnerTyping: false,
    partnerAway: null,
    away: null,
    report: "none",
    unread: 0,
    pageHidden: false,
    early: {},
    ...more,
  };
}

/** A chat, for calls to be in. */
export function chatting(more: Partial<Conversation> = {}, rest: Partial<Shown> = {}): Shown {
  return { session: guest({ at: "chat", roomId }), chat: conversation(more), ...rest };
}

function attachment(name: string, state: AttachmentState, preview: string | null = null, caption = ""): Attachment {
  return { key: name, name, mime: "image/png", size: 2_345_678, preview, caption, state };
}

const recording: Recording = { url: "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=", mime: "audio/mp4", size: 61_000, durationMs: 17_400, waveform };
const recorder = (state: RecorderState) => chatting({}, { recorder: state, level: 0.55 });

/** As many messages as a very long evening makes. */
function manyMessages(amount: number): Entry[] {
  const words = ["Yes.", "I have never seen it that way, to be honest, but it makes sense the longer I think about it.", "Tell me more!", "Ha 😄", "When I was a child we had a dog who did exactly that, every single morning."];
  return Array.from({ length: amount }, (_, index) => message(index % 3 === 0, words[index % words.length]!));
}

export const chatStates: Record<string, () => Shown> = {
  "chat-empty": () => chatting({ entries: [] }),
  "chat-live": () => chatting({ draft: "They have plum cake" }),
  "chat-typing": () => chatting({ partnerTyping: true }),
  "chat-receipts": () =>
    chatting({
      entries: [
        theirs("Four marks, four meanings:"),
        mine("This one has arrived."),
        mine("This one is kept by the server.", { at: "sent" }),
        mine("This one is on its way.", { at: "sending" }),
        mine("This one came too fast.", { at: "failed", why: "rate-limited", retryAt: now + 6000 }),
        mine("This one can be sent again.", { at: "failed", why: "unavailable", retryAt: null }),
      ],
    }),
  "chat-media": () =>
    chatting({
      entries: [
        theirs(picture(230, "The view from my window"), { cover: "covered" }),
        mine(picture(150, "Mine is greener")),
        theirs(picture(20)),
        theirs(picture(20), { cover: "gone" }),
        theirs(file("timetable.pdf", "application/pdf", "pdf", 88_000, "https://example.org/timetable.pdf", "In case you want to come along")),
        mine(file("photos.zip", "application/zip", "archive", 9_800_000, "https://example.org/photos.zip")),
        theirs(file("strange.bin", "application/zip", "archive", 12, null)),
        theirs(voice),
        mine(voice),
      ],
    }),
  "chat-calls": () =>
    chatting({
      entries: [
        call({}),
        call({ call: "audio", outcome: "missed", mine: false, durationMs: 0 }),
        call({ outcome: "declined", durationMs: 0 }),
        call({ outcome: "no-answer", durationMs: 0 }),
        call({ outcome: "failed", durationMs: 0 }),
        theirs("Sorry, the train went through a tunnel."),
      ],
    }),
  "chat-long-words": () =>
    chatting({ entries: [theirs("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(3)), mine(`https://example.org/${"a".repeat(240)}`), theirs("<b>not bold</b> & a < b\n\n  two lines\n    indented")] }),
  "chat-too-long": () => chatting({ draft: "All of it, and then some more. ".repeat(34) }),
  "chat-2000": () => chatting({ entries: manyMessages(2000) }),
  "chat-partner-away": () => chatting({ partnerAway: { since: now - 5000, until: now + 24_000 } }),
  "chat-away": () => ({
    session: guest({ at: "chat", roomId }, { link: { at: "waiting", attempt: 2, retryAt: now + 4000 } }),
    chat: conversation({ away: { since: now - 3000 }, entries: [...talk(), mine("Are you still there?", { at: "sending" })] }),
  }),
  "chat-reconnecting": () => ({
    session: guest({ at: "chat", roomId }, { link: { at: "connecting", attempt: 1 } }),
    chat: conversation({ away: { since: now - 3000 } }),
  }),
  "chat-gave-up": () => ({ session: guest({ at: "chat", roomId }, { link: { at: "gave-up" } }), chat: conversation({ away: { since: now - 90_000 } }) }),
  "chat-partner-left": () => chatting({ life: { at: "over", why: "partner-left", when: now } }),
  "chat-blocked": () => chatting({ life: { at: "over", why: "blocked", when: now } }),
  "chat-over-empty": () => chatting({ entries: [], life: { at: "over", why: "partner-lost", when: now } }),
  "chat-menu": () => chatting({}, { press: ["More"] }),
  "chat-leave": () => chatting({}, { press: ["More", "Leave the chat"] }),
  "chat-block": () => chatting({}, { press: ["More", `Block ${partner.username}`] }),
  "chat-report": () => chatting({}, { press: ["More", `Report ${partner.username}`] }),
  "chat-report-missing": () => chatting({}, { press: ["More", `Report ${partner.username}`, "Send report"] }),
  "chat-report-failed": () => chatting({ report: "failed" }, { press: ["More", `Report ${partner.username}`] }),
  "chat-reported": () => chatting({ report: "sent" }, { press: ["More", `Report ${partner.username}`] }),
  "attachments-picked": () => chatting({ attachments: [attachment("harbour.png", { at: "picked" }, pictureUrl(landscape(230)), "The view"), attachment("notes.txt", { at: "picked" })] }),
  "attachments-all": () =>
    chatting({
      attachments: [
        attachment("harbour.png", { at: "uploading", percent: 42 }, pictureUrl(landscape(230))),
        attachment("film.mp4", { at: "refused", refusal: { why: "size", limit: 10_000_000 } }),
        attachment("tool.exe", { at: "refused", refusal: { why: "type", mime: "application/x-msdownload" } }),
        attachment("valley.png", { at: "failed", why: "network", retryAt: null }, pictureUrl(landscape(100))),
      ],
    }),
  "recorder-asking": () => recorder({ at: "asking", how: "tap" }),
  "recorder-recording": () => recorder({ at: "recording", since: now - 12_000, how: "tap", limitMs: 300_000 }),
  "recorder-held": () => recorder({ at: "recording", since: now - 3000, how: "hold", limitMs: 300_000 }),
  "recorder-nearly-full": () => recorder({ at: "recording", since: now - 282_000, how: "tap", limitMs: 300_000 }),
  "recorder-review": () => recorder({ at: "review", recording }),
  "recorder-sending": () => recorder({ at: "sending", recording, percent: 64 }),
  "recorder-refused": () => recorder({ at: "failed", why: "permission-refused", recording: null }),
  "recorder-failed": () => recorder({ at: "failed", why: "network", recording }),
};
