// Everything the project can prove about itself, step by step; see ./test.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endAll } from "./run.mjs";
import { build, buildWeb, debianPackage, format, newerNode, suite, unitTests, webTypes, webUnits } from "./steps.mjs";
import { Tally } from "./tally.mjs";

const servers = ["parley", "conformance-server"];
const steps = [
  ["format", () => format()],
  ["the test runner itself", () => suite("tools/test")],
  ["build, web client", () => buildWeb()],
  ["build, release", () => build("release", ["all"])],
  ["layering and documents", () => suite("tests")],
  ["contract", () => suite("tests/contract")],
  ["unit tests, release", () => unitTests("release")],
  ["types, web client", () => webTypes()],
  ["unit tests, web client", () => webUnits()],
  ["conformance, release", () => suite("tests/conformance")],
  ["chat, release", () => suite("tests/chat")],
  ["web client in the browser", () => suite("tests/web", "release", { atOnce: 1, node: newerNode, seconds: 1800 })],
  ["benchmark, release", () => suite("bench")],
];
/** Those with threads; what is pure has nothing that could race. */
const threaded = ["parley_base", "parley_net", "parley_server", "chat_storage", "chat_app"];
const longer = [
  ["faults, release", () => suite("tests/faults")],
  ["soak, release", () => suite("tests/soak")],
  ["Debian package", () => debianPackage()],
  ["build, asan", () => build("asan", ["unit_tests", ...servers])],
  ["unit tests, asan", () => unitTests("asan")],
  ["conformance, asan", () => suite("tests/conformance", "asan")],
  ["chat, asan", () => suite("tests/chat", "asan")],
  ["build, tsan", () => build("tsan", threaded.map((name) => `${name}_test`))],
  ["unit tests, tsan", () => unitTests("tsan", threaded)],
];

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const wanted = args.filter((arg) => !arg.startsWith("-"));
const chosen = [...steps, ...(quick ? [] : longer)].filter(
  ([title]) => !wanted.length || wanted.some((word) => title.includes(word))
);
if (args.some((arg) => arg.startsWith("-") && arg !== "--quick") || !chosen.length) {
  console.error("usage: ./test [--quick] [<part of a step's title>...]\n");
  console.error([...steps, ...longer].map(([title]) => `  ${title}`).join("\n"));
  process.exit(2);
}

// Whatever a test leaves in its temporary directory goes with this one.
const scratch = mkdtempSync(path.join(tmpdir(), "parley-test-"));
process.env.TMPDIR = scratch;
process.on("exit", () => {
  endAll();
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

const total = new Tally();
const summary = [];
for (const [title, step] of chosen) {
  console.log(`── ${title}`);
  const begun = Date.now();
  const tally = await step().catch((error) => Tally.failure(`${title} broke off: ${error.stack}`));
  const seconds = `${Math.round((Date.now() - begun) / 1000)} s`;
  for (const complaint of tally.complaints) console.log(`${complaint}\n`);
  const outcome = title.startsWith("build") && !tally.failed ? "done" : String(tally);
  console.log(`   ${outcome}, ${seconds}`);
  summary.push(`${tally.failed ? "✗" : "✓"} ${title.padEnd(24)} ${outcome}, ${seconds}`);
  total.add(tally);
}

console.log(`\n${summary.join("\n")}\n${total.skipped ? `${total.skipped} skipped\n` : ""}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed ? 1 : 0);
