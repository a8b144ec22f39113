// Files that guests show each other: upload, download and what messages say of them (contract §1.3, §4, §8.1, §11).

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import {
  assertRefused,
  fileOf,
  form,
  kept,
  keeps,
  modeOf,
  part,
  postFile,
  samples,
  upload,
  uploadForm,
} from "./support/files.mjs";
import { ChatServer, launch, match, startChat } from "./support/server.mjs";
import { uuid } from "./support/shapes.mjs";

/** Two guests in a chat on a server whose uploads can be looked at. */
async function chat(t, env = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), "parley-files-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const server = await startChat(t, { UPLOAD_PATH: path.join(directory, "uploads"), ...env });
  const a = await server.guest("Ada");
  const b = await server.guest("Grace");
  const roomId = await match(a, b);
  return { server, directory, a, b, roomId };
}

const pathOf = (url) => new URL(url).pathname;

test("§11.1-success: an upload is answered with what is kept, and its partner can fetch it", async (t) => {
  const { server, directory, a, roomId } = await chat(t);
  const content = fileOf("image/png", 200_000);
  const before = Date.now();
  const data = await upload(a, roomId, { content, name: "holiday.png" });
  assert.match(data.fileId, uuid);
  const expiry = Date.parse(data.expiresAt);
  assert.ok(expiry >= before + 7_200_000 && expiry <= Date.now() + 7_200_000, data.expiresAt);
  assert.deepEqual(data, {
    fileId: data.fileId,
    filename: "holiday.png",
    fileType: "image/png",
    fileSize: 200_000,
    tempUrl: `${server.url}/api/temp-files/temp/${data.fileId}`,
    downloadUrl: `${server.url}/api/temp-files/download/${data.fileId}`,
    isImage: true,
    fileTypeCategory: "image",
    expiresAt: data.expiresAt,
  });
  const shown = await fetch(data.tempUrl);
  assert.equal(shown.status, 200);
  assert.ok(Buffer.from(await shown.arrayBuffer()).equals(content));
  assert.deepEqual(await kept(directory), [data.fileId]);
  assert.equal(await modeOf(directory, data.fileId), 0o600);
});

test("§11.3-headers: a file is served with headers that keep it harmless", async (t) => {
  const { server, a, roomId } = await chat(t);
  const data = await upload(a, roomId, { content: samples["image/svg+xml"], type: "image/svg+xml", name: "a.svg" });
  for (const [url, disposition] of [
    [data.tempUrl, "inline"],
    [data.downloadUrl, "attachment"],
  ]) {
    const { status, headers } = await server.request("GET", pathOf(url), {
      headers: { origin: "https://anyone.example" },
    });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "image/svg+xml");
    assert.equal(headers["content-length"], String(samples["image/svg+xml"].length));
    assert.equal(headers["content-disposition"], `${disposition}; filename="a.svg"; filename*=UTF-8''a.svg`);
    assert.equal(headers["cache-control"], "no-cache, no-store, must-revalidate");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["content-security-policy"], "sandbox; default-src 'none'; style-src 'unsafe-inline'");
    assert.equal(headers["cross-origin-resource-policy"], "cross-origin");
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["access-control-allow-credentials"], undefined);
    assert.equal(headers["accept-ranges"], "bytes");
  }
});

test("§11.3-ranges: HEAD tells of a file without sending it", async (t) => {
  const { server, a, roomId } = await chat(t);
  const data = await upload(a, roomId, { content: fileOf("image/png", 5000) });
  for (const url of [data.tempUrl, data.downloadUrl]) {
    const { status, headers, text } = await server.request("HEAD", pathOf(url));
    assert.deepEqual(
      [status, headers["content-length"], headers["content-type"], text],
      [200, "5000", "image/png", ""],
    );
  }
  const missing = await server.request("HEAD", "/api/temp-files/temp/00000000-0000-4000-8000-000000000000");
  assert.equal(missing.status, 404);
});

test("§11.3-ranges: single byte ranges are served, and impossible ones refused", async (t) => {
  const { server, a, roomId } = await chat(t);
  const content = fileOf("text/plain", 100_000);
  for (let i = 20; i < content.length; ++i) content[i] = 97 + (i % 26);
  const data = await upload(a, roomId, { content, type: "text/plain", name: "a.txt", fileType: "document" });
  const get = (range) => server.request("GET", pathOf(data.tempUrl), { headers: { range } });
  for (const [range, from, to] of [
    ["bytes=0-0", 0, 0],
    ["bytes=100-70099", 100, 70_099],
    ["bytes=99999-", 99_999, 99_999],
    ["bytes=-500", 99_500, 99_999],
    ["bytes=50000-999999", 50_000, 99_999],
  ]) {
    const { status, headers, text } = await get(range);
    assert.deepEqual([status, headers["content-range"]], [206, `bytes ${from}-${to}/100000`], range);
    assert.equal(headers["content-length"], String(to - from + 1));
    assert.equal(text, content.subarray(from, to + 1).toString(), range);
  }
  const impossible = await get("bytes=100000-");
  assertRefused(impossible, 416, "Range Not Satisfiable");
  assert.equal(impossible.headers["content-range"], "bytes */100000");
  for (const range of ["bytes=0-1,5-6", "bytes=5-2", "lines=1-2"]) {
    const whole = await get(range);
    assert.deepEqual([whole.status, whole.text.length], [200, 100_000], range);
  }
});

