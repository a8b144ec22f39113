// The house as docs/architecture.md draws it: who may include whom, what pure folders must not touch, and how a file begins.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Every folder, in order, with what it may include besides itself. */
const house = {
  "parley/base": [],
  "parley/http": ["parley/base"],
  "parley/websocket": ["parley/base", "parley/http"],
  "parley/engineio": ["parley/base"],
  "parley/socketio": ["parley/base", "parley/engineio"],
  "parley/net": ["parley/base"],
  "parley/redis": ["parley/base", "parley/net"],
  "parley/adapters": ["parley/base", "parley/socketio", "parley/redis"],
  "parley/server": ["base", "http", "websocket", "engineio", "socketio", "net"].map((each) => `parley/${each}`),
  parley: ["parley/base", "parley/server"],
  "chat/domain": ["parley/base"],
  "chat/auth": ["parley/base"],
  "chat/storage": ["chat/domain", "parley/base", "parley/redis"],
  "chat/app": ["*"],
};
const pure = ["base", "http", "websocket", "engineio", "socketio"].map((each) => `parley/${each}`);
pure.push("chat/domain", "chat/auth");

/** Threads, clocks and the system. */
const impure = {
  "talks to the system": /^\s*#include <(sys\/|unistd\.h|fcntl\.h|netdb\.h|netinet\/|arpa\/|poll\.h|pthread\.h|csignal|fstream|filesystem|iostream)/m,
  "knows of threads": /^\s*#include <(thread|mutex|shared_mutex|atomic|condition_variable|future|semaphore|stop_token)>/m,
  "reads the clock": /_clock::now\(\)|\bclock_gettime\(|\bgettimeofday\(|\bstd::time\(/,
  "makes its own chance": /\bstd::random_device\b|\b(s?rand|getrandom)\(/,
};
/** Sharing between threads lives here and nowhere else, in any folder. */
const shared = ["parley/base/mailbox.h", "parley/base/counter.h"];
const lines_max = 500;

function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(name);
    return [name];
  });
}

const sources = (...folders) =>
  folders.flatMap(filesBelow).filter((name) => /\.(cpp|h)$/.test(name)).map((name) => ({
    name,
    text: readFileSync(path.join(root, name), "utf8"),
  }));

/** The row of the house that a file or include path belongs to; a folder within one belongs to it as well. */
function rowOf(name) {
  let folder = path.posix.dirname(name);
  if (folder === "parley") return folder;
  while (folder !== "." && folder !== "parley" && !(folder in house)) folder = path.posix.dirname(folder);
  return folder in house && folder !== "parley" ? folder : undefined;
}

const includesOf = (text) => [...text.matchAll(/^\s*#include "([^"]+)"/gm)].map(([, included]) => included);
const isTest = (name) => /_(test|fuzz)\.cpp$|\/testing\//.test(name);

/** Everything that is wrong with one file of the house. */
export function faultsOf({ name, text }, exists) {
  const faults = [];
  const row = rowOf(name);
  if (!row) return [`${name} stands in no folder of the house`];
  for (const included of includesOf(text)) {
    const from = rowOf(included);
    const allowed = from === row || house[row].includes(from) || house[row][0] === "*";
    // Unit tests may share helpers of tests/support.
    const helper = isTest(name) && included.startsWith("tests/support/");
    if (!helper && (!from || !allowed)) faults.push(`${name} must not include "${included}"`);
    if (!exists(included)) faults.push(`${name} includes "${included}", which is not there`);
  }
  if (pure.includes(row) && !isTest(name) && !shared.includes(name)) {
    for (const [what, pattern] of Object.entries(impure)) {
      if (pattern.test(text)) faults.push(`${name} ${what}: ${row} is pure`);
    }
  }
  if (!isTest(name) && !shared.includes(name) && /#include <(mutex|atomic|shared_mutex)>/.test(text)) {
    faults.push(`${name} shares state between threads: only the mailbox and the counter do`);
  }
  if (name.endsWith(".h") && !/^#pragma once$/m.test(text)) faults.push(`${name} has no #pragma once`);
  const own = name.replace(/\.cpp$/, ".h");
  if (own !== name && exists(own) && /^\s*#include\s+["<]([^">]+)/m.exec(text)?.[1] !== own) {
    faults.push(`${name} does not include its own header first`);
  }
  return faults;
}

const houseFiles = sources("parley", "chat");
const names = new Set(houseFiles.map(({ name }) => name));
const exists = (name) => names.has(name) || filesBelow("tests/support").includes(name);

test("each folder includes only itself and what stands above it, and pure folders stay pure", () => {
  assert.ok(houseFiles.length > 50, "the house has not been found");
  assert.deepEqual(houseFiles.flatMap((file) => faultsOf(file, exists)), []);
});

test("each folder's target is linked to nothing that the folder may not include", () => {
  const rules = ["parley", "chat"].flatMap((folder) => [
    ...readFileSync(path.join(root, folder, "CMakeLists.txt"), "utf8").matchAll(/^parley_module\((\S+)([^)]*)\)/gm),
  ]);
  const faults = [];
  for (const [, folder, words] of rules) {
    const linked = words.match(/\b(parley|chat)_\w+/g) ?? [];
    for (const target of linked.map((each) => each.replace("_", "/"))) {
      if (!house[folder]?.includes(target) && house[folder]?.[0] !== "*") faults.push(`${folder} links ${target}`);
    }
  }
  assert.ok(rules.length >= 10);
  assert.deepEqual(faults, []);
});

test(`no source or script is longer than ${lines_max} lines`, () => {
  const files = ["parley", "chat", "tests", "bench", "examples", "tools"].flatMap(filesBelow);
  const long = files.filter(
    (name) => /\.(cpp|h|mjs)$/.test(name) && readFileSync(path.join(root, name), "utf8").split("\n").length > lines_max + 1
  );
  assert.deepEqual(long, []);
});

test("every test program has a test, and every test a sentence for a name", () => {
  const faults = [];
  for (const { name, text } of houseFiles.filter((file) => file.name.endsWith("_test.cpp"))) {
    const titles = [...text.matchAll(/^TEST_CASE(?:_TEMPLATE)?\(\s*"([^"]*)"/gm)].map(([, title]) => title);
    if (!titles.length) faults.push(`${name} has no test`);
    for (const title of titles) if (!/\S \S/.test(title)) faults.push(`${name}: "${title}" is no sentence`);
  }
  assert.deepEqual(faults, []);
});

test("the server programs and the benchmark stand on the library's public header alone", () => {
  const users = sources("tests/conformance/server", "bench/server", "examples");
  const deeper = users.flatMap(({ name, text }) =>
    includesOf(text).filter((each) => each.startsWith("parley/") && each !== "parley/parley.h").map((each) => `${name}: ${each}`)
  );
  assert.ok(users.length > 0);
  assert.deepEqual(deeper, []);
});

// A rule that nothing can break is no rule.
const violations = {
  "an include from below": ["parley/base/a.cpp", '#include "parley/net/stream.h"', /must not include/],
  "the library including the application": ["parley/server/a.cpp", '#include "chat/domain/lobby.h"', /must not include/],
  "one part of the application including another": ["chat/auth/a.cpp", '#include "chat/domain/lobby.h"', /must not include/],
  "an include of nothing": ["parley/net/a.cpp", '#include "parley/base/nothing.h"', /is not there/],
  "a folder that is in no plan": ["parley/misc/a.cpp", "", /no folder of the house/],
  "a system header in a pure folder": ["parley/http/a.cpp", "#include <sys/socket.h>", /talks to the system/],
  "a thread in a pure folder": ["chat/domain/a.cpp", "#include <thread>", /knows of threads/],
  "a clock in a pure folder": ["parley/engineio/a.cpp", "auto t = std::chrono::steady_clock::now();", /reads the clock/],
  "chance in a pure folder": ["chat/domain/a.cpp", "std::random_device seed;", /makes its own chance/],
  "a lock outside the mailbox": ["parley/server/a.cpp", "#include <mutex>", /shares state/],
  "a header without its guard": ["parley/net/a.h", "struct A {};", /no #pragma once/],
  "a source that includes its header second": [
    "parley/net/stream.cpp",
    '#include <vector>\n#include "parley/net/stream.h"',
    /own header first/,
  ],
};
for (const [title, [name, text, fault]] of Object.entries(violations)) {
  test(`${title} is noticed`, () => assert.match(faultsOf({ name, text }, exists).join("\n"), fault));
}
