// contract/ is well-formed: its documents are what their standards say, and its examples are what its schemas say.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import {
  acknowledgements,
  asyncapi,
  clientEvents,
  faultOf,
  faultOfAck,
  faultOfAnswer,
  faultOfEvent,
  filesBelow,
  readJson,
  rest,
  serverEvents,
} from "../support/contract.mjs";

const schemas = filesBelow("schemas");
const payloads = schemas.filter((name) => name !== "schemas/common.json");
const examples = filesBelow("examples").map((name) => {
  const [, schema, bad] = /^examples\/(\w+\/[^/]+)\/(bad\/)?[^/]+\.json$/.exec(name) ?? [];
  return { name, schema: `schemas/${schema}.json`, good: !bad };
});
const good = examples.filter((example) => example.good);

/** What clients send may hold more than the contract knows, which is then ignored; all else comes from the server. */
const isSent = (name) => /^schemas\/(server|acks|common)\b|^schemas\/rest\/(?!.*request)/.test(name);

/** Every part of a document, itself included. */
function* partsOf(value) {
  if (typeof value !== "object" || value === null) return;
  yield value;
  for (const each of Object.values(value)) yield* partsOf(each);
}
const referencesOf = (document) => [...partsOf(document)].map(({ $ref }) => $ref).filter((ref) => typeof ref === "string");

test("the AsyncAPI document keeps to the AsyncAPI 3.0 schema", () => {
  const official = createRequire(import.meta.url)("@asyncapi/specs/schemas/3.0.0-without-$id.json");
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(official);
  validate(asyncapi);
  assert.deepEqual(validate.errors ?? [], []);
});

test("the OpenAPI document keeps to the OpenAPI 3.1 schema", async () => {
  // The validator looks at one file; what the others hold is looked at below.
  const alone = JSON.parse(JSON.stringify(rest, (key, value) => (value?.$ref?.startsWith("./") ? {} : value)));
  const { valid, errors } = await new Validator().validate(alone);
  assert.deepEqual(errors ?? [], []);
  assert.equal(valid, true);
});

test("every schema compiles, and says what it is called and what it is for", () => {
  const faults = payloads.filter((name) => {
    faultOf(name, {});
    const { title, description, $schema } = readJson(name);
    return !/^[A-Z]\w+$/.test(title) || !description?.endsWith(".") || !$schema.endsWith("2020-12/schema");
  });
  assert.ok(payloads.length > 70, "the schemas have not been found");
  assert.deepEqual(faults, []);
});

test("no two schemas have the same title", () => {
  const titles = schemas.flatMap((name) => {
    const schema = readJson(name);
    return [schema, ...Object.values(schema.$defs ?? {})].map(({ title }) => title);
  });
  assert.deepEqual(titles.filter((title, at) => titles.indexOf(title) !== at), []);
});

test("whatever the server sends is described to the last key", () => {
  const faults = [];
  for (const name of schemas.filter(isSent)) {
    for (const part of partsOf(readJson(name))) {
      if (part.type === "object" && part.properties && part.additionalProperties === undefined) {
        faults.push(`${name}: ${part.title ?? JSON.stringify(part).slice(0, 80)}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

test("every schema file is part of a document, and every reference leads to a file", () => {
  const named = [asyncapi, rest].flatMap(referencesOf).filter((ref) => ref.startsWith("./"));
  assert.deepEqual([...new Set(named)].map((ref) => path.posix.normalize(ref)).sort(), payloads);
});

test("every client event has an acknowledgement, for success and for refusal", () => {
  assert.deepEqual([...acknowledgements.keys()].sort(), [...clientEvents.keys()].filter((name) => name !== "connect").sort());
  for (const [event, files] of acknowledgements) {
    assert.deepEqual(files.map((file) => file.includes("/refused.")), [false, true], event);
  }
});

test("every payload has at least two good examples, or the only one there can be, and a bad one", () => {
  const faults = payloads.filter((name) => {
    const own = examples.filter(({ schema }) => schema === name);
    const { properties = {} } = readJson(name);
    const isFixed = Object.values(properties).every((each) => "const" in each || name.endsWith("/connect.json"));
    const needed = isFixed ? 1 : 2;
    return own.filter((each) => each.good).length < needed || !own.some((each) => !each.good);
  });
  assert.deepEqual(faults, []);
});

test("every good example is what its schema allows", () => {
  assert.deepEqual(good.map(({ name, schema }) => [name, faultOf(schema, readJson(name))]).filter(([, fault]) => fault), []);
});

test("no bad example is what its schema allows", () => {
  const bad = examples.filter((example) => !example.good);
  assert.ok(bad.length > 100);
  assert.deepEqual(bad.filter(({ name, schema }) => !faultOf(schema, readJson(name))).map(({ name }) => name), []);
});

test("an example with a key too many, or with a necessary one too few, is noticed", () => {
  const unnoticed = [];
  for (const { name, schema } of good) {
    const value = readJson(name);
    if (Array.isArray(value) || typeof value !== "object") continue;
    if (isSent(schema) && !faultOf(schema, { ...value, undocumented: 1 })) unnoticed.push(`${name}: a key too many`);
    for (const key of readJson(schema).required ?? []) {
      const { [key]: _, ...rest } = value;
      if (!faultOf(schema, rest)) unnoticed.push(`${name}: without ${key}`);
    }
  }
  assert.deepEqual(unnoticed, []);
});

test("§6.2-no-departure-twice: what guests are told is checked by event, acknowledgement, route and status", () => {
  assert.ok(serverEvents.size > 30);
  const cleared = { message: "Chat cleared successfully" };
  assert.equal(faultOfEvent("chat:clear:confirmed", [cleared]), undefined);
  assert.match(faultOfEvent("chat:clear:confirmed", [cleared, cleared]), /2 arguments/);
  assert.match(faultOfEvent("user:disconnected", [{}]), /does not know/);
  assert.match(faultOfEvent("chat:clear:confirmed", [{ ...cleared, extra: 1 }]), /additional properties: "extra"/);

  assert.equal(faultOfAck("chat:clear", { ok: true }), undefined);
  assert.match(faultOfAck("chat:message", { ok: true }), /must have required property 'messageId'/);
  assert.match(faultOfAck("chat:clear", undefined), /must be object/);
  assert.match(faultOfAck("connection", { ok: true }), /does not know/);

  const answer = (status, body, type = "application/json") => {
    const text = JSON.stringify(body);
    return { status, headers: { "content-type": type }, text, body };
  };
  const notFound = { success: false, message: "API endpoint not found" };
  assert.equal(faultOfAnswer("GET", "/api/nonsense", answer(404, notFound)), undefined);
  assert.match(faultOfAnswer("GET", "/api/nonsense", answer(200, { success: true })), /must be equal to constant/);
  assert.match(faultOfAnswer("GET", "/health", answer(404, { ...notFound, stack: "" })), /"stack"/);
  assert.match(faultOfAnswer("GET", "/health?probe=1", answer(200, { success: true })), /uptime/);
  assert.match(faultOfAnswer("GET", "/health", answer(200, {}, "text/html")), /has application\/json there/);
  assert.match(faultOfAnswer("GET", "/api/guest/me", answer(401, notFound)), /unauthorized\.json/);
  assert.equal(faultOfAnswer("OPTIONS", "/api/guest", { status: 204, headers: {}, text: "" }), undefined);
});