test("§4-file-info, §4-file-stats: info and statistics tell what is kept", async (t) => {
  const { server, a, b, roomId } = await chat(t);
  const data = await upload(a, roomId, {
    content: fileOf("application/pdf", 1_572_864),
    type: "application/pdf",
    name: "p.pdf",
    fileType: "document",
  });
  const info = await server.request("GET", `/api/temp-files/info/${data.fileId}`);
  assert.equal(info.status, 200);
  const { createdAt } = info.body.data;
  assert.deepEqual(info.body.data, {
    fileId: data.fileId,
    originalName: "p.pdf",
    mimetype: "application/pdf",
    size: 1_572_864,
    createdAt,
    expiresAt: data.expiresAt,
    isImage: false,
    fileType: "pdf",
  });
  assert.equal(Date.parse(data.expiresAt) - Date.parse(createdAt), 7_200_000);
  const stats = await server.request("GET", "/api/temp-files/stats", { token: b.token });
  assert.deepEqual(stats.body, {
    success: true,
    data: { totalFiles: 1, totalRooms: 1, totalSize: 1_572_864, totalSizeMB: 1.5 },
  });
  assertRefused(await server.request("GET", "/api/temp-files/stats"), 401, "Access token is required");
});

test("a file that is not there is not found on any route", async (t) => {
  const { server } = await chat(t);
  for (const id of ["00000000-0000-4000-8000-000000000000", "x", "%2e%2e", "%2e%2e%5cfile"]) {
    for (const route of ["temp", "download", "info"]) {
      const answer = await server.request("GET", `/api/temp-files/${route}/${id}`);
      assertRefused(answer, 404, "File not found or expired");
      assert.equal(answer.headers["access-control-allow-origin"], "*");
    }
  }
});

test("§11.1-metadata: the metadata of an upload is checked, and every fault is told", async (t) => {
  const { a, roomId } = await chat(t);
  const nothing = await postFile(a, form(part("file", samples["image/png"], { filename: "a.png", type: "image/png" })));
  assertRefused(nothing, 400, "Validation failed");
  assert.deepEqual(
    nothing.body.errors.map(({ type, path: field, msg, location }) => [type, field, msg, location]),
    [
      ["field", "filename", "Filename must be between 1 and 255 characters", "body"],
      ["field", "fileType", "Invalid file type", "body"],
      ["field", "fileSize", "File size must be between 1 byte and 10MB", "body"],
    ],
  );
  for (const [fields, path] of [
    [{ filename: "" }, "filename"],
    [{ filename: "x".repeat(256) }, "filename"],
    [{ fileType: "spreadsheet" }, "fileType"],
    [{ fileSize: 0 }, "fileSize"],
    [{ fileSize: 10_485_761 }, "fileSize"],
    [{ fileSize: "12abc" }, "fileSize"],
    [{ content: Buffer.alloc(0), fileSize: 5 }, "fileSize"],
  ]) {
    const answer = await postFile(a, uploadForm({ roomId, ...fields }));
    assertRefused(answer, 400, "Validation failed");
    assert.deepEqual(
      answer.body.errors.map((each) => each.path),
      [path],
      JSON.stringify(fields),
    );
  }
  const notAForm = await postFile(a, "{}", { headers: { "content-type": "application/json" } });
  assertRefused(notAForm, 400, "Validation failed");
});

test("§11.1-token, §11.1-no-file, §11.1-field-name, §11.1-too-many, §11.1-no-room, §11.1-type, §11.1-not-member: each other fault of an upload has its own text", async (t) => {
  const { server, a, b, roomId } = await chat(t);
  const png = { filename: "a.png", type: "image/png" };
  const fields = [part("filename", "a"), part("fileType", "image"), part("fileSize", "5")];
  const file = part("file", samples["image/png"], png);
  assertRefused(await postFile(a, form(...fields, part("roomId", roomId))), 400, "No file uploaded");
  assertRefused(
    await postFile(a, form(...fields, part("picture", samples["image/png"], png))),
    400,
    "Unexpected field name for file upload",
  );
  assertRefused(await postFile(a, form(file, file)), 400, "Too many files. Only one file allowed per upload");
  assertRefused(await postFile(a, form(...fields, file)), 400, "Room ID is required for file sharing");
  assertRefused(
    await postFile(a, uploadForm({ roomId, type: "application/x-msdownload" })),
    400,
    "File type not allowed: application/x-msdownload",
  );
  assertRefused(await postFile(a, uploadForm({ roomId: `${roomId}x` })), 403, "You are not a member of this room");
  const outsider = await server.guest("Outsider");
  assertRefused(await postFile(outsider, uploadForm({ roomId })), 403, "You are not a member of this room");
  assertRefused(await postFile(a, uploadForm({ roomId }), { token: "x" }), 401, "Invalid token");
  assertRefused(await postFile(a, uploadForm({ roomId }), { token: undefined }), 401, "Access token is required");
  await upload(b, roomId);
});

