// A thousand guests for as long as SOAK_SECONDS says. They search, talk, call, share files, leave, lose their
// connections, open second windows and come back; nothing may be lost, doubled or given to the wrong guest, and the
// server must need no more at the end than at the beginning.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { request } from "../chat/support/http.mjs";
import { scrape } from "../chat/support/metrics.mjs";
import { random } from "../chat/support/random.mjs";
import { launch } from "../chat/support/server.mjs";
import { sleep, until } from "../support/wait.mjs";
import { Dweller } from "./support/dweller.mjs";

const seconds = Number(process.env.SOAK_SECONDS ?? 300);
const pairs = Number(process.env.SOAK_PAIRS ?? 500);
const graceMs = 4000;
/** How often each guest does something, on average. */
const actEveryMs = 2500;

/** Everybody, and what has happened. */
class Town {
  dwellers = new Map();
  counts = new Map();
  faults = [];
  graceMs = graceMs;

  constructor(url, seed) {
    this.url = url;
    this.dice = random(seed);
  }
  count(what) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
  counted(what) {
    return this.counts.get(what) ?? 0;
  }
  fault(dweller, what) {
    if (this.faults.length < 20) this.faults.push(`${dweller.name} ${dweller.id}: ${what}`);
  }
  sum(of) {
    return [...this.dwellers.values()].reduce((sum, dweller) => sum + of(dweller), 0);
  }
  everyone(holds) {
    return [...this.dwellers.values()].every(holds);
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** What the server counts agrees with what its guests have lived through, now that they are at rest. */
async function assertCountsAgree(server, town) {
  const metrics = await scrape({ request: (method, target) => request(town.url, method, target) });
  const chatting = town.sum(({ chatting }) => Number(chatting));
  assert.equal(metrics.sum("parley_guests_online"), town.dwellers.size);
  assert.equal(metrics.sum("parley_open_sockets"), town.dwellers.size);
  assert.equal(metrics.sum("parley_chats") * 2, chatting);
  const told = (event) => metrics.sum("parley_events_sent_total", { event });
  // What was told into a lost connection was told again, so that the server counts more than its guests, never less.
  assert.ok(told("chat:message:sent") >= town.counted("messages sent"));
  assert.ok(told("chat:message") >= town.counted("messages heard"));
  assert.ok(told("chat:message:delivered") >= town.counted("messages delivered"));
  assert.ok(told("chat:message:delivered") <= town.counted("messages heard"));
  // sent = delivered + never confirmed before the end of its chat + still unconfirmed, which nothing is at rest.
  const sent = metrics.sum("parley_messages_total", { result: "sent" });
  const delivered = metrics.sum("parley_messages_delivered_total");
  assert.equal(sent, delivered + metrics.sum("parley_messages_undelivered_total"));
  assert.equal(metrics.sum("parley_messages_unconfirmed"), 0);
  assert.equal(metrics.sum("parley_messages_total", { result: "failed" }), 0);
  assert.ok(metrics.sum("parley_messages_held_back_total") > 0, "no message was held back");
  assert.ok(sent >= town.counted("messages sent") && delivered <= town.counted("messages heard"));
  const expected = new Set(["NOT_IN_CHAT", "PARTNER_UNAVAILABLE", "SESSION_REPLACED", "SESSION_NOT_FOUND"]);
  const errors = metrics.samples.filter(({ name, value }) => name === "parley_errors_total" && value > 0);
  assert.deepEqual(
    errors.filter(({ labels }) => !expected.has(labels.code)),
    []
  );
}

/** What stands in the records is what has been confirmed in the chats in progress, and all of it is marked delivered. */
async function assertRecordsAgree(directory, town) {
  const said = town.sum((dweller) => dweller.said());
  const copies = path.join(directory, "copies");
  const stored = () => {
    // The server alone may open its file. Nothing is written at rest, so that a copy is whole.
    mkdirSync(copies, { recursive: true });
    for (const name of ["parley.db", "parley.db-wal"]) copyFileSync(path.join(directory, name), path.join(copies, name));
    const sql = "SELECT count(*), count(delivered_at) FROM messages";
    return execFileSync("sqlite3", [path.join(copies, "parley.db"), sql], { encoding: "utf8" }).trim();
  };
  assert.ok(said > 0, "nobody is in a chat in which something was said");
  await until(() => stored() === `${said}|${said}`, `${said} messages are stored and marked delivered`).catch((error) => {
    throw new Error(`${error.message}: stored|delivered is ${stored()}`);
  });
}

/** The median of `of` over the part of the samples between two fractions of the time. */
const between = (samples, from, to, of) =>
  median(samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to)).map(of));

