// What one kept-alive connection brings after an upload.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { startChat } from "./support/server.mjs";
import { sleep } from "../support/wait.mjs";

const boundary = "between-the-parts";

function form(fields, bytes) {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  );
  parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\n`);
  parts.push("Content-Type: text/plain\r\n\r\n");
  return Buffer.concat([Buffer.from(parts.join("")), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** One request over `agent`'s only connection, its body in pieces with a moment between them. */
function exchange(agent, url, { method = "GET", headers, pieces = [] }) {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(url, { agent, method, headers }, (incoming) => {
      const chunks = [];
      const port = incoming.socket.localPort;
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () => resolve({ status: incoming.statusCode, bytes: Buffer.concat(chunks), port }));
    });
    outgoing.on("error", reject);
    outgoing.setTimeout(5000, () => outgoing.destroy(new Error(`no answer to ${method} ${url}`)));
    (async () => {
      for (const piece of pieces) {
        outgoing.write(piece);
        await sleep(0);
      }
      outgoing.end();
    })();
  });
}

test("a connection that has brought an upload, whole or in pieces, takes the next request as well", async (t) => {
  const server = await startChat(t, { UPLOAD_RATE_LIMIT_MAX: "1000" });
  const [ada, grace] = await server.pair();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const roomId = [ada.id, grace.id].sort().join("_");
  for (let round = 0; round < 60; ++round) {
    const bytes = Buffer.alloc(500 + round * 900, "text ");
    const body = form({ filename: "note.txt", fileType: "document", fileSize: bytes.length, roomId }, bytes);
    const step = Math.ceil(body.length / (1 + (round % 5)));
    const pieces = [];
    for (let at = 0; at < body.length; at += step) pieces.push(body.subarray(at, at + step));
    const upload = await exchange(agent, `${server.url}/api/files/upload`, {
      method: "POST",
      pieces,
      headers: {
        authorization: `Bearer ${ada.token}`,
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-length": body.length,
      },
    });
    assert.equal(upload.status, 200, upload.bytes.toString());
    const { data } = JSON.parse(upload.bytes);
    const download = await exchange(agent, data.tempUrl, {});
    assert.equal(download.port, upload.port, "another connection was used");
    assert.deepEqual(download.bytes, bytes);
  }
});
