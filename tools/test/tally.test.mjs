// A test run must not look better than it was.

import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";
import { doctestCounts, nodeCounts, tallyOf, vitestCounts } from "./tally.mjs";

const reporter = fileURLToPath(new URL("reporter.mjs", import.meta.url));

/** Runs the text of a test file as ./test does. */
async function runTests(text, options) {
  const folder = await mkdtemp(path.join(tmpdir(), "tally-"));
  const [file, report] = [path.join(folder, "some.test.mjs"), path.join(folder, "report")];
  await writeFile(file, `import { after, before, describe, test } from "node:test";\n${text}`);
  const flags = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`];
  const ended = await run([process.execPath, ...flags, file], options);
  const tally = tallyOf("some", nodeCounts(await readFile(report, "utf8").catch(() => "")), ended);
  return { ...tally, ended };
}

const fails = `() => { throw new Error("wrong"); }`;
const cases = {
  "tests that pass": [`test("a", () => {}); describe("s", () => { test("b", () => {}); });`, 2, 0, 0],
  "a test that fails": [`test("a", () => {}); test("b", ${fails});`, 1, 1, 0],
  "a test that fails in a suite counts once": [`describe("s", () => { test("b", ${fails}); });`, 0, 1, 0],
  "a subtest that fails counts once": [`test("a", async (t) => { await t.test("b", ${fails}).catch(() => {}); });`, 0, 1, 0],
  "a skipped test": [`test("a", () => {}); test("b", { skip: true }, ${fails});`, 1, 0, 1],
  "a skipped test without a reason": [`test("a", (t) => t.skip(""));`, 0, 0, 1],
  "a test that is still to do": [`test("a", () => {}); test("b", { todo: true }, () => {});`, 1, 0, 1],
  "a suite that fails to clean up": [`describe("s", () => { after(${fails}); test("a", () => {}); });`, 1, 1, 0],
  "a file without tests": ["", 0, 1, 0],
  "a file that breaks off": [`test("a", () => {}); await import("./nowhere.mjs");`, null, 1, 0],
  "a file that exits well before its tests have run": [`test("a", () => new Promise(() => {})); process.exit(0);`, 0, 1, 0],
  "a file that ends badly after its tests": [`test("a", () => {}); after(() => process.exit(3));`, null, 1, 0],
};

for (const [title, [text, passed, failed, skipped]] of Object.entries(cases)) {
  test(`${title}: the counts are right`, async () => {
    const tally = await runTests(text);
    const seen = [passed === null ? null : tally.passed, tally.failed, tally.skipped];
    assert.deepEqual(seen, [passed, failed, skipped], `${tally.complaints}\n${tally.ended.output}`);
    assert.equal(tally.complaints.length > 0, failed > 0);
  });
}

test("a file that hangs is ended, with what it has started, and counts as failed", async () => {
  const text = `import { spawn } from "node:child_process"; spawn("sleep", ["600"]); test("a", () => new Promise(() => {}));`;
  const tally = await runTests(text, { seconds: 2 });
  assert.equal(tally.failed, 1);
  assert.match(tally.complaints[0], /did not end in time/);
});

test("a file that leaves a process behind fails, and the process ends", async () => {
  const text = `import { spawn } from "node:child_process";
    test("a", () => { const child = spawn("sleep", ["600"], { stdio: "ignore" }); child.unref(); console.log("pid", child.pid); });`;
  const tally = await runTests(text);
  assert.deepEqual([tally.passed, tally.failed, tally.ended.leftBehind], [1, 1, ["sleep"]]);
});

test("the counts of doctest are read from its summary", () => {
  const summary = "[doctest] test cases:  7 |  4 passed | 2 failed | 1 skipped\n[doctest] assertions: 9 | 7 passed | 2 failed |\n";
  assert.deepEqual(doctestCounts(`some words\n${summary}`), { passed: 4, failed: 2, skipped: 1 });
});

test("the counts of Vitest are read from its report, and a file that cannot be read has failed", () => {
  const testResults = [
    { status: "passed", assertionResults: [{}, {}, {}] },
    { status: "failed", assertionResults: [{}] },
    { status: "failed", assertionResults: [] },
  ];
  const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults };
  assert.deepEqual(vitestCounts(JSON.stringify(report)), { passed: 3, failed: 2, skipped: 2 });
  assert.equal(vitestCounts(""), null);
});

test("a doctest program that crashes counts as failed", () => {
  const tally = tallyOf("some", doctestCounts("half a line"), { code: null, signal: "SIGSEGV", leftBehind: [], output: "half a line" });
  assert.deepEqual([tally.passed, tally.failed], [0, 1]);
  assert.match(tally.complaints[0], /gave no report, ended with SIGSEGV/);
});

test("a sanitizer's complaint after a clean summary counts as failed", () => {
  const output = "[doctest] test cases:  1 |  1 passed | 0 failed | 0 skipped\nERROR: LeakSanitizer: detected memory leaks";
  const tally = tallyOf("some", doctestCounts(output), { code: 23, signal: null, leftBehind: [], output });
  assert.deepEqual([tally.passed, tally.failed], [1, 1]);
});
