// What a message may hold (contract §8.1), and what every other input is answered with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { nothingMore } from "./support/guest.mjs";

const invalid = { message: "Invalid message format", code: "INVALID_MESSAGE" };
const file = (more = {}) => ({ filename: "a.png", fileType: "image/png", fileSize: 10, ...more });
const voice = (more = {}) => ({ duration: 3, fileSize: 10, ...more });
const label = (value) => (JSON.stringify(value) ?? "nothing").slice(0, 120);

async function accepts(server, rows) {
  const [ada, grace] = await server.pair();
  for (const { type, content } of rows) {
    const answer = await ada.ask("chat:message", { type, content });
    assert.equal(answer.ok, true, `${type} ${label(content)}: ${JSON.stringify(answer)}`);
    const message = await grace.next("chat:message");
    assert.deepEqual([message.type, message.content], [type, content]);
    await ada.next("chat:message:sent");
  }
  await nothingMore(ada, grace);
}

async function refuses(server, payloads) {
  const [ada, grace] = await server.pair();
  for (const payload of payloads) {
    const answer = await ada.ask("chat:message", payload);
    assert.deepEqual(answer, { ok: false, error: invalid }, label(payload));
    assert.deepEqual(await ada.next("chat:error"), invalid, label(payload));
  }
  await nothingMore(ada, grace);
}

test("§8.1-verbatim, §4-input-untouched: text is relayed byte for byte", async (t) => {
  const texts = [
    "a",
    "  two spaces on each side  ",
    "a < b && b > c",
    '<script>alert("x")</script>',
    "quotes \" ' ` and \\ backslash \\n \\u0041",
    "line\nline\r\n\ttab",
    "nul \u0000 and \u001f and \u007f",
    "é ü ß 漢字 العربية हिन्दी",
    "e\u0301 is not é",
    "🙂👩‍👩‍👧‍👦🏳️‍🌈",
    "separators \u2028\u2029\ufeff",
    "__proto__",
    "null",
  ];
  await accepts(
    await startChat(t),
    texts.map((content) => ({ type: "text", content })),
  );
});

test("§8.1-text: text may be as long as 1000 UTF-16 units, untrimmed", async (t) => {
  const server = await startChat(t);
  await accepts(
    server,
    ["a".repeat(1000), "é".repeat(1000), "漢".repeat(1000), "🙂".repeat(500), "🙂".repeat(499) + "ab"].map(
      (content) => ({
        type: "text",
        content,
      }),
    ),
  );
  await refuses(
    server,
    ["a".repeat(1001), "é".repeat(1001), "漢".repeat(1001), "🙂".repeat(500) + "a", `a${" ".repeat(1000)}`].map(
      (content) => ({
        type: "text",
        content,
      }),
    ),
  );
});

test("§8.1-text, §6.3-invalid-message: text without a visible character is refused", async (t) => {
  const blank = ["", " ", " \t\r\n\v\f ", "\u00a0", "\u2003\u3000\ufeff"];
  await refuses(
    await startChat(t),
    blank.map((content) => ({ type: "text", content })),
  );
});

test("text that is no string is refused", async (t) => {
  const contents = [undefined, null, 7, true, {}, { text: "a" }, [], ["a"], Buffer.from("a")];
  await refuses(
    await startChat(t),
    contents.map((content) => ({ type: "text", content })),
  );
});

test("§8.1-utf8: half a surrogate pair reaches nobody", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  ada.emit("chat:message", { type: "text", content: "half \ud83d" });
  await Promise.race([ada.next("chat:error"), ada.next("disconnect")]);
  const other = await server.pair("Eve", "Frank");
  await nothingMore(...other);
  assert.ok(!grace.order().includes("chat:message"));
});

test("§8.1-other, §8.4-input: a message of an unknown type or without one is refused", async (t) => {
  const types = [undefined, null, "", "system", "TEXT", "image", "__proto__", "constructor", 7, {}, ["text"]];
  await refuses(
    await startChat(t),
    types.map((type) => ({ type, content: "hello" })),
  );
});

test("a message that is no object is refused", async (t) => {
  await refuses(await startChat(t), [null, 7, "hello", true, [], ["text", "hello"], {}, Buffer.from("hello")]);
});

test("a message without a payload is refused", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  assert.deepEqual(await ada.ask("chat:message"), { ok: false, error: invalid });
  assert.deepEqual(await ada.next("chat:error"), invalid);
  await nothingMore(ada, grace);
});

test("§8.1-file: file content within the limits is relayed with its other plain values", async (t) => {
  const rows = [
    file(),
    file({ fileSize: 0 }),
    file({ fileSize: 10_485_760 }),
    file({ fileSize: 0.5 }),
    file({ filename: "x", fileType: "x" }),
    file({ filename: "f".repeat(255), fileType: "t".repeat(127) }),
    file({ filename: "../../etc/<b>passwd</b>" }),
    file({ fileId: "6b0ff2f7-4d5c-4b53-8f43-3b8f5a9f1c11", isImage: true, caption: "a < b", width: 1.5, note: null }),
    file({ tempUrl: "http://a.example/x", downloadUrl: "https://a.example/x", fileUrl: "/x", url: "https://a" }),
    file({ _single: "underscore", proto: "x" }),
  ];
  await accepts(
    await startChat(t),
    rows.map((content) => ({ type: "file", content })),
  );
});

