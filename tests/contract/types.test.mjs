// contract/types/ is what the schemas say, and fits the official client.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { generateTypes } from "../../tools/types/generate.mjs";
import { folder } from "../support/contract.mjs";

const client = fileURLToPath(new URL("typed_client.ts", import.meta.url));

test("the types are up to date: tools/generate-types has been run", async () => {
  for (const [name, text] of Object.entries(await generateTypes())) {
    assert.equal(readFileSync(path.join(folder, "types", name), "utf8"), text, name);
  }
});

test("a strict compiler accepts a client of socket.io-client that keeps to the contract, and no other", () => {
  const program = ts.createProgram([client], {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    skipLibCheck: true,
  });
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? `${path.basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : "";
    return line + ts.flattenDiagnosticMessageText(messageText, " ");
  });
  assert.ok(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("contract/types/payloads.ts")));
  assert.deepEqual(faults, []);
});
