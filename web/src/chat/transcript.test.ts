// @vitest-environment node
import { beforeEach, expect, test } from "vitest";
import { SessionStore, memoryStorage } from "../sdk/session_store.js";
import { FakeClock } from "../testing/fake_clock.js";
import type { ChatState, Conversation } from "./state.js";
import { step } from "./step.js";
import { Transcript } from "./transcript.js";

const partner = {
  id: "guest_9",
  username: "Grace",
  isGuest: true,
  location: null,
  gender: null,
  language: null,
} as const;
let clock: FakeClock;
let area: ReturnType<typeof memoryStorage>;
let written: string[];
let transcript: Transcript;
let state: ChatState;

beforeEach(() => {
  clock = new FakeClock();
  const memory = memoryStorage();
  written = [];
  area = {
    ...memory,
    setItem: (key, value) => {
      written.push(key);
      memory.setItem(key, value);
    },
  };
  transcript = new Transcript(new SessionStore({ session: area, local: memoryStorage() }), clock);
  const opened = { now: 1, roomId: "r", me: "guest_1", partner, confirmed: true, kept: null };
  state = step({ at: "none" }, { type: "opened", ...opened }).state;
});

const say = (text: string) => {
  state = step(state, { type: "send", now: 5, key: text, body: { type: "text", text } }).state;
  transcript.keep(state);
};
const type = (text: string) => {
  state = step(state, { type: "draft-changed", text }).state;
  transcript.keep(state);
};
const reread = () => new Transcript(new SessionStore({ session: area, local: memoryStorage() }), clock).read();

test("a conversation is written down a moment later, once for a burst of messages", async () => {
  say("one");
  say("two");
  expect(written).toEqual([]);
  await clock.pass(200);
  expect(written).toEqual(["parley_conversation"]);
  expect(reread()).toEqual({
    roomId: "r",
    me: "guest_1",
    partner,
    since: 1,
    draft: "",
    entries: (state as Conversation).entries,
  });
});

test("a draft is written without the messages", async () => {
  say("one");
  await clock.pass(200);
  type("tw");
  type("two");
  await clock.pass(200);
  expect(written).toEqual(["parley_conversation", "parley_draft"]);
  expect(reread()?.draft).toBe("two");
});

test("a page that goes away writes at once", () => {
  say("one");
  transcript.flush();
  expect(reread()?.entries).toHaveLength(1);
});

test("a conversation that is put away leaves nothing behind", async () => {
  say("one");
  type("tw");
  await clock.pass(200);
  transcript.keep({ at: "none" });
  expect(reread()).toBeNull();
  expect(area.getItem("parley_draft")).toBeNull();
});

test("a page that shows no conversation yet forgets none", () => {
  say("one");
  transcript.flush();
  const next = new Transcript(new SessionStore({ session: area, local: memoryStorage() }), clock);
  next.keep({ at: "none" });
  next.flush();
  expect(reread()?.entries).toHaveLength(1);
});

test.each(["{", "7", '{"roomId":"r"}', '{"roomId":"r","me":"m","since":1,"partner":{"username":"G"},"entries":[7]}'])(
  "what reads %j is no conversation",
  (text) => {
    area.setItem("parley_conversation", text);
    expect(reread()).toBeNull();
  }
);
