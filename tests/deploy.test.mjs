// The files under deploy/: that they are well-formed, and speak of things that exist.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseMetrics } from "./chat/support/metrics.mjs";
import { startChat } from "./chat/support/server.mjs";
import { binDir } from "./support/process.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (name) => readFileSync(path.join(root, name), "utf8");

/** Words of the query language that are no metrics. */
const words = new Set(
  "sum by le rate increase changes histogram_quantile up on without ignoring group_left offset max min avg count".split(" ")
);

/** The names of the metrics in an expression. */
export function metricsIn(expression) {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, "");
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([name]) => name).filter((name) => !words.has(name));
}

/** Everything that may stand in an expression about these families. */
function namesOf(types) {
  return new Set(
    [...types].flatMap(([name, type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    )
  );
}

/** The families of a server that has seen a little of everything. */
async function families(t) {
  const server = await startChat(t);
  const [ada, grace] = await server.pair();
  await ada.ask("chat:message", { type: "text", content: "hello" });
  await ada.ask("chat:message", { type: "text", content: "" });
  await server.request("POST", "/api/files/upload", { body: "nothing", token: grace.token });
  return parseMetrics((await server.request("GET", "/metrics")).text).types;
}

const rules = () => [...read("deploy/prometheus/alerts.yml").matchAll(/^ +expr: (.+)$/gm)].map(([, expr]) => expr);
const panels = () =>
  JSON.parse(read("deploy/grafana/parley.json")).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test("the names of metrics are found in expressions", () => {
  const expression = 'sum by (route, le) (rate(a_bucket{status=~"5..|x_total"}[5m])) / b_total > up{job="c"} * 0.5';
  assert.deepEqual(metricsIn(expression), ["a_bucket", "b_total"]);
});

test("alerts and dashboard ask for metrics that the server tells, and for none that it does not", async (t) => {
  const told = namesOf(await families(t));
  const asked = [...rules(), ...panels()];
  assert.ok(rules().length > 5 && panels().length > 20);
  for (const expression of asked) {
    assert.ok(metricsIn(expression).length > 0 || expression.startsWith("up{"), expression);
    for (const name of metricsIn(expression)) assert.ok(told.has(name), `${name} in ${expression}`);
  }
});

test("every metric of the server is shown on the dashboard", async (t) => {
  const asked = new Set(panels().flatMap(metricsIn));
  const hidden = [...(await families(t))]
    .filter(([name, type]) => !asked.has(name) && !(type === "histogram" && asked.has(`${name}_bucket`)))
    .map(([name]) => name);
  assert.deepEqual(hidden, ["process_start_time_seconds"]);
});

test("every alert has an expression, a severity and a summary, and stands in docs/operation.md", () => {
  const alerts = read("deploy/prometheus/alerts.yml").split(/^ {6}- alert: /m).slice(1);
  assert.equal(alerts.length, rules().length);
  const page = read("docs/operation.md");
  for (const alert of alerts) {
    const [name] = alert.split("\n");
    assert.match(alert, /^ {8}expr: \S/m, name);
    assert.match(alert, /^ {8}labels: \{ severity: (page|ticket) \}$/m, name);
    assert.match(alert, /^ {10}summary: \S/m, name);
    assert.ok(page.includes(`\`${name}\``), `${name} is not explained`);
  }
});

test("production TURN denies relays into private networks and loopback", () => {
  const lines = read("deploy/coturn/turnserver.conf").split("\n");
  assert.ok(!lines.includes("allow-loopback-peers"));
  for (const range of ["10.0.0.0-", "127.0.0.0-", "169.254.0.0-", "172.16.0.0-", "192.168.0.0-", "::1", "fc00::-", "fe80::-"]) {
    assert.ok(lines.some((line) => line.startsWith(`denied-peer-ip=${range}`)), range);
  }
  for (const key of ["use-auth-secret", "no-multicast-peers", "no-cli"]) assert.ok(lines.includes(key), key);
  for (const key of ["stale-nonce", "user-quota", "total-quota"]) {
    assert.ok(lines.some((line) => line.startsWith(`${key}=`)), key);
  }
  assert.ok(!lines.some((line) => line.startsWith("static-auth-secret=")), "a secret that everyone can read");
});

test("the service runs as a user of its own, with no rights but to listen and to write its state", () => {
  const unit = read("deploy/systemd/parley.service");
  for (const line of [
    "User=parley",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallFilter=@system-service",
    "StateDirectory=parley",
    "Restart=on-failure",
  ]) {
    assert.ok(unit.split("\n").includes(line), line);
  }
  const keys = unit.split("\n").filter((line) => line && !/^[#[]/.test(line));
  for (const line of keys) assert.match(line, /^[A-Z][A-Za-z]+=/, line);
});

test("the settings of the package can be used", () => {
  const env = { PATH: process.env.PATH, JWT_SECRET: "x".repeat(64) };
  execFileSync(path.join(binDir, "parley"), ["config", "check", "--config", "deploy/parley.toml"], { cwd: root, env });
});

test("the image brings every library that the server needs, builds it from the list of packages, and is not root", () => {
  const file = read("deploy/Dockerfile");
  const stages = file.split(/^FROM /m).slice(1);
  assert.deepEqual(stages.map((stage) => stage.split("\n")[0]), ["debian:12 AS build", "debian:12-slim"]);
  assert.ok(stages[0].includes("$(tools/install --list build)"));
  assert.match(stages[1], /^USER parley$/m);
  assert.match(stages[1], /^HEALTHCHECK .*\/health\/ready/m);
  const binary = path.join(binDir, "parley");
  const libraries = [...execFileSync("ldd", [binary], { encoding: "utf8" }).matchAll(/=> (\S+)/g)].map(([, at]) => at);
  const owners = execFileSync("dpkg-query", ["-S", ...libraries.map((at) => `*${realpathSync(at).replace(/^\/usr/, "")}`)], { encoding: "utf8" });
  const packages = new Set(owners.trim().split("\n").map((line) => line.split(":")[0]));
  // What Debian's smallest system has already.
  for (const own of ["libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libzstd1"]) packages.delete(own);
  for (const each of packages) assert.ok(stages[1].includes(` ${each} `), each);
});

test("compose runs the server without rights, and with secrets that must be given", () => {
  const file = read("deploy/compose.yml");
  for (const name of ["JWT_SECRET", "TURN_SECRET"]) assert.ok(file.includes(`${name}: \${${name}:?`), name);
  for (const line of ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "profiles: [watch]"]) {
    assert.ok(file.includes(line), line);
  }
  for (const [, mounted] of file.matchAll(/"\.\/([^:"]+):/g)) assert.ok(existsSync(path.join(root, "deploy", mounted)), mounted);
});
