// The pages that were built into the server, as a browser fetches them.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { journey } from "./support/journey.mjs";

const dist = fileURLToPath(new URL("../../web/dist/", import.meta.url));
/** Names of the built files with that ending. */
const built = (ending) => readdirSync(path.join(dist, "assets")).filter((name) => name.endsWith(ending));

test("no script points to a map that is not served", () => {
  const mapped = built(".js").filter((name) => /sourceMappingURL/.test(readFileSync(path.join(dist, "assets", name), "utf8")));
  assert.deepEqual(mapped, []);
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