test("§8.1-file, §8.4-input: file content outside the limits is refused", async (t) => {
  const contents = [
    "a.png",
    null,
    undefined,
    [],
    7,
    {},
    file({ filename: undefined }),
    file({ filename: "" }),
    file({ filename: "f".repeat(256) }),
    file({ filename: 7 }),
    file({ fileType: undefined }),
    file({ fileType: "" }),
    file({ fileType: "t".repeat(128) }),
    file({ fileType: null }),
    file({ fileSize: undefined }),
    file({ fileSize: -1 }),
    file({ fileSize: 10_485_761 }),
    file({ fileSize: "10" }),
    file({ fileSize: null }),
    file({ fileSize: [10] }),
  ];
  await refuses(
    await startChat(t),
    contents.map((content) => ({ type: "file", content })),
  );
});

test("§8.1-voice: voice content within the limits is relayed", async (t) => {
  const rows = [
    voice(),
    voice({ duration: 0.1, fileSize: 0 }),
    voice({ duration: 300, fileSize: 10_485_760 }),
    voice({ filename: "voice.webm", fileType: "audio/webm", waveform: "0123" }),
  ];
  await accepts(
    await startChat(t),
    rows.map((content) => ({ type: "voice", content })),
  );
});

test("§8.1-voice, §8.4-input: voice content outside the limits is refused", async (t) => {
  const contents = [
    "voice",
    null,
    [],
    {},
    voice({ duration: undefined }),
    voice({ duration: 0 }),
    voice({ duration: -1 }),
    voice({ duration: 300.1 }),
    voice({ duration: "3" }),
    voice({ fileSize: undefined }),
    voice({ fileSize: -1 }),
    voice({ fileSize: 10_485_761 }),
    voice({ filename: 7 }),
    voice({ fileType: {} }),
  ];
  await refuses(
    await startChat(t),
    contents.map((content) => ({ type: "voice", content })),
  );
});

test("the limits of size and duration follow the settings", async (t) => {
  const server = await startChat(t, { MAX_FILE_SIZE: "1000", MAX_VOICE_DURATION: "10" });
  await accepts(server, [
    { type: "file", content: file({ fileSize: 1000 }) },
    { type: "voice", content: voice({ duration: 10, fileSize: 1000 }) },
  ]);
  await refuses(server, [
    { type: "file", content: file({ fileSize: 1001 }) },
    { type: "voice", content: voice({ duration: 11 }) },
    { type: "voice", content: voice({ fileSize: 1001 }) },
  ]);
});

test("§8.1-urls: addresses that are neither http nor of this server are refused", async (t) => {
  const addresses = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "ftp://a/x",
    "x.png",
    "",
  ];
  const payloads = [];
  for (const key of ["tempUrl", "downloadUrl", "fileUrl", "url"]) {
    for (const address of addresses) payloads.push({ type: "file", content: file({ [key]: address }) });
  }
  payloads.push({ type: "voice", content: voice({ url: "javascript:alert(1)" }) });
  await refuses(await startChat(t), payloads);
});

test("§8.1-reserved-keys: keys that begin with two underscores are refused", async (t) => {
  const own = (text) => JSON.parse(text);
  await refuses(await startChat(t), [
    { type: "file", content: own('{"filename":"a","fileType":"b","fileSize":1,"__proto__":{"polluted":true}}') },
    { type: "file", content: own('{"filename":"a","fileType":"b","fileSize":1,"__proto__":"x"}') },
    { type: "file", content: file({ __secret: 1 }) },
    { type: "voice", content: voice({ __defineGetter__: "x" }) },
  ]);
});

test("§8.1-content-size: content of exactly 16 KiB is relayed and one byte more is refused", async (t) => {
  const server = await startChat(t);
  const sized = (bytes) => {
    const content = file({ padding: "" });
    content.padding = "x".repeat(bytes - JSON.stringify(content).length);
    return { type: "file", content };
  };
  await accepts(server, [sized(16 * 1024)]);
  await refuses(server, [sized(16 * 1024 + 1)]);
});

test("a nested value never reaches the partner", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  for (const nested of [{ a: 1 }, [1], [], {}]) {
    const answer = await ada.ask("chat:message", { type: "file", content: file({ nested }) });
    if (!answer.ok) continue; // Refusing it is as good as leaving it out.
    assert.ok(!("nested" in (await grace.next("chat:message")).content), JSON.stringify(nested));
  }
});

test("keys beside type and content are not relayed", async (t) => {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  const forged = {
    senderId: grace.id,
    senderUsername: "Root",
    roomId: "other",
    to: "other",
    status: "read",
    admin: true,
  };
  ada.emit("chat:message", { type: "text", content: "hello", ...forged });
  const { id, timestamp, ...message } = await grace.next("chat:message");
  assert.deepEqual(message, { senderId: ada.id, senderUsername: "Ada", type: "text", content: "hello" });
});

test("§6.3-not-in-chat: outside a chat that is said first, whatever the payload", async (t) => {
  const server = await startChat(t);
  const ada = await server.guest("Ada");
  const error = { message: "You are not connected to any user", code: "NOT_IN_CHAT" };
  for (const payload of [{ type: "text", content: "hello" }, { type: "text", content: "" }, {}, null, 7, "x", []]) {
    assert.deepEqual(await ada.ask("chat:message", payload), { ok: false, error }, label(payload));
    assert.deepEqual(await ada.next("chat:error"), error, label(payload));
  }
  await nothingMore(ada);
});
