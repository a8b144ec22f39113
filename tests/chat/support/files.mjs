// Forms with files, made by hand so that every rule about them can be broken, and what comes of them.

import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { eventually } from "./guest.mjs";

export const boundary = "----WebKitFormBoundaryAbC123";

export const samples = {
  "image/png": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
  "image/svg+xml": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  "audio/webm": Buffer.from("1a45dfa3010000000000001f", "hex"),
  "video/webm": Buffer.from("1a45dfa3010000000000001f", "hex"),
  "application/pdf": Buffer.from("%PDF-1.7\n"),
  "text/plain": Buffer.from("just words\n"),
};

/** A file of that type with that many bytes. */
export const fileOf = (type, bytes) => Buffer.concat([samples[type], Buffer.alloc(bytes - samples[type].length, 0x78)]);

/** One part: a plain field, or with `filename` a file. */
export function part(name, content, { filename, type } = {}) {
  const disposition = `form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}`;
  const typeLine = type === undefined ? "" : `Content-Type: ${type}\r\n`;
  return Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: ${disposition}\r\n${typeLine}\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
}

export const form = (...parts) => Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
export const formType = `multipart/form-data; boundary=${boundary}`;

/** The form that a browser sends for a file; undefined fields are left out. */
export function uploadForm({
  content = samples["image/png"],
  type = "image/png",
  name = "photo.png",
  filename = name,
  fileType = "image",
  fileSize = content.length,
  duration,
  roomId,
}) {
  const fields = Object.entries({ filename, fileType, fileSize, duration, roomId });
  const given = fields.filter(([, value]) => value !== undefined).map(([key, value]) => part(key, String(value)));
  return form(...given, part("file", content, { filename: name, type }));
}

const post =
  (route) =>
  (guest, body, options = {}) =>
    guest.server.request("POST", route, {
      body,
      token: guest.token,
      ...options,
      headers: { "content-type": formType, ...options.headers },
    });
export const postFile = post("/api/files/upload");
export const postVoice = post("/api/files/voice");

/** Uploads into a room and resolves to the answer's `data`. */
export async function upload(guest, roomId, file = {}) {
  const answer = await postFile(guest, uploadForm({ roomId, ...file }));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.success, true);
  return answer.body.data;
}

/** A refusal of a file route: its text stands in `message` and in `error`. */
export function assertRefused(answer, status, text) {
  assert.deepEqual([answer.status, answer.body?.message], [status, text], answer.text);
  assert.equal(answer.body.success, false);
  assert.equal(answer.body.error, text);
}

/** The names in the upload directory of a server that runs in `directory`. */
export const kept = (directory) => readdir(path.join(directory, "uploads")).catch(() => []);
export const modeOf = async (directory, name) => (await stat(path.join(directory, "uploads", name))).mode & 0o777;

/** Resolves when the upload directory holds so many files. */
export const keeps = (directory, count) =>
  eventually(`${count} files are kept`, async () => (await kept(directory)).length === count);

/** A connection on which a test writes what it likes; `answer` resolves to all that came when the server has closed. */
export function rawPost(server, route, token, { length, type = formType, expect } = {}) {
  const { hostname, port } = new URL(server.url);
  const socket = net.connect({ host: hostname, port });
  socket.on("error", () => {});
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
  const answer = new Promise((resolve) => socket.on("close", () => resolve(text)));
  socket.write(
    `POST ${route} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: ${type}\r\n${length === undefined ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`}\r\n` +
      `${expect ? "Expect: 100-continue\r\n" : ""}\r\n`,
  );
  return { socket, answer, heard: () => text };
}
