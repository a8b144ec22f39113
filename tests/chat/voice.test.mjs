// Voice notes (contract §11.2, §8.1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, form, part, postVoice, samples, uploadForm } from "./support/files.mjs";
import { match, startChat } from "./support/server.mjs";

async function chat(t, env) {
  const server = await startChat(t, env);
  const a = await server.guest("Ada");
  const b = await server.guest("Grace");
  return { server, a, b, roomId: await match(a, b) };
}

const note = (roomId, more = {}) =>
  uploadForm({
    content: samples["audio/webm"],
    type: "audio/webm;codecs=opus",
    name: "voice-note.webm",
    filename: undefined,
    fileType: undefined,
    duration: 7,
    roomId,
    ...more,
  });

test("§11.2-success: a voice note is answered with its length and can be played", async (t) => {
  const { server, a, roomId } = await chat(t);
  const answer = await postVoice(a, note(roomId));
  assert.equal(answer.status, 200, answer.text);
  const { data } = answer.body;
  assert.deepEqual(data, {
    fileId: data.fileId,
    filename: "voice-note.webm",
    fileType: "audio/webm",
    fileSize: samples["audio/webm"].length,
    tempUrl: `${server.url}/api/temp-files/temp/${data.fileId}`,
    downloadUrl: `${server.url}/api/temp-files/download/${data.fileId}`,
    isImage: false,
    fileTypeCategory: "audio",
    expiresAt: data.expiresAt,
    duration: 7,
  });
  const played = await server.request("GET", `/api/temp-files/temp/${data.fileId}`, {
    headers: { range: "bytes=0-3" },
  });
  assert.deepEqual([played.status, played.headers["content-type"]], [206, "audio/webm"]);
});

test("§11.2-audio: what some recorders call video is a voice note as well", async (t) => {
  const { a, roomId } = await chat(t);
  assert.equal((await postVoice(a, note(roomId, { type: "video/webm" }))).status, 200);
});

test("§11.2-audio: what is no sound is no voice note", async (t) => {
  const { a, roomId } = await chat(t);
  for (const type of ["image/png", "video/mp4", "text/plain", "application/octet-stream"]) {
    assertRefused(await postVoice(a, note(roomId, { type })), 400, "Voice notes must be audio");
  }
  assertRefused(await postVoice(a, note(roomId, { type: "audio/midi" })), 400, "File type not allowed: audio/midi");
  assertRefused(
    await postVoice(a, note(roomId, { content: Buffer.from("<html></html>"), type: "audio/webm" })),
    400,
    "File type not allowed: audio/webm",
  );
});

test("§11.2-errors: the length of a voice note is between one second and five minutes", async (t) => {
  const { a, roomId } = await chat(t);
  for (const duration of [0, 301, -1, 1.5, "", "abc", undefined]) {
    const answer = await postVoice(a, note(roomId, { duration }));
    assertRefused(answer, 400, "Validation failed");
    assert.deepEqual(
      answer.body.errors.map(({ path, msg }) => [path, msg]),
      [["duration", "Voice note duration must be between 1 second and 5 minutes"]],
    );
  }
  for (const duration of [1, 300]) assert.equal((await postVoice(a, note(roomId, { duration }))).status, 200);
});

test("§11.2-errors: a voice note that is not there, or goes nowhere, is refused", async (t) => {
  const { server, a, roomId } = await chat(t);
  const fields = [part("duration", "7"), part("fileSize", "12")];
  assertRefused(await postVoice(a, form(...fields, part("roomId", roomId))), 400, "No voice note uploaded");
  assertRefused(await postVoice(a, note(undefined)), 400, "Room ID is required for file sharing");
  assertRefused(await postVoice(a, note("elsewhere")), 403, "You are not a member of this room");
  assertRefused(await postVoice(await server.guest("Out"), note(roomId)), 403, "You are not a member of this room");
  assertRefused(await postVoice(a, note(roomId), { token: undefined }), 401, "Access token is required");
});

test("§8.1-file-record: a message with a voice note says what the server knows of it", async (t) => {
  const { a, b, roomId } = await chat(t);
  const { data } = (await postVoice(a, note(roomId))).body;
  const content = { fileId: data.fileId, duration: 7, fileSize: 1, fileType: "text/html" };
  assert.equal((await a.ask("chat:message", { type: "voice", content })).ok, true);
  const heard = (await b.next("chat:message")).content;
  assert.deepEqual(
    [heard.duration, heard.fileSize, heard.fileType, heard.tempUrl],
    [7, data.fileSize, "audio/webm", data.tempUrl],
  );
});
