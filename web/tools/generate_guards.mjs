#!/usr/bin/env node
// Writes web/src/contract/guards.ts from contract/schemas: what is checked of everything the server says.
//
//   node web/tools/generate_guards.mjs           writes the file
//   node web/tools/generate_guards.mjs --check   writes nothing and fails if it is not what would be written
//
// Guards are kinder than the schemas: further keys, other texts and new codes pass, so that a page which is older than
// its server goes on working. Forms that the code relies upon, and addresses that become links, are checked in full.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const schemas = new URL("../../contract/schemas/", import.meta.url);
const target = new URL("../src/contract/guards.ts", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, schemas), "utf8"));
const words = read("common.json").$defs;
/** Questions whose answers the client reads further into. */
const answers = ["sent", "history", "reported"];
/** What no code depends upon word for word. */
const proseKeys = new Set(["message", "code", "reason"]);

/** What web/src/contract/shapes.ts offers. */
const shapes =
  "address amount anyObject both either flag listOf nothing number object oneOf optional text writtenText".split(" ");

const used = new Map();

function shape(schema, key = "") {
  if (schema.$ref) return named(schema.$ref.split("/").pop());
  if (schema.anyOf) return `either(${schema.anyOf.map((one) => shape(one)).join(", ")})`;
  if (schema.const !== undefined) return proseKeys.has(key) ? "text" : `oneOf(${JSON.stringify(schema.const)})`;
  if (schema.enum)
    return proseKeys.has(key) ? "text" : `oneOf(${schema.enum.map((one) => JSON.stringify(one)).join(", ")})`;
  const types = [schema.type].flat();
  if (types.length > 1) return `either(${types.map((type) => shape({ type })).join(", ")})`;
  switch (types[0]) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return (schema.minimum ?? schema.exclusiveMinimum ?? -1) >= 0 ? "amount" : "number";
    case "boolean":
      return "flag";
    case "null":
      return "nothing";
    case "array":
      return `listOf(${shape(schema.items)})`;
    case "object":
      return object(schema);
  }
  throw new Error(`No guard for ${JSON.stringify(schema)}`);
}

function object(schema) {
  if (!schema.properties) return "anyObject";
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties).map(([key, value]) => {
    const form = shape(value, key);
    return `${key}: ${required.has(key) ? form : `optional(${form})`}`;
  });
  const rest = schema.additionalProperties?.$ref ? `, ${shape(schema.additionalProperties)}` : "";
  const whole = `object({ ${fields.join(", ")} }${rest})`;
  const content = schema.allOf?.some(({ $ref }) => $ref?.endsWith("/contentOfType"));
  return content ? `both(${whole}, ${named("contentOfType")})` : whole;
}

/** Shared words become constants; those that are plain texts are written out. */
function named(name) {
  const schema = words[name];
  if (name === "linkedUrl") return "address";
  if (name === "textContent") return "writtenText";
  if (schema.type === "string") return "text";
  if (!used.has(name)) {
    const guard =
      name === "contentOfType"
        ? `either(${schema.oneOf
            .map(
              (one) =>
                `object({ ${Object.entries(one.properties)
                  .map(([key, value]) => `${key}: ${shape(value)}`)
                  .join(", ")} })`
            )
            .join(", ")})`
        : shape(schema);
    used.set(name, guard);
  }
  return name;
}

function entries(folder, names, key) {
  return names.map((name) => `  ${JSON.stringify(key(name))}: ${form(`${folder}/${name}.json`)},`).join("\n");
}

function form(file) {
  const schema = read(file);
  // A file may have words of its own beside the shared ones.
  Object.assign(words, schema.$defs);
  return shape(schema);
}

function generate() {
  const events = readdirSync(new URL("server/", schemas))
    .map((file) => file.slice(0, -".json".length))
    .filter((name) => name !== "connect_error")
    .sort();
  const server = entries("server", events, (name) => name.replaceAll(".", ":"));
  const acks = entries("acks", answers, (name) => name);
  const constants = [...used].map(([name, guard]) => `const ${name}: Guard = ${guard};`).join("\n");
  const imports = shapes.filter((name) => new RegExp(`\\b${name}\\b`).test(constants + server + acks));
  return `// What is checked of everything that the server says, before any code sees it.
// Made by web/tools/generate_guards.mjs from contract/schemas; not to be edited.

import type { ServerEvents } from "../../../contract/types/events.js";
import {
  type Guard,
${imports.map((name) => `  ${name},`).join("\n")}
} from "./shapes.js";

${constants}

export const eventGuards: Record<keyof ServerEvents, Guard> = {
${server}
};

export const answerGuards = {
${acks}
} satisfies Record<string, Guard>;
`;
}

const text = generate();
if (process.argv[2] !== "--check") writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error(`${fileURLToPath(target)} is not up to date: node web/tools/generate_guards.mjs`);
  process.exitCode = 1;
}
