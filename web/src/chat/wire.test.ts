// @vitest-environment node
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ChatMessage, History } from "../../../contract/types/payloads.js";
import { bodyOf, bodyOfUpload, contentOf, historyItem, writeWaveform } from "./wire.js";

const fileId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const base = "https://chat.example";
const examples = path.resolve(import.meta.dirname, "../../../contract/examples");
const examplesOf = <Payload>(folder: string) =>
  readdirSync(path.join(examples, folder))
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(path.join(examples, folder, file), "utf8")) as Payload);

test("every message of the golden examples is shown as what it is, with no address but of the web", () => {
  const messages = [
    ...examplesOf<ChatMessage>("server/chat.message"),
    ...examplesOf<History>("acks/history").flatMap((history) => history.messages),
  ];
  expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(["text", "file", "voice"]));
  for (const { type, content } of messages) {
    const body = bodyOf(type, content, base);
    expect(body.type).toBe(type);
    if (body.type === "text") expect(body.text).toBe(content);
    else expect(body.url ?? "https://").toMatch(/^https?:\/\//);
    if (body.type !== "text") expect(body.size).toBe((content as { fileSize: number }).fileSize);
  }
});

test("a file of this server is addressed by its id, however its author reached the server", () => {
  const told = { filename: "a.png", fileType: "image/png", fileSize: 5, fileId, tempUrl: "http://127.0.0.1:3001/x" };
  expect(bodyOf("file", told, base)).toMatchObject({
    url: `${base}/api/temp-files/temp/${fileId}`,
    downloadUrl: `${base}/api/temp-files/download/${fileId}`,
    fileId,
    category: "image",
  });
});

test.each([
  ["/files/1", `${base}/files/1`],
  ["https://other.example/1", "https://other.example/1"],
  ["//other.example/1", null],
  ["/\\other.example/1", null],
  ["javascript:alert(1)", null],
])("the address %j of another server becomes %j", (tempUrl, url) => {
  const body = bodyOf("file", { filename: "a", fileType: "text/plain", fileSize: 5, tempUrl }, base);
  expect(body).toMatchObject({ url, fileId: null });
});

test("an id that is none is not put into an address", () => {
  const body = bodyOf("file", { filename: "a", fileType: "text/plain", fileSize: 5, fileId: "../../secret" }, base);
  expect(body).toMatchObject({ url: null, downloadUrl: null, fileId: null });
});

test("an upload becomes a message, and the message the same body at the partner's", () => {
  const body = bodyOfUpload(
    {
      fileId,
      filename: "a.png",
      fileType: "image/png",
      fileSize: 5,
      tempUrl: "http://x/1",
      downloadUrl: "http://x/2",
      isImage: true,
      fileTypeCategory: "image",
      expiresAt: "2026-01-01T02:00:00.000Z",
    },
    "us two",
    base
  );
  const relayed = { ...(contentOf(body) as object), fileTypeCategory: "image", expiresAt: "2026-01-01T02:00:00.000Z" };
  expect(bodyOf("file", relayed as never, base)).toEqual(body);
});

test("a voice note tells its length and its waveform", () => {
  const voice = { duration: 2.5, fileSize: 9, fileType: "audio/mp4", fileId, waveform: "0az" };
  const body = bodyOf("voice", voice, base);
  expect(body).toMatchObject({ type: "voice", durationMs: 2500, mime: "audio/mp4" });
  expect(body.type === "voice" && body.waveform).toEqual([0, 10 / 35, 1]);
  expect(contentOf(body)).toEqual(voice);
});

test("a waveform that is none is left out", () => {
  const voice = { duration: 1, fileSize: 9, waveform: "<b>" };
  expect(bodyOf("voice", voice, base)).toMatchObject({ waveform: [] });
  expect(writeWaveform([-1, 0.5, 7])).toBe("0iz");
});

test("history tells whose a message is and how far it has come", () => {
  const message = {
    id: "m1",
    senderId: "guest_1",
    senderUsername: "Ada",
    type: "text",
    content: "hello",
    timestamp: "2026-01-01T00:00:00.000Z",
    seq: 1,
    status: "delivered",
    deliveredAt: "2026-01-01T00:00:01.000Z",
    clientMessageId: "k1",
  } as const;
  const at = Date.parse(message.timestamp);
  expect(historyItem(message, "guest_1", base)).toEqual({
    id: "m1",
    mine: true,
    at,
    body: { type: "text", text: "hello" },
    delivered: at + 1000,
    clientMessageId: "k1",
  });
  expect(historyItem(message, "guest_2", base).mine).toBe(false);
});
