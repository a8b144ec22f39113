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

test("no script points to a map that is not served", () => {
  const scripts = built(".js").map(({ name }) => name);
  const mapped = scripts.filter((name) => /sourceMappingURL/.test(readFileSync(path.join(dist, "assets", name), "utf8")));
  assert.deepEqual(mapped, []);
});

test("the start screen needs at most 80 kB of scripts", (t) => {
  // What the page names itself is fetched at once; everything else comes after the first paint.
  const named = [...readFileSync(path.join(dist, "index.html"), "utf8").matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)];
  const scripts = built(".js").filter(({ name }) => named.some(([, each]) => each === name));
  t.diagnostic(`start screen: ${(sum(scripts) / kilobyte).toFixed(1)} kB of scripts, gzip`);
  assert.ok(scripts.length > 0 && sum(scripts) <= 80 * kilobyte, `${sum(scripts)} bytes of scripts`);
});

journey("everything that the page fetches comes from the server itself, packed, and to be kept for ever", async (stage) => {
  const ada = await stage.guest("Ada");
  const answers = [];
  ada.page.on("response", (response) => answers.push(response));
  await ada.start();
  await ada.seesLobby();
  for (const answer of answers) {
    const { origin, pathname } = new URL(answer.url());
    assert.equal(origin, stage.url);
    if (!/\.(js|css)$/.test(pathname)) continue;
    const headers = await answer.allHeaders();
    assert.equal(headers["content-encoding"], "br", pathname);
    assert.equal(headers["cache-control"], "public, max-age=31536000, immutable", pathname);
  }
  assert.ok(answers.length > 5);
});

journey("a page that is opened again fetches nothing that it has", async (stage) => {
  const ada = await stage.guest("Ada");
  await ada.open();
  const other = await ada.newPage();
  const network = await ada.context.newCDPSession(other);
  await network.send("Network.enable");
  const sent = [];
  network.on("Network.responseReceived", ({ response }) => !response.fromDiskCache && sent.push(new URL(response.url).pathname));
  await other.goto(stage.url);
  await other.getByRole("button", { name: "Start" }).waitFor();
  assert.ok(sent.includes("/"));
  assert.deepEqual(sent.filter((each) => each.startsWith("/assets/")), []);
});

test("the start screen stands in index.html, so that it is seen before any script has come", () => {
  const html = readFileSync(path.join(dist, "index.html"), "utf8");
  assert.match(html, /<h1>[^<]+<\/h1>/);
  assert.doesNotMatch(html, /<script(?![^>]*src=)|<style|style="/);
});
