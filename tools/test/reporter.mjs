// A reporter for node:test: one line of JSON for each finished test or suite, for `nodeCounts`.

/** Both may be a reason, an empty one too. */
const isGiven = (option) => option !== undefined && option !== false;

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    yield `${JSON.stringify({
      name: data.name,
      passed: type === "test:pass",
      suite: data.details?.type === "suite",
      skipped: isGiven(data.skip) || isGiven(data.todo),
      why: data.details?.error?.failureType,
    })}\n`;
  }
}
