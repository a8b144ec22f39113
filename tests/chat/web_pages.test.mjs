// The pages that the chat server gives to browsers: how they are packed and cached, what they may do, and that no path
// leads out of them.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { binDir, startBinary } from "../support/process.mjs";
import { startChat } from "./support/server.mjs";

const page = "<!doctype html><title>Parley</title><script type=module src=/assets/app-1a2b3c4d.js></script>\n";
const script = "export const words = 'the same words again and again';\n".repeat(200);

/** A directory of pages, as a build leaves it, that goes with the test `t`. */
function webRoot(t, files = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-pages-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const all = {
    "index.html": page,
    "index.html.br": brotliCompressSync(page),
    "index.html.gz": gzipSync(page),
    "assets/app-1a2b3c4d.js": script,
    "assets/app-1a2b3c4d.js.br": brotliCompressSync(script),
    "assets/app-1a2b3c4d.js.gz": gzipSync(script),
    "favicon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

const serving = async (t, env) => startChat(t, { WEB_ROOT: webRoot(t), ...env });

/** One exchange, the target sent as it stands; resolves to `{ status, headers, bytes }`. */
function ask(server, target, { method = "GET", headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const outgoing = http.request({ hostname, port, path: target, method, headers, agent: false }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () => resolve({ status: incoming.statusCode, headers: incoming.headers, bytes: Buffer.concat(chunks) }));
    });
    outgoing.on("error", reject).end();
  });
}

const unpackers = { br: brotliDecompressSync, gzip: gunzipSync };

test("the start page and the chat's address give the same page", async (t) => {
  const server = await serving(t);
  for (const target of ["/", "/chat", "/chat?from=link", "/index.html"]) {
    const { status, headers, bytes } = await ask(server, target);
    assert.deepEqual([status, bytes.toString()], [200, page], target);
    assert.equal(headers["content-type"], "text/html; charset=utf-8", target);
    assert.equal(headers["content-length"], String(page.length), target);
  }
});

test("a page is sent packed in the way that the client likes best", async (t) => {
  const server = await serving(t);
  const cases = { "gzip, deflate, br, zstd": "br", gzip: "gzip", "br;q=0.1, gzip": "gzip", "br;q=0": undefined, "": undefined };
  for (const [accepted, coding] of Object.entries(cases)) {
    for (const [target, content] of [["/", page], ["/assets/app-1a2b3c4d.js", script]]) {
      const { headers, bytes } = await ask(server, target, { headers: { "accept-encoding": accepted } });
      assert.equal(headers["content-encoding"], coding, `${target} to ${accepted}`);
      assert.equal((unpackers[coding] ?? String)(bytes).toString(), content, `${target} to ${accepted}`);
      assert.match(headers.vary, /\bAccept-Encoding\b/, target);
      assert.equal(Number(headers["content-length"]), bytes.length);
    }
  }
  assert.doesNotMatch((await ask(server, "/favicon.svg")).headers.vary, /Accept-Encoding/);
});

test("what has a hash in its name is kept for ever, everything else is asked for again", async (t) => {
  const server = await serving(t);
  const cached = async (target) => (await ask(server, target)).headers["cache-control"];
  assert.equal(await cached("/assets/app-1a2b3c4d.js"), "public, max-age=31536000, immutable");
  for (const target of ["/", "/chat", "/favicon.svg"]) assert.equal(await cached(target), "no-cache", target);
});

test("whoever has a page already is told so in a few bytes", async (t) => {
  const server = await serving(t);
  for (const accepted of ["br", "gzip", ""]) {
    const first = await ask(server, "/", { headers: { "accept-encoding": accepted } });
    assert.match(first.headers.etag, /^"[0-9a-f]{32}(-br|-gzip)?"$/);
    const again = { "accept-encoding": accepted, "if-none-match": `"other", W/${first.headers.etag}` };
    const { status, headers, bytes } = await ask(server, "/", { headers: again });
    assert.deepEqual([status, bytes.length, headers.etag], [304, 0, first.headers.etag]);
    assert.equal(headers["cache-control"], "no-cache");
    const changed = await ask(server, "/", { headers: { ...again, "if-none-match": '"other"' } });
    assert.equal(changed.status, 200);
  }
  const [plain, packed] = [await ask(server, "/"), await ask(server, "/", { headers: { "accept-encoding": "br" } })];
  assert.notEqual(plain.headers.etag, packed.headers.etag);
});

test("HEAD tells what GET would, without the page", async (t) => {
  const server = await serving(t);
  for (const target of ["/", "/chat", "/assets/app-1a2b3c4d.js", "/favicon.svg"]) {
    for (const accepted of ["", "br"]) {
      const headers = { "accept-encoding": accepted };
      const [got, head] = [await ask(server, target, { headers }), await ask(server, target, { headers, method: "HEAD" })];
      for (const each of [got, head]) for (const own of ["date", "x-request-id"]) delete each.headers[own];
      assert.deepEqual([head.status, head.headers], [got.status, got.headers], target);
      assert.equal(head.bytes.length, 0);
    }
  }
});

