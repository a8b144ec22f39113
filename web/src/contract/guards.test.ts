// @vitest-environment node
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { answerGuards, eventGuards } from "./guards.js";
import type { Guard } from "./shapes.js";

const web = path.resolve(import.meta.dirname, "../..");
const examples = path.resolve(web, "../contract/examples");
const guards: [string, Guard][] = [
  ...Object.entries(eventGuards).map(([event, guard]): [string, Guard] => [
    `server/${event.replaceAll(":", ".")}`,
    guard,
  ]),
  ...Object.entries(answerGuards).map(([answer, guard]): [string, Guard] => [`acks/${answer}`, guard]),
];

/** What code relies upon. Other faults of the examples are in texts, codes, ids and further keys, which may change. */
const refused = [
  "server/chat.clear.confirmed/text",
  "server/chat.message/blank-text",
  "server/chat.message/file-as-text",
  "server/chat.message/long-text",
  "server/chat.message/negative-size",
  "server/chat.message/nested-value",
  "server/chat.message/reserved-key",
  "server/chat.message/script-link",
  "server/chat.message/system-message",
  "server/chat.message/text-as-file",
  "server/chat.message/voice-without-duration",
  "server/chat.message.delivered/sent",
  "server/chat.message.sent/delivered",
  "server/chat.message.sent/numbered-id",
  "server/chat.typing.start/nameless",
  "server/chat.typing.stop/nameless",
  "server/connection.error/without-code",
  "server/presence.user_offline/online",
  "server/presence.user_online/offline",
  "server/realtime.stats/lists-an-offline-guest",
  "server/stats.update/nested",
  "server/user.match.cancelled/text",
  "server/user.match.no_users/text",
  "server/user.match.searching/text",
  "server/user.matched/profile-left-out",
  "server/users.online.update/in-an-object",
  "server/webrtc.answer/text-answer",
  "server/webrtc.call-end/anonymous",
  "server/webrtc.call-reject/anonymous",
  "server/webrtc.call-timeout/anonymous",
  "server/webrtc.ice-candidate/text-candidate",
  "server/webrtc.offer/anonymous",
  "server/webrtc.offer/screen",
  "server/webrtc.offer/text-offer",
];

const read = (file: string): unknown => JSON.parse(readFileSync(path.join(examples, file), "utf8"));
const filesIn = (folder: string) =>
  existsSync(path.join(examples, folder))
    ? readdirSync(path.join(examples, folder)).filter((file) => file.endsWith(".json"))
    : [];

test.each(guards)("every good example of %s passes its guard", (folder, guard) => {
  const files = filesIn(folder);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(guard(read(`${folder}/${file}`)), file).toBe(true);
});

test("of the bad examples, exactly those that code relies upon are refused", () => {
  const found = guards.flatMap(([folder, guard]) =>
    filesIn(`${folder}/bad`)
      .filter((file) => !guard(read(`${folder}/bad/${file}`)))
      .map((file) => `${folder}/${path.basename(file, ".json")}`)
  );
  const events = found.filter((name) => name.startsWith("server/"));
  expect(events.sort()).toEqual([...refused].sort());
});

test.each(guards)("%s is refused when it is no object or list at all", (folder, guard) => {
  for (const value of [undefined, null, 7, "text", true]) expect(guard(value), `${folder} ${value}`).toBe(false);
});

test("further keys pass, so that an older page goes on working with a newer server", () => {
  expect(eventGuards["chat:cleared"]({ userId: "a", username: "b", reason: "c", mood: { good: true } })).toBe(true);
});

test("the guards are up to date: web/tools/generate_guards.mjs has been run", () => {
  execFileSync(process.execPath, [path.join(web, "tools/generate_guards.mjs"), "--check"]);
});
