// The web client's part of the house: which folder may use which, what stays pure, and what the product never does.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Every folder of web/src with those whose code it may use besides its own; of all others it may know the types. */
const house = {
  contract: [],
  // The call's machine has no page in it, and is used by people without React.
  sdk: ["contract", "call/state", "call/step"],
  session: ["sdk", "contract", "app/store"],
  chat: ["sdk", "contract", "app/store", "session/step"],
  call: ["sdk", "contract", "app/store", "session/step"],
  // Renders and dispatches: what it is given it gets from app.
  ui: [],
  app: ["*"],
};
/** Which packages may be used at run time, and where. */
const packages = { react: ["ui", "app", "."], "react-dom": ["."], "lucide-react": ["ui"], "socket.io-client": ["app"] };

/** The machines: what they do follows from their arguments alone. */
const isPure = (name) => /(^|\/)(state|step|history|recorder|attachments)\.ts$/.test(name);
const impure = {
  "knows of the browser": /\b(window|document|navigator|location|localStorage|sessionStorage|fetch)\s*[.(]/,
  "waits by itself": /\b(setTimeout|setInterval|requestAnimationFrame|queueMicrotask)\(|\bawait\b/,
  "reads the clock": /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
  "makes its own chance": /\bMath\.random\(|\bcrypto\./,
};
const never = {
  "writes to the console": /\bconsole\.\w/,
  "gives up types": /[:<]\s*any\b|\bas any\b|@ts-(ignore|nocheck|expect-error)/,
  "is not finished": /\bTODO\b|\bFIXME\b|\bXXX\b/,
  "makes markup of text": /\binnerHTML\b|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write/,
};

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");

/** Everything that a module brings in: `{ from, types }`, where `types` means that nothing of it is there at run time. */
export function importsOf(text) {
  const found = [];
  for (const [, types, from] of text.matchAll(/^(?:import|export)\s+(type\s)?[^"';]*?from\s*"([^"]+)"/gm)) {
    found.push({ from, types: Boolean(types) });
  }
  for (const [, from] of text.matchAll(/^import\s*"([^"]+)"/gm)) found.push({ from, types: false });
  // A module that is fetched later is used all the same.
  for (const [, from] of text.matchAll(/\bimport\("([^"]+)"\)/g)) found.push({ from, types: false });
  return found;
}

/** Everything that is wrong with one module of web/src, given by its name below that folder. */
export function faultsOf(name, text) {
  const faults = [];
  const folder = name.includes("/") ? name.split("/")[0] : ".";
  if (folder !== "." && !(folder in house)) return [`${name} stands in no folder of the house`];
  const code = withoutComments(text);
  for (const { from, types } of importsOf(code)) {
    if (types || from.endsWith(".css")) continue;
    if (!from.startsWith(".")) {
      const known = Object.keys(packages).find((each) => from === each || from.startsWith(`${each}/`));
      if (!packages[known]?.includes(folder)) faults.push(`${name} uses ${from}`);
      continue;
    }
    const target = path.posix.join(path.posix.dirname(name), from).replace(/\.js$/, "");
    const row = target.split("/")[0];
    const allowed = folder === "." || row === folder || ["*", row, target].some((each) => house[folder].includes(each));
    if (!allowed) faults.push(`${name} uses ${target}`);
    if (isPure(name) && !isPure(`${target}.ts`)) faults.push(`${name} uses ${target}: it is pure`);
  }
  if (isPure(name)) {
    for (const [what, pattern] of Object.entries(impure)) if (pattern.test(code)) faults.push(`${name} ${what}: it is pure`);
  }
  for (const [what, pattern] of Object.entries(never)) if (pattern.test(text)) faults.push(`${name} ${what}`);
  return faults;
}

function filesBelow(folder) {
  return readdirSync(path.join(root, "web/src", folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(name) : [name];
  });
}
const sources = filesBelow("").filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|^testing\//.test(name));

test("each folder of the web client uses only what it may, machines stay pure, and nothing is left to be done", () => {
  assert.ok(sources.length > 80, "the web client has not been found");
  assert.deepEqual(sources.flatMap((name) => faultsOf(name, readFileSync(path.join(root, "web/src", name), "utf8"))), []);
});

test("no source of the web client is longer than 600 lines, and half of them are shorter than 120", () => {
  const lengths = sources.map((name) => readFileSync(path.join(root, "web/src", name), "utf8").split("\n").length);
  assert.deepEqual(sources.filter((_, at) => lengths[at] > 601), []);
  assert.ok(lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] < 120);
});

test("at run time the web client needs four packages", () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "web/package.json"), "utf8"));
  assert.deepEqual(Object.keys(dependencies).sort(), ["lucide-react", "react", "react-dom", "socket.io-client"]);
});

test("every machine stands beside its driver and its test", () => {
  for (const machine of ["session", "chat", "call"]) {
    for (const file of ["state.ts", "step.ts", "driver.ts", "step.test.ts"]) {
      assert.ok(existsSync(path.join(root, "web/src", machine, file)), `${machine}/${file}`);
    }
  }
});

// A rule that nothing can break is no rule.
const violations = {
  "a view that uses a driver": ["ui/a.tsx", 'import { drive } from "../chat/driver.js";', /ui\/a\.tsx uses chat\/driver/],
  "a view that fetches a driver later": ["ui/a.tsx", 'const later = import("../call/driver.js");', /uses call\/driver/],
  "a view that speaks to the server": ["ui/a.tsx", 'import { SocketService } from "../sdk/socket_service.js";', /uses sdk/],
  "an SDK with React": ["sdk/a.ts", 'import { useState } from "react";', /uses react/],
  "an SDK that uses the application": ["sdk/a.ts", 'import { chat } from "../chat/step.js";', /uses chat\/step/],
  "another package": ["ui/a.tsx", 'import _ from "lodash";', /uses lodash/],
  "a machine with a clock": ["chat/step.ts", "const now = Date.now();", /reads the clock/],
  "a machine that waits": ["call/step.ts", "setTimeout(() => {}, 1);", /waits by itself/],
  "a machine with a window": ["session/step.ts", "window.close();", /knows of the browser/],
  "a machine that uses its driver": ["call/step.ts", 'import { d } from "./driver.js";', /it is pure/],
  "a word in the console": ["app/a.ts", "console.log(1);", /console/],
  "a type that is none": ["app/a.ts", "const a: any = 1;", /gives up types/],
  "a folder that is in no plan": ["misc/a.ts", "", /no folder/],
};
for (const [title, [name, text, fault]] of Object.entries(violations)) {
  test(`${title} is noticed in the web client`, () => assert.match(faultsOf(name, text).join("\n"), fault));
}

test("types of every folder may be known, and a comment may speak of everything", () => {
  const text = 'import type { ChatState } from "../chat/state.js";\n// The console.log of others.\nexport const a = 1;\n';
  assert.deepEqual(faultsOf("ui/a.ts", text.replace("console.log", "console")), []);
});