test("§11.1-order: faults are told in the contract's order", async (t) => {
  const { a, roomId } = await chat(t);
  const wrongType = uploadForm({ type: "text/html", filename: "", roomId: undefined });
  assertRefused(await postFile(a, wrongType, { token: "x" }), 401, "Invalid token");
  assertRefused(await postFile(a, wrongType), 400, "File type not allowed: text/html");
  assertRefused(await postFile(a, uploadForm({ filename: "", roomId: undefined })), 400, "Validation failed");
  assertRefused(
    await postFile(a, form(part("filename", "a"), part("fileType", "image"), part("fileSize", "5"))),
    400,
    "No file uploaded",
  );
  assertRefused(await postFile(a, uploadForm({ roomId: undefined })), 400, "Room ID is required for file sharing");
  assertRefused(await postFile(a, uploadForm({ roomId: "elsewhere" })), 403, "You are not a member of this room");
  await upload(a, roomId);
});

test("§11.1-too-large: a file of exactly the largest size is taken, and one more byte is refused", async (t) => {
  const { directory, a, roomId } = await chat(t, { MAX_FILE_SIZE: "1048576" });
  const exact = await upload(a, roomId, { content: fileOf("image/png", 1_048_576) });
  assert.equal(exact.fileSize, 1_048_576);
  const more = await postFile(a, uploadForm({ roomId, content: fileOf("image/png", 1_048_577), fileSize: 5 }));
  assertRefused(more, 413, "File too large. Maximum size is 1MB");
  const much = await postFile(a, uploadForm({ roomId, content: fileOf("image/png", 8_000_000), fileSize: 5 }));
  assertRefused(much, 413, "File too large. Maximum size is 1MB");
  await keeps(directory, 1);
});

test("§11.1-success: what counts is the real size and the part's own name and type", async (t) => {
  const { a, roomId } = await chat(t);
  const data = await upload(a, roomId, {
    content: fileOf("text/plain", 1000),
    type: "Text/Plain; charset=utf-8",
    name: "real.txt",
    filename: "claimed.png",
    fileType: "image",
    fileSize: 3,
  });
  assert.deepEqual(
    [data.filename, data.fileType, data.fileSize, data.isImage, data.fileTypeCategory],
    ["real.txt", "text/plain", 1000, false, "text"],
  );
});

test("an upload without an announced length is taken as well", async (t) => {
  const { a, roomId } = await chat(t);
  const answer = await postFile(a, uploadForm({ roomId, content: fileOf("image/png", 300_000) }), { chunked: true });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.data.fileSize, 300_000);
});

test("§8.1-file-record: a message about a file says what the server knows of it", async (t) => {
  const { a, b, roomId } = await chat(t);
  const data = await upload(a, roomId);
  const said = {
    type: "file",
    content: {
      fileId: data.fileId,
      filename: "mine.png",
      fileType: "text/html",
      fileSize: 1,
      tempUrl: "https://evil.example/x",
      isImage: false,
      caption: "look",
    },
  };
  assert.equal((await a.ask("chat:message", said)).ok, true);
  const { content } = await b.next("chat:message");
  assert.deepEqual(content, {
    fileId: data.fileId,
    filename: "mine.png",
    fileType: "image/png",
    fileSize: data.fileSize,
    tempUrl: data.tempUrl,
    isImage: true,
    caption: "look",
    downloadUrl: data.downloadUrl,
    fileTypeCategory: "image",
    expiresAt: data.expiresAt,
  });
});

test("§8.1-file-record: a message about a file of another room is refused", async (t) => {
  const { server, a, roomId } = await chat(t);
  const { fileId } = await upload(a, roomId);
  const c = await server.guest("Carol");
  const d = await server.guest("Dave");
  await match(c, d);
  const content = { fileId, filename: "x.png", fileType: "image/png", fileSize: 1 };
  assert.equal((await c.ask("chat:message", { type: "file", content })).error.code, "INVALID_MESSAGE");
  assert.equal((await c.next("chat:error")).message, "Invalid message format");
  const unknown = { ...content, fileId: "00000000-0000-4000-8000-000000000000" };
  assert.equal((await c.ask("chat:message", { type: "file", content: unknown })).ok, true);
  assert.deepEqual((await d.next("chat:message")).content, unknown);
});

