import { expect, test } from "vitest";
import { chatting } from "../../gallery/chat_states.js";
import { guest, now, partner, roomId } from "../../gallery/people.js";
import type { Shown } from "../../gallery/parley.js";
import type { Search } from "../session/state.js";
import { announcement, type Scene } from "./announcements.js";

function scene({ session, chat, call, recorder }: Shown): Scene {
  return { session, chat: chat ?? { at: "none" }, call: call ?? { at: "idle" }, recorder: recorder ?? { at: "idle" } };
}

const lobby = (search: Search) => scene({ session: guest({ at: "lobby", search, leaving: null }) });
const searching = lobby({ at: "searching", since: now, alone: false });

test("a guest is told that the search has begun, that nobody is there, and whom it has met", () => {
  const start = scene({ session: { at: "booting" } });
  const alone = lobby({ at: "searching", since: now, alone: true });
  const matched = lobby({ at: "matched", since: now, partner, roomId });
  expect(announcement(start, searching)).toMatch(/^Looking for someone/);
  expect(announcement(searching, alone)).toMatch(/Nobody else is searching/);
  expect(announcement(alone, matched)).toMatch(/^Meet BraveOwl417/);
  expect(announcement(matched, scene(chatting()))).toBe("You are in a chat with BraveOwl417.");
});

test("what does not change is not said again, and a countdown is not said at all", () => {
  const failed = (retryAt: number) => lobby({ at: "failed", since: now, why: "unavailable", retryAt });
  expect(announcement(searching, searching)).toBeNull();
  expect(announcement(failed(now + 5000), failed(now + 4000))).toBeNull();
});

test("lost and regained connections are told, one's own and the partner's", () => {
  const live = scene(chatting());
  const away = scene(chatting({ away: { since: now } }));
  const partnerAway = scene(chatting({ partnerAway: { since: now, until: now + 30_000 } }));
  expect(announcement(live, away)).toMatch(/^Your connection is lost/);
  expect(announcement(away, live)).toBe("You are connected again.");
  expect(announcement(live, partnerAway)).toMatch(/^BraveOwl417 has lost the connection/);
  expect(announcement(partnerAway, live)).toBe("BraveOwl417 is back.");
});

test("a call's changes are told to whoever does not see them", () => {
  const idle = scene(chatting());
  const at = (name: string) => scene({ ...chatting(), call: call(name) });
  expect(announcement(idle, at("calling"))).toBe("Calling BraveOwl417.");
  expect(announcement(at("calling"), at("in-call"))).toBe("You are in a call with BraveOwl417.");
  expect(announcement(at("in-call"), at("muted"))).toBe("Your microphone is muted.");
  expect(announcement(at("in-call"), at("ended"))).toMatch(/^Call ended\. BraveOwl417 has hung up/);
});

const media = { at: "ready", fault: null, mic: true, camera: false, microphoneId: null, cameraId: null, speakerId: null, facing: "user" } as const;
const line = { callId: null, kind: "audio", mine: true, media, partner: null, quality: "good" } as const;

function call(name: string): Scene["call"] {
  switch (name) {
    case "calling":
      return { at: "calling", line, since: now, devices: [] };
    case "muted":
      return { at: "in-call", line: { ...line, media: { ...media, mic: false } }, since: now, devices: [] };
    case "ended":
      return { at: "ended", why: "partner-hung-up", kind: "audio", mine: true, durationMs: 1000 };
    default:
      return { at: "in-call", line, since: now, devices: [] };
  }
}