test(`${2 * pairs} guests live together for ${seconds} seconds, and nothing is lost and nothing grows`, async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "parley-soak-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const server = await launch({
    DATABASE_URL: `sqlite:${path.join(directory, "parley.db")}`,
    DISCONNECT_GRACE_MS: String(graceMs),
    STATS_INTERVAL_MS: "5000",
    LOG_LEVEL: "warn",
    UPLOAD_RATE_LIMIT_MAX: "1000000",
  });
  t.after(() => server.stop());
  const town = new Town(`http://127.0.0.1:${server.port}`, 1);
  const descriptorsAtFirst = await server.descriptors();

  for (let i = 0; i < 2 * pairs; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, j) => new Dweller(town, `Guest${i + j}`).arrive()));
  }

  const samples = [];
  const end = Date.now() + seconds * 1000;
  let next = Date.now() + 1000;
  for (let turn = 0; Date.now() < end && town.faults.length === 0; ++turn) {
    const began = Date.now();
    for (const dweller of [...town.dwellers.values()]) if (town.dice(actEveryMs) < 50) dweller.act();
    if (began >= next) {
      samples.push({ resident: await server.residentBytes(), descriptors: await server.descriptors() });
      next += 1000;
    }
    await sleep(Math.max(1, 50 - (Date.now() - began)));
  }
  assert.deepEqual([...town.faults], []);

  // Everybody comes to rest; what was confirmed must have been heard, and been reported.
  const atRest = () => town.everyone(({ doing }) => doing === null);
  await until(atRest, "nobody is under way", 30_000).catch(({ message }) => {
    const doing = [...town.dwellers.values()].map((dweller) => dweller.doing).filter(Boolean);
    throw new Error(`${message}: ${doing.join(", ")}`);
  });
  await until(
    () => town.sum((dweller) => dweller.owed() + dweller.pending()) === 0,
    "everything said has been confirmed, heard and reported",
    30_000
  ).catch((error) => {
    throw new Error(`${error.message}: ${town.sum((d) => d.owed())} owed, ${town.sum((d) => d.pending())} pending`);
  });
  assert.deepEqual([...town.faults], []);
  await assertCountsAgree(server, town);
  await assertRecordsAgree(directory, town);

  const figures = Object.fromEntries(
    ["resident", "descriptors"].map((what) => [
      what,
      [between(samples, 0.25, 0.5, (sample) => sample[what]), between(samples, 0.75, 1, (sample) => sample[what])],
    ])
  );
  t.diagnostic(JSON.stringify({ ...Object.fromEntries(town.counts), ...figures }));
  for (const deed of ["matched", "messages delivered", "chats resumed", "calls heard", "downloads"]) {
    assert.ok(town.counted(deed) > 0, `nothing was proved of: ${deed}`);
  }
  const [residentBefore, residentAfter] = figures.resident;
  assert.ok(residentAfter < residentBefore * 1.1 + 4e6, `memory has grown from ${residentBefore} to ${residentAfter}`);
  const [descriptorsBefore, descriptorsAfter] = figures.descriptors;
  assert.ok(Math.abs(descriptorsAfter - descriptorsBefore) < 0.05 * descriptorsBefore, JSON.stringify(figures));

  for (const dweller of town.dwellers.values()) dweller.goAway();
  await until(
    async () => (await server.descriptors()) <= descriptorsAtFirst + 4,
    `no more descriptors are open than the ${descriptorsAtFirst} of the beginning`,
    15_000
  );
  assert.deepEqual(await server.stop(), { code: 0, signal: null, killed: false });
  const complaints = server.stderr.split("\n").filter((line) => /"level":"(error|critical)"/.test(line));
  assert.deepEqual(complaints.slice(0, 5), []);
});