for (const [how, end] of [
  ["leaves", (guest) => guest.emit("leave-room")],
  ["closes the room", (guest) => guest.emit("close-room")],
  ["disconnects", (guest) => guest.disconnect()],
  ["matches again", (guest) => guest.emit("user:match")],
]) {
  test(`§1.3-erased: the files of a chat go with it when a guest ${how}`, async (t) => {
    const { server, directory, a, b, roomId } = await chat(t);
    const mine = await upload(a, roomId);
    const theirs = await upload(b, roomId);
    end(a);
    await keeps(directory, 0);
    for (const { fileId } of [mine, theirs]) {
      assert.equal((await server.request("GET", `/api/temp-files/temp/${fileId}`)).status, 404);
    }
    assertRefused(await postFile(b, uploadForm({ roomId })), 403, "You are not a member of this room");
    const stats = await server.request("GET", "/api/temp-files/stats", { token: b.token });
    assert.deepEqual(stats.body.data, { totalFiles: 0, totalRooms: 0, totalSize: 0, totalSizeMB: 0 });
  });
}

test("§11.1-limit, §13.1-uploads: uploads beyond the limit of an hour are refused, and only those with a good token count", async (t) => {
  const { directory, a, b, roomId } = await chat(t, { UPLOAD_RATE_LIMIT_MAX: "2" });
  const refused = await postFile(a, uploadForm({ roomId }), { token: "nonsense" });
  assertRefused(refused, 401, "Invalid token");
  await upload(a, roomId);
  await upload(b, roomId);
  const third = await postFile(a, uploadForm({ roomId }));
  assertRefused(third, 429, "Too many file uploads, please try again in an hour.");
  const wait = Number(third.headers["retry-after"]);
  assert.ok(wait > 3500 && wait <= 3600, `Retry-After ${wait}`);
  assert.equal((await kept(directory)).length, 2);
});

test("§1.3-erased: the files of a chat outlive a kill of the server, and go with the chat afterwards", async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), "parley-files-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const env = {
    UPLOAD_PATH: path.join(directory, "uploads"),
    DATABASE_URL: `sqlite:${path.join(directory, "parley.db")}`,
    DISCONNECT_GRACE_MS: "30000",
    PUBLIC_BASE_URL: "https://chat.example",
  };
  const binary = await launch(env);
  const before = new ChatServer(binary);
  const [a, b] = [await before.guest("Ada"), await before.guest("Grace")];
  const data = await upload(a, await match(a, b));
  const erased = await upload(b, [a.id, b.id].sort().join("_"));
  process.kill(binary.pid, "SIGKILL");
  await binary.stop();
  for (const guest of [a, b]) guest.disconnect();
  await rm(path.join(directory, "uploads", erased.fileId));

  const server = await startChat(t, env);
  const info = await server.request("GET", `/api/temp-files/info/${data.fileId}`);
  assert.deepEqual(
    [info.status, info.body.data?.size, info.body.data?.expiresAt],
    [200, data.fileSize, data.expiresAt],
  );
  assert.equal((await server.request("GET", `/api/temp-files/temp/${data.fileId}`)).status, 200);
  assert.equal((await server.request("GET", `/api/temp-files/info/${erased.fileId}`)).status, 404);
  for (const guest of [a, b]) {
    guest.server = server;
    await guest.connect();
  }
  const content = { fileId: data.fileId, filename: "x", fileType: "text/html", fileSize: 1 };
  assert.equal((await a.ask("chat:message", { type: "file", content })).ok, true);
  assert.equal((await b.next("chat:message")).content.tempUrl, data.tempUrl);
  a.emit("leave-room");
  await keeps(directory, 0);
  b.disconnect();
  a.disconnect();
});

test("a public base URL stands before the path of every file URL", async (t) => {
  const { a, roomId } = await chat(t, { PUBLIC_BASE_URL: "https://chat.example/" });
  const data = await upload(a, roomId);
  assert.equal(data.tempUrl, `https://chat.example/api/temp-files/temp/${data.fileId}`);
});

test("what a proxy says of the address counts only if proxies are trusted", async (t) => {
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "chat.example" };
  const direct = await chat(t);
  const answer = await postFile(direct.a, uploadForm({ roomId: direct.roomId }), { headers });
  assert.ok(answer.body.data.tempUrl.startsWith(`${direct.server.url}/api/`), answer.text);
  const behind = await chat(t, { TRUST_PROXY: "1" });
  const trusted = await postFile(behind.a, uploadForm({ roomId: behind.roomId }), { headers });
  assert.ok(trusted.body.data.tempUrl.startsWith("https://chat.example/api/"), trusted.text);
});
