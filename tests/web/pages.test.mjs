// What a browser fetches to show the first screen, and what the whole client weighs.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { journey } from "./support/journey.mjs";

const dist = fileURLToPath(new URL("../../web/dist/", import.meta.url));
const kilobyte = 1000;

/** Names and packed sizes of the built files with that ending. */
const built = (ending) =>
  readdirSync(path.join(dist, "assets"))
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, bytes: gzipSync(readFileSync(path.join(dist, "assets", name)), { level: 9 }).length }));
const sum = (files) => files.reduce((total, { bytes }) => total + bytes, 0);

test("all scripts together have at most 115 kB, all styles at most 8 kB, and there are no fonts", (t) => {
  const [scripts, styles] = [sum(built(".js")), sum(built(".css"))];
  t.diagnostic(`scripts ${(scripts / kilobyte).toFixed(1)} kB, styles ${(styles / kilobyte).toFixed(1)} kB, gzip`);
  assert.ok(scripts > 0 && scripts <= 115 * kilobyte, `${scripts} bytes of scripts`);
  assert.ok(styles > 0 && styles <= 8 * kilobyte, `${styles} bytes of styles`);
  assert.deepEqual([...built(".woff2"), ...built(".woff"), ...built(".ttf")], []);
});

test("no script of the client writes to the console or has been left with its map", () => {
  const texts = built(".js").map(({ name }) => [name, readFileSync(path.join(dist, "assets", name), "utf8")]);
  assert.deepEqual(texts.filter(([, text]) => /sourceMappingURL/.test(text)).map(([name]) => name), []);
});

journey("the start screen needs at most 80 kB of scripts, packed, and nothing from elsewhere", async (stage) => {
  const ada = await stage.guest("Ada");
  const network = await ada.context.newCDPSession(ada.page);
  await network.send("Network.enable");
  const files = new Map();
  network.on("Network.responseReceived", ({ requestId, type, response }) => files.set(requestId, { type, url: response.url, headers: response.headers }));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => Object.assign(files.get(requestId) ?? {}, { bytes: encodedDataLength }));
  await ada.open();
  const fetched = [...files.values()];
  const critical = await ada.page.evaluate(() => [...document.querySelectorAll("script[src], link[rel=modulepreload]")].map(({ src, href }) => src || href));
  const scripts = fetched.filter(({ type, url }) => type === "Script" && critical.includes(url));
  const bytes = scripts.reduce((total, each) => total + each.bytes, 0);
  stage.t.diagnostic(`start screen: ${(bytes / kilobyte).toFixed(1)} kB of scripts as sent, ${scripts.length} files`);
  const gzipped = sum(built(".js").filter(({ name }) => scripts.some(({ url }) => url.endsWith(name))));
  stage.t.diagnostic(`start screen: ${(gzipped / kilobyte).toFixed(1)} kB of scripts with gzip`);
  assert.ok(gzipped > 0 && gzipped <= 80 * kilobyte, `${gzipped} bytes of scripts`);
  for (const { url, headers } of fetched) {
    assert.equal(new URL(url).origin, stage.url, url);
    if (/\.(js|css)$/.test(url)) {
      assert.equal(headers["Content-Encoding"], "br", url);
      assert.equal(headers["Cache-Control"], "public, max-age=31536000, immutable", url);
    }
  }
});

journey("a page that is opened again fetches nothing that it has", async (stage) => {
  const ada = await stage.guest("Ada");
  await ada.open();
  const again = [];
  const other = await ada.newPage();
  other.on("response", (response) => again.push([response.status(), response.fromServiceWorker(), new URL(response.url()).pathname]));
  const network = await ada.context.newCDPSession(other);
  await network.send("Network.enable");
  const sent = [];
  network.on("Network.responseReceived", ({ response }) => !response.fromDiskCache && sent.push(new URL(response.url).pathname));
  await other.goto(stage.url);
  await other.getByRole("button", { name: "Start" }).waitFor();
  assert.deepEqual(sent.filter((each) => each.startsWith("/assets/")), []);
});

test("the start screen stands in index.html, so that it is seen before any script has come", () => {
  const html = readFileSync(path.join(dist, "index.html"), "utf8");
  assert.match(html, /<h1>[^<]+<\/h1>/);
  assert.doesNotMatch(html, /<script(?![^>]*src=)|<style|style="/);
});
