// The contract names the events, routes, texts and codes that the server's sources name, and no others.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { clientEvents, readJson, rest, serverEvents } from "../support/contract.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = ["chat/app", "chat/domain"].flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((name) => /\.(cpp|h)$/.test(name) && !/_test\.cpp$/.test(name))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(path.join(root, folder, name), "utf8") }))
);
const textOf = (name) => sources.find((source) => source.name === name).text;
const families = "user|chat|room|webrtc|realtime|stats|users|presence|connection|guest|get";
const eventsIn = (text) => [...text.matchAll(new RegExp(`"((?:${families})(?::[a-z_-]+)+|leave-room|close-room|error)"`, "g"))].map(([, name]) => name);
const sorted = (names) => [...new Set(names)].sort();

test("every event that the sources name is in the contract, and every one of the contract is in the sources", () => {
  const known = [...clientEvents.keys(), ...serverEvents.keys()];
  // These two are packets of the handshake and have no name in our sources.
  const named = sorted(known).filter((name) => name !== "connect" && name !== "connect_error");
  assert.ok(named.length > 50);
  assert.deepEqual(sorted(sources.flatMap(({ text }) => eventsIn(text))), named);
});

test("the server listens to the client events of the contract, and to no others", () => {
  const heard = sorted(eventsIn(textOf("chat/app/chat_events.cpp"))).filter((name) => name !== "error");
  const errors = heard.filter((name) => name.endsWith(":error"));
  assert.deepEqual(heard.filter((name) => !errors.includes(name)), sorted(clientEvents.keys()).filter((name) => name !== "connect"));
});

test("the server has the routes of the contract, and no others", () => {
  const inContract = (pattern) => pattern.replace(/:(\w+)/g, "{$1}");
  const documented = Object.keys(rest.paths);
  const literals = sources.flatMap(({ text }) => [...text.matchAll(/"(\/(?:api|health|metrics)[^"\s]*)"/g)].map(([, path]) => inContract(path)));
  assert.deepEqual(documented.filter((route) => !literals.includes(route)), []);
  const added = /(?:Route\{http::Method::\w+,|\bhttp(?:\(\))?\.(?:get|post)\()\s*"([^"]+)"/g;
  // The web client's pages are no part of the contract.
  const answering = sources.filter(({ name }) => name !== "chat/app/web_pages.cpp");
  const routes = answering.flatMap(({ text }) => [...text.matchAll(added)].map(([, pattern]) => inContract(pattern)));
  assert.ok(routes.length > 10);
  assert.deepEqual(routes.filter((route) => !documented.includes(route)), []);
});

test("every text of a refusal goes with its code in the contract", () => {
  const pairs = [...textOf("chat/domain/refusal.h").matchAll(/return \{"([^"]+)",\s*"([A-Z_]+)"\};/g)];
  const allowed = readJson("schemas/common.json").$defs.refusalTexts.oneOf.flatMap(({ properties }) =>
    [properties.message.enum ?? properties.message.const].flat().map((text) => `${properties.code.const}: ${text}`)
  );
  const { properties } = readJson("schemas/rest/unauthorized.json");
  for (const text of properties.message.enum) for (const code of properties.code.enum) allowed.push(`${code}: ${text}`);
  assert.ok(pairs.length > 20);
  const strange = pairs.map(([, text, code]) => `${code}: ${text}`).filter((pair) => !allowed.includes(pair));
  // What no reason leads to has no place in the contract.
  assert.deepEqual(strange.filter((pair) => !pair.startsWith("INTERNAL:")), []);
});
