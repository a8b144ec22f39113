// Tests name the rules of the contract (contract/rules.json) that they prove.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (name) => readFileSync(path.join(root, name), "utf8");
const rules = JSON.parse(read("contract/rules.json"));

/** What a rule may be called: its mark in the contract, or its section and a word. */
const id = "(?:[IM]\\d+a?|§[\\d.]+-[\\w-]+)";
const claim = new RegExp(`^(${id}(?:, ${id})*): \\S`);

/** The ids that a test's name begins with, as in "M3, I2: of fifty who search at once …". */
export const idsOf = (name) => claim.exec(name)?.[1].split(", ") ?? [];

const titlesOf = {
  ".cpp": (text) => [...text.matchAll(/^TEST_CASE(?:_TEMPLATE)?\(\s*"((?:[^"\\]|\\.|"\s+")*)"/gm)],
  ".mjs": (text) => [...text.matchAll(/^\s*(?:test|it)\(\s*(["`])((?:(?!\1)[^\\]|\\.)*)\1/gm)].map(([, , title]) => [, title]),
};
// New tests count before they are committed.
const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
const tests = listed
  .split("\n")
  .filter((name) => /_test\.cpp$|\.test\.mjs$/.test(name))
  .flatMap((name) => titlesOf[path.extname(name)](read(name)).map(([, title]) => ({ name, title })));
const claims = tests.flatMap(({ name, title }) => idsOf(title).map((each) => ({ id: each, where: `${name}: ${title}` })));

test("every rule of the contract is named by a test", () => {
  const named = new Set(claims.map((each) => each.id));
  const bare = rules.filter(({ id, later }) => !later && !named.has(id));
  assert.deepEqual(bare.map((rule) => `${rule.id}: ${rule.text}`), []);
});

test("no test names a rule that is not there, or not yet", () => {
  const known = new Set(rules.filter((rule) => !rule.later).map((rule) => rule.id));
  assert.ok(claims.length > 100, "the tests have not been found");
  assert.deepEqual(claims.filter((each) => !known.has(each.id)).map((each) => each.where), []);
});

test("a mark that does not stand at the beginning of a name is noticed", () => {
  const misplaced = tests.filter(({ title }) => /§[\d.]+-\w/.test(title.replace(claim, "")));
  assert.deepEqual(misplaced, []);
  assert.deepEqual(idsOf("M3, §7-atomic: of fifty who search"), ["M3", "§7-atomic"]);
  assert.deepEqual(idsOf("a message is kept"), []);
});

test("rules have one id each, and a sentence", () => {
  const ids = rules.map((rule) => rule.id);
  assert.deepEqual(ids.filter((each, at) => ids.indexOf(each) !== at || !new RegExp(`^${id}$`).test(each)), []);
  assert.deepEqual(rules.filter(({ text, about }) => !/^[A-Z].*\.$/.test(text) || !about), []);
});
