// What a run of tests came to. A runner that crashes, hangs or runs nothing counts as one failure.

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** What to show of the failures. */
  complaints = [];

  static failure(complaint) {
    const tally = new Tally();
    tally.fail(complaint);
    return tally;
  }

  fail(complaint) {
    this.failed += 1;
    this.complaints.push(complaint);
  }

  add(other) {
    this.passed += other.passed;
    this.failed += other.failed;
    this.skipped += other.skipped;
    this.complaints.push(...other.complaints);
    return this;
  }

  toString() {
    return `${this.passed} passed, ${this.failed} failed${this.skipped ? `, ${this.skipped} skipped` : ""}`;
  }
}

/**
 * The tally of one finished process: `counts` are what its own report says, `ended` is a `run` result.
 *
 * A report of success is not believed when the process ended badly, left processes behind, or ran nothing.
 */
export function tallyOf(name, counts, ended) {
  const tally = Object.assign(new Tally(), counts ?? {});
  const wrong = [];
  if (ended.timedOut) wrong.push("did not end in time");
  else if (!counts) wrong.push("gave no report");
  else if (tally.passed + tally.failed + tally.skipped === 0) wrong.push("ran no test");
  if (!ended.timedOut && (ended.code !== 0) !== tally.failed > 0) wrong.push(`ended with ${ended.signal ?? ended.code}`);
  if (ended.leftBehind.length) wrong.push(`left processes behind: ${ended.leftBehind.join(", ")}`);

  const output = tally.failed || wrong.length ? `\n${ended.output.trimEnd()}` : "";
  if (tally.failed) tally.complaints.push(`${name}: ${tally.failed} failed${wrong.length ? "" : output}`);
  if (wrong.length) tally.fail(`${name} ${wrong.join(", ")}${output}`);
  return tally;
}

/** The counts in doctest's last lines; null when they are not there. */
export function doctestCounts(output) {
  const found = /^\[doctest\] test cases: +\d+ +\| +(\d+) passed +\| +(\d+) failed +\| +(\d+) skipped/m.exec(output);
  return found && { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}

/** The counts in what Vitest's JSON reporter has written; null when it wrote nothing. A file that cannot be read has failed. */
export function vitestCounts(report) {
  if (!report) return null;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report);
  const broken = testResults.filter(({ status, assertionResults }) => status === "failed" && !assertionResults.length);
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests + numTodoTests };
}

/** The counts in what `tools/test/reporter.mjs` has written; null when it wrote nothing. */
export function nodeCounts(report) {
  if (!report) return null;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const line of report.trimEnd().split("\n")) {
    const { passed, suite, skipped, why } = JSON.parse(line);
    if (skipped) counts.skipped += 1;
    // A test or suite that fails for its parts has nothing to add to what they have said.
    else if (!passed && why !== "subtestsFailed") counts.failed += 1;
    else if (passed && !suite) counts.passed += 1;
  }
  return counts;
}
