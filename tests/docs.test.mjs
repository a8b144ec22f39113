// What the documents show is what is there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (name) => readFileSync(path.join(root, name), "utf8");
const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const pages = tracked.filter((name) => name.endsWith(".md"));

test("the README shows examples/hello as it is compiled", () => {
  const [, shown] = /```cpp\n(.*?)```/s.exec(read("README.md"));
  assert.equal(shown, read("examples/hello/main.cpp"));
});

test("every link between documents leads somewhere", () => {
  const broken = [];
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(path.join(root, path.dirname(page), target))) broken.push(`${page}: ${target}`);
    }
  }
  assert.ok(pages.includes("README.md"));
  assert.deepEqual(broken, []);
});

test("every setting of the chat server stands in docs/chat.md, and no other", () => {
  const names = [...read("chat/app/settings.cpp").matchAll(/(?:Setting\{|\()\s*"([A-Z]+(?:_[A-Z]+)*)"/g)].map(([, name]) => name);
  const [, table] = /## Settings\n(.*?)(\n## |$)/s.exec(read("docs/chat.md"));
  const documented = [...table.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name).filter((name) => name !== "NODE_ENV");
  assert.ok(names.length > 10);
  assert.deepEqual([...new Set(documented)].filter((name) => name !== "PORT").sort(), names.filter((name) => name !== "PORT").sort());
});

test("every route of the chat server stands in docs/chat.md", () => {
  const page = read("docs/chat.md");
  const patterns = [...read("chat/app/rest.h").matchAll(/Route\{[^"]*"([^"]+)"/g)].map(([, pattern]) => pattern);
  assert.ok(patterns.length > 5);
  assert.deepEqual(patterns.filter((pattern) => !page.includes(pattern)), []);
});

test("every event that the chat server listens to stands in docs/chat.md", () => {
  const page = read("docs/chat.md");
  const events = [...read("chat/app/chat_events.cpp").matchAll(/"([a-z]+(?:[:-][a-z_-]+)+)"/g)].map(([, name]) => name);
  assert.ok(events.length > 15);
  // A row may name a family once: "`webrtc:offer`, `answer`".
  const named = (event) => page.includes(`\`${event}\``) || page.includes(`\`${event.split(":").slice(1).join(":")}\``) || page.includes(`\`:${event.split(":").at(-1)}\``);
  assert.deepEqual(events.filter((event) => !named(event)), []);
});
