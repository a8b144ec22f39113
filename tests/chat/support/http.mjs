// One HTTP exchange, with nothing added or interpreted that the test did not ask for.

import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { faultOfAnswer } from "../../support/contract.mjs";

/**
 * Sends one request on a connection of its own.
 *
 * `json`   a value to send as a JSON body; `body` sends bytes or text as they are.
 * `chunked`  sends the body without saying how long it is.
 * `patienceMs`  how long nothing may move.
 * `token`  goes into `Authorization: Bearer …`.
 *
 * Resolves to `{ status, headers, text, body }`; `body` is the parsed JSON, undefined when it is none. Rejects when the
 * answer is not what the contract allows.
 */
export function request(
  base,
  method,
  target,
  { json, body, token, chunked = false, patienceMs = 10_000, headers = {}, ca } = {}
) {
  const payload = json === undefined ? body : JSON.stringify(json);
  const sent = { ...headers };
  if (token !== undefined) sent.authorization = `Bearer ${token}`;
  if (json !== undefined) sent["content-type"] ??= "application/json";
  // Without a length Node sends the body in chunks.
  if (payload !== undefined && !chunked) sent["content-length"] = Buffer.byteLength(payload);

  return new Promise((resolve, reject) => {
    const { protocol, hostname, port } = new URL(base);
    const { request: begin } = protocol === "https:" ? https : http;
    const outgoing = begin({ hostname, port, path: target, method, headers: sent, agent: false, ca });
    let answered = false;
    outgoing.on("response", (incoming) => {
      answered = true;
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const answer = { status: incoming.statusCode, headers: incoming.headers, text, body: parsed(text) };
        const fault = faultOfAnswer(method, target, answer);
        if (fault) reject(new assert.AssertionError({ message: fault }));
        resolve(answer);
      });
    });
    // A server may answer 413 and close while the body is still on its way: the answer counts, not the reset.
    outgoing.on("error", (error) => answered || reject(error));
    outgoing.setTimeout(patienceMs, () => outgoing.destroy(new Error(`${method} ${target}: no answer`)));
    if (chunked) outgoing.write(payload);
    outgoing.end(chunked ? undefined : payload);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
