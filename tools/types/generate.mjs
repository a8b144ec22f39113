// TypeScript from the contract's schemas.

import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import {
  acknowledgements,
  asyncapi,
  clientEvents,
  filesBelow,
  folder,
  readJson,
  serverEvents,
} from "../../tests/support/contract.mjs";

const style = { printWidth: 120 };
const heading = (what) => `// ${what}\n// Made by tools/generate-types from contract/; not to be edited.\n`;

/** What each file of contract/types/ holds. */
export async function generateTypes() {
  return { "payloads.ts": await payloads(), "events.ts": events() };
}

const titleOf = (file) => readJson(file).title;

/** Every schema as a named type. */
async function payloads() {
  // One root that refers to everything, so that what is shared is written once.
  const properties = {};
  for (const name of filesBelow("schemas")) {
    if (name !== "schemas/common.json") properties[name] = { $ref: name };
  }
  // What says only which values go together has no type of its own.
  for (const [key, { oneOf }] of Object.entries(readJson("schemas/common.json").$defs)) {
    if (!oneOf) properties[`common ${key}`] = { $ref: `schemas/common.json#/$defs/${key}` };
  }
  const root = { title: "Everything", type: "object", properties, additionalProperties: false };
  const text = await compile(root, "Everything", {
    cwd: folder,
    additionalProperties: false,
    bannerComment: heading("Every payload that guests and the server exchange."),
    format: true,
    style,
    $refOptions: { resolve: { file: { order: 1, read: ({ url }) => JSON.stringify(shapeOf(readSchema(url))) } } },
  });
  // The root itself is nobody's payload.
  return text.replace(/export interface Everything \{[\s\S]*?\n\}\n/, "");
}

const readSchema = (url) => readJson(fileURLToPath(new URL(url, "file:")).slice(folder.length));

/** A schema without what no TypeScript type can say. */
function shapeOf(schema) {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const { allOf, $schema, propertyNames, maxItems, minItems, ...rest } = schema;
  const { $ref, description, title, ...beside } = rest;
  // A name or a word of explanation beside a reference must not make another type of what it refers to.
  if ($ref && !Object.keys(beside).length) return title ? { title, description, allOf: [{ $ref }] } : { $ref };
  const kept = allOf && !schema.properties ? { ...rest, allOf } : rest;
  const types = [schema.type].flat();
  if (types.includes("object") && !schema.properties) kept.tsType = types.join(" | ");
  if (Object.keys(schema).join() === "description") kept.tsType = "unknown";
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, shapeOf(value)]));
}

const summaryOf = (channel, name) =>
  Object.values(asyncapi.channels[channel].messages).find((each) => each.name === name).summary;

/** The two maps that Socket.IO's typed sockets take. */
function events() {
  const heard = [...serverEvents].filter(([name]) => name !== "connect_error");
  const sent = [...clientEvents].filter(([name]) => name !== "connect");
  const line = (channel, name, type) => `  /** ${summaryOf(channel, name)} */\n  "${name}": ${type};`;
  const answerTo = (name) => {
    const [success] = acknowledgements.get(name);
    return titleOf(success) === "Done" ? "Ack" : `Ack<${titleOf(success)}>`;
  };
  const takes = (name, file) => `(${file ? `payload: ${titleOf(file)}, ` : ""}ack?: (answer: ${answerTo(name)}) => void) => void`;
  const named = [...heard, ...sent].flatMap(([, file]) => (file ? [titleOf(file)] : []));
  const successes = [...acknowledgements.values()].map(([success]) => titleOf(success)).filter((title) => title !== "Done");
  const imports = [...new Set([...named, ...successes, "ErrorCode"])].sort();
  return `${heading("Which events there are, for Socket<ServerEvents, ClientEvents> of socket.io-client.")}
import type {
${imports.map((name) => `  ${name},`).join("\n")}
} from "./payloads.js";

export type * from "./payloads.js";

/** What an acknowledgement callback is given. */
export type Ack<T = {}> =
  | ({ ok: true } & T)
  | { ok: false; error: { message: string; code: ErrorCode; retryAfterMs?: number } };

/** What the server says. */
export interface ServerEvents {
${heard.map(([name, file]) => line("serverToGuest", name, `(payload: ${titleOf(file)}) => void`)).join("\n")}
}

/** What a client may say; every event may ask for an acknowledgement. */
export interface ClientEvents {
${sent.map(([name, file]) => line("guestToServer", name, takes(name, file))).join("\n")}
}
`;
}
