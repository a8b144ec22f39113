// The kinds of steps ./test is made of. Each resolves to a Tally and throws nothing.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";
import { Tally, doctestCounts, nodeCounts, tallyOf, vitestCounts } from "./tally.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const reporter = fileURLToPath(new URL("reporter.mjs", import.meta.url));

/** Most files wait more than they compute. */
const filesAtOnce = 2;

const sanitizerOptions = {
  UBSAN_OPTIONS: "print_stacktrace=1",
  TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1",
};

/** Configures if need be and builds the targets of a preset. Building is not a test: only its failure counts. */
export async function build(preset, targets) {
  if (!existsSync(path.join(root, "build", preset, "build.ninja"))) {
    const configured = await run(["cmake", "--preset", preset], { cwd: root });
    if (configured.code !== 0) return Tally.failure(`configuring ${preset} failed\n${configured.output}`);
  }
  const command = ["cmake", "--build", "--preset", preset, "--target", ...targets];
  const built = await run(command, { cwd: root, seconds: 3600 });
  if (built.code === 0) return new Tally();
  // What went well before is no help to the reader.
  const firstFailure = Math.max(built.output.indexOf("FAILED:"), 0);
  return Tally.failure(`building ${preset} failed\n${built.output.slice(firstFailure).slice(0, 20_000)}`);
}

/** Builds the web client, of which the chat server is going to be a part. */
export async function buildWeb() {
  const built = await run(["tools/build-web"], { cwd: root });
  return built.code === 0 ? new Tally() : Tally.failure(`building the web client failed\n${built.output}`);
}

/** The compiler has nothing to say against the web client's types. */
export async function webTypes() {
  const checked = await run(["npm", "run", "--silent", "check", "-w", "web"], { cwd: root });
  return checked.code === 0 ? Object.assign(new Tally(), { passed: 1 }) : Tally.failure(checked.output);
}

/** The tests that stand beside the sources of the web client; some of them speak to the server. */
export async function webUnits() {
  const report = path.join(await mkdtemp(path.join(tmpdir(), "report-")), "report.json");
  const flags = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const ended = await run(["npm", "run", "--silent", "test", "-w", "web", "--", ...flags], {
    cwd: root,
    env: { PARLEY_BIN_DIR: path.join(root, "build/release/bin") },
  });
  return tallyOf("web/src", vitestCounts(await readFile(report, "utf8").catch(() => "")), ended);
}

/** The Debian package, tried out on a bare system; that takes root. */
export async function debianPackage() {
  if (process.getuid() !== 0) {
    console.log("   needs root: not tried");
    return Object.assign(new Tally(), { skipped: 1 });
  }
  const tried = await run(["tools/check-package"], { cwd: root, seconds: 900 });
  return tried.code === 0 ? Object.assign(new Tally(), { passed: 1 }) : Tally.failure(tried.output);
}

/** Every tracked C++ file is as clang-format leaves it. */
export async function format() {
  const files = await run(["git", "ls-files", "*.cpp", "*.h"], { cwd: root });
  const names = files.output.split("\n").filter((name) => name && existsSync(path.join(root, name)));
  if (!names.length) return Tally.failure(`git lists no C++ files\n${files.output}`);
  const checked = await run(["clang-format-14", "--dry-run", "-Werror", ...names], { cwd: root });
  const wrong = [...new Set(checked.output.match(/^\S+?(?=:\d+:\d+: error)/gm))];
  const complaint = wrong.length ? `not formatted: clang-format-14 -i ${wrong.join(" ")}` : checked.output;
  return checked.code === 0 ? Object.assign(new Tally(), { passed: 1 }) : Tally.failure(complaint);
}

/** The doctest programs that CTest knows in a build, or those of them that have one of these names. */
export async function unitTests(preset, names) {
  const listed = await run(["ctest", "--test-dir", path.join("build", preset), "--show-only=json-v1"], { cwd: root });
  let tests = [];
  try {
    ({ tests } = JSON.parse(listed.output));
  } catch {
    return Tally.failure(`ctest cannot list the unit tests of ${preset}\n${listed.output}`);
  }
  if (names) tests = tests.filter(({ name }) => names.includes(name));
  if (tests.length < (names?.length ?? 1)) return Tally.failure(`${preset} has no unit tests, or not those asked for`);
  return inTurn(tests, async ({ name, command }) => {
    if (!command) return Tally.failure(`${name} (${preset}) is not built`);
    // GCC 12's thread sanitizer needs an address space that is not shuffled as widely as newer kernels do.
    const fixed = preset === "tsan" ? ["setarch", "--addr-no-randomize"] : [];
    const ended = await run([...fixed, ...command, "--no-colors"], { cwd: tmpdir(), env: sanitizerOptions });
    return tallyOf(`${name} (${preset})`, doctestCounts(ended.output), ended);
  });
}

/** Debian's own Node is too old for what drives the browser. */
export const newerNode = path.join(root, "node_modules/.bin/node");

/**
 * The node:test files of a folder, each in a process of its own, against the binaries of a build. `atOnce`: how many
 * files, where each computes as much as it can; `seconds`: how long one may take.
 */
export async function suite(folder, preset = "release", how = {}) {
  const { atOnce = filesAtOnce, node = process.execPath, seconds } = how;
  const names = (await readdir(path.join(root, folder))).filter((name) => name.endsWith(".test.mjs")).sort();
  if (!names.length) return Tally.failure(`${folder} has no tests`);
  const binaries = path.join(root, "build", preset, "bin");
  return inTurn(names, async (name) => {
    const report = path.join(await mkdtemp(path.join(tmpdir(), "report-")), "report.jsonl");
    const reporters = [reporter, report, "spec", "stdout"].map((each, at) =>
      at % 2 ? `--test-reporter-destination=${each}` : `--test-reporter=${each}`
    );
    const ended = await run([node, ...reporters, path.join(folder, name)], {
      cwd: root,
      seconds,
      env: { ...sanitizerOptions, PARLEY_BIN_DIR: binaries },
    });
    const counts = nodeCounts(await readFile(report, "utf8").catch(() => ""));
    return tallyOf(`${folder}/${name} (${preset})`, counts, ended);
  }, atOnce);
}

/** Runs `step` for each item, a few at a time, and adds up what they came to. */
async function inTurn(items, step, atOnce = filesAtOnce) {
  const waiting = [...items];
  const total = new Tally();
  const lane = async () => {
    for (let item; (item = waiting.shift()) !== undefined; ) total.add(await step(item));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return total;
}
