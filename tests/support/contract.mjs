// What contract/ says about everything that guests and the server tell each other, and whether something keeps to it.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

export const folder = fileURLToPath(new URL("../../contract/", import.meta.url));
const readText = (name) => readFileSync(path.join(folder, name), "utf8");

/** The two documents, as they are written. */
export const asyncapi = parse(readText("asyncapi.yaml"));
export const rest = parse(readText("rest.yaml"));

/** The names of all files below a folder of contract/, such as `schemas/server/user.matched.json`. */
export function filesBelow(name) {
  return readdirSync(path.join(folder, name), { withFileTypes: true })
    .flatMap((entry) => {
      const inside = path.posix.join(name, entry.name);
      return entry.isDirectory() ? filesBelow(inside) : [inside];
    })
    .sort();
}

export const readJson = (name) => JSON.parse(readText(name));

// Without an $id a schema's references are relative to where it was read from.
const origin = "file:///";
const ajv = new Ajv2020.default({ allErrors: true, strictTypes: false, allowUnionTypes: true });
addFormats.default(ajv);
for (const name of filesBelow("schemas")) ajv.addSchema(readJson(name), origin + name);

/** What is wrong with `value` by the schema in that file; nothing if all is well. */
export function faultOf(name, value) {
  const validate = ajv.getSchema(origin + name);
  if (!validate) throw new Error(`contract/${name} is not there`);
  if (validate(value)) return undefined;
  const reasons = validate.errors.map(({ instancePath, message, params }) => {
    const detail = params.additionalProperty ?? params.allowedValue ?? params.allowedValues;
    return `${instancePath || "it"} ${message}${detail === undefined ? "" : `: ${JSON.stringify(detail)}`}`;
  });
  return `contract/${name}: ${[...new Set(reasons)].join("; ")}`;
}

const fileOf = (ref) => ref.replace("./", "");
/** The object that a reference within a document, such as `#/channels/guestToServer`, stands for. */
const within = (document, ref) => ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/")], document);
const messagesOf = (channel) =>
  new Map(Object.values(asyncapi.channels[channel].messages).map(({ name, payload }) => [name, payload && fileOf(payload.schema.$ref)]));

/** The schema file of each event; undefined for an event without payload. */
export const clientEvents = messagesOf("guestToServer");
export const serverEvents = messagesOf("serverToGuest");

/** For each client event the schema files of its two possible acknowledgements. */
export const acknowledgements = new Map(
  Object.values(asyncapi.operations)
    .filter(({ reply }) => reply?.channel.$ref === "#/channels/acknowledgements")
    .map(({ messages, reply }) => [
      within(asyncapi, messages[0].$ref).name,
      reply.messages.map(({ $ref }) => fileOf(within(asyncapi, $ref).payload.schema.$ref)),
    ])
);

const cut = (text) => (text.length > 600 ? `${text.slice(0, 600)}…` : text);
const shortened = (value) => cut(JSON.stringify(value) ?? "nothing");

/** What is wrong with an event that a guest has heard. */
export function faultOfEvent(event, args) {
  if (!serverEvents.has(event)) return `the server sent ${event}, which the contract does not know`;
  if (args.length !== 1) return `the server sent ${event} with ${args.length} arguments: ${shortened(args)}`;
  const fault = faultOf(serverEvents.get(event), args[0]);
  return fault && `the server sent ${event} ${shortened(args[0])}, but ${fault}`;
}

/** What is wrong with what the server acknowledged a client's event with. */
export function faultOfAck(event, answer) {
  const files = acknowledgements.get(event);
  if (!files) return `the server acknowledged ${event}, which the contract does not know`;
  const refused = answer?.ok === false;
  const fault = faultOf(files.find((file) => file.includes("/refused.") === refused), answer);
  return fault && `the server acknowledged ${event} with ${shortened(answer)}, but ${fault}`;
}

const patterns = Object.keys(rest.paths).map((template) => ({
  template,
  segments: template.split("/"),
  placeholders: template.split("{").length,
}));
// A route in plain words goes before one with a placeholder.
patterns.sort((a, b) => a.placeholders - b.placeholders);

function routeOf(target) {
  const segments = target.split("?")[0].split("/");
  const fits = (pattern) =>
    pattern.segments.length === segments.length &&
    pattern.segments.every((each, at) => each === segments[at] || (each.startsWith("{") && segments[at]));
  return patterns.find(fits)?.template;
}

/** What the contract says about the answer of that status to that request. */
function responseOf(method, target, status) {
  const { responses } = rest.components;
  const operation = rest.paths[routeOf(target)]?.[method.toLowerCase()];
  if (!operation) return status === 404 ? responses.unknown : responses.refused;
  const response = operation.responses[status] ?? operation.responses.default;
  return response.$ref ? within(rest, response.$ref) : response;
}

/** What is wrong with the answer to a REST request; Socket.IO's own requests are not looked at. */
export function faultOfAnswer(method, target, { status, headers, text, body }) {
  if (target.startsWith("/socket.io")) return undefined;
  const told = `the server answered ${method} ${target} with ${status} ${cut(text)}`;
  if (method === "HEAD" || status === 204 || status === 304) return text ? `${told}, but that answer has no body` : undefined;
  const type = headers["content-type"]?.split(";")[0];
  const { content } = responseOf(method, target, status);
  const media = content[type] ?? content["*/*"];
  if (!media) return `${told} as ${type}, but the contract has ${Object.keys(content).join(" or ")} there`;
  const { schema } = media;
  // The bytes of files and text for other programs are whatever they are.
  if (!schema) return undefined;
  const faults = (schema.oneOf ?? [schema]).map(({ $ref }) => faultOf(fileOf($ref), body));
  return faults.includes(undefined) ? undefined : `${told}, but ${faults.join("; or ")}`;
}