test("§13.3-headers: pages may use camera and microphone, and run and reach nothing that is not the server's own", async (t) => {
  const server = await serving(t);
  const { host } = new URL(server.url);
  for (const target of ["/", "/chat", "/assets/app-1a2b3c4d.js"]) {
    const { headers } = await ask(server, target);
    assert.equal(
      headers["permissions-policy"],
      "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
    );
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "strict-origin-when-cross-origin");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    const policy = Object.fromEntries(
      headers["content-security-policy"].split("; ").map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1).join(" ")])
    );
    assert.deepEqual(policy, {
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "'self' blob: data:",
      "media-src": "'self' blob:",
      "connect-src": `'self' ws://${host}`,
      "manifest-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
      "require-trusted-types-for": "'script'",
      "trusted-types": "'none'",
    });
  }
});

test("a page told by a proxy that it came over HTTPS may open secure sockets, to the name that the client used", async (t) => {
  const server = await serving(t, { TRUST_PROXY: "1", PUBLIC_BASE_URL: "https://files.example/here" });
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "chat.example" };
  const policy = (await ask(server, "/", { headers })).headers["content-security-policy"];
  assert.match(policy, /; connect-src 'self' wss:\/\/chat\.example https:\/\/files\.example;/);
  assert.match(policy, /; img-src 'self' blob: data: https:\/\/files\.example;/);
});

test("no host that a client claims breaks out of the policy", async (t) => {
  const server = await serving(t);
  for (const host of ["a.example; script-src *", "*", "a b", "a.example,script-src"]) {
    const { status, headers } = await ask(server, "/", { headers: { host } });
    if (status === 400) continue;
    assert.match(headers["content-security-policy"], /; script-src 'self'; .*; connect-src 'self';/, host);
  }
});

test("paths that are not there stay JSON, whether they look like pages or like the API", async (t) => {
  const server = await serving(t);
  const targets = ["/api/nonsense", "/assets/app-00000000.js", "/assets/", "/assets", "/nothing.html", "/chat/", "/chat/x"];
  for (const target of targets) {
    const { status, headers, bytes } = await ask(server, target);
    assert.equal(status, 404, target);
    assert.deepEqual(JSON.parse(bytes), { success: false, message: "API endpoint not found" }, target);
    assert.equal(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", target);
    assert.equal(headers["cache-control"], undefined, target);
  }
  for (const method of ["POST", "PUT", "DELETE"]) assert.equal((await ask(server, "/", { method })).status, 404, method);
});

test("no path leads out of the pages", async (t) => {
  const outside = webRoot(t, { "secret.txt": "secret" });
  const folder = webRoot(t, { ".env": "secret", ".git/config": "secret" });
  symlinkSync(outside, path.join(folder, "linked"));
  const server = await startChat(t, { WEB_ROOT: folder });
  const targets = [
    `/../${path.basename(outside)}/secret.txt`,
    `/assets/../../${path.basename(outside)}/secret.txt`,
    `/assets/..%2f..%2f${path.basename(outside)}/secret.txt`,
    `/%2e%2e/${path.basename(outside)}/secret.txt`,
    `/assets/%2e%2e%5c%2e%2e%5csecret.txt`,
    `/${outside}/secret.txt`,
    `/assets/${outside}/secret.txt`,
    `/assets/${encodeURIComponent(`${outside}/secret.txt`)}`,
    "/assets/../index.html",
    "/assets/./app-1a2b3c4d.js",
    "//index.html",
    "/linked/secret.txt",
    "/.env",
    "/.git/config",
    "/index.html.br",
    "/index.html%00",
    "/assets/%",
    "/etc/passwd",
  ];
  for (const target of targets) {
    const { status, bytes } = await ask(server, target);
    assert.ok([400, 404].includes(status), `${target}: ${status}`);
    assert.doesNotMatch(bytes.toString(), /secret"|^secret$|root:/, target);
  }
});

test("files of the client are served while guests are limited, and nobody counts them", async (t) => {
  const server = await serving(t, { RATE_LIMIT_MAX_REQUESTS: "1" });
  for (let round = 0; round < 20; ++round) assert.equal((await ask(server, "/")).status, 200);
  assert.equal((await server.request("POST", "/api/guest", { json: {} })).status, 201);
  assert.equal((await server.request("POST", "/api/guest", { json: {} })).status, 429);
  assert.equal((await ask(server, "/assets/app-1a2b3c4d.js")).status, 200);
});

test("a directory without pages ends the start with a sentence", async (t) => {
  const empty = mkdtempSync(path.join(tmpdir(), "parley-pages-"));
  t.after(() => rmSync(empty, { recursive: true, force: true }));
  for (const [folder, why] of [[empty, "has no index.html"], [path.join(empty, "nowhere"), "No such file or directory"]]) {
    const started = startBinary({ binary: path.join(binDir, "parley"), env: { PORT: "0", WEB_ROOT: folder } });
    await assert.rejects(started, (error) => error.message.includes(`WEB_ROOT cannot be used: ${folder}`) && error.message.includes(why));
  }
});
