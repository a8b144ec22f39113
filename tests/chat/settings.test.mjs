// Settings from flags, the environment and a file, as the binary itself tells them (contract §2).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { binDir, startBinary } from "../support/process.mjs";
import { request } from "./support/http.mjs";

/** A directory of its own for the test `t`, with these files in it. */
function directory(t, files = {}) {
  const made = mkdtempSync(path.join(tmpdir(), "parley-settings-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(made, name), text);
  return made;
}

/** Runs the binary to its end, with nothing in its environment but `env`. */
function parley(cwd, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(path.join(binDir, "parley"), args, { cwd, env, encoding: "utf8", timeout: 10_000 });
  return { status, stdout, stderr };
}

test("config check says ok with exit code 0, and starts nothing", (t) => {
  const cwd = directory(t);
  assert.deepEqual(parley(cwd, ["config", "check"]), { status: 0, stdout: "ok\n", stderr: "" });
});

test("§2-faults: config check tells the faults of flags, environment and file together, each with its source", (t) => {
  const cwd = directory(t, { "parley.toml": "log_level = 'loud'\n\ncolour = 'red'\nmax_file_size = '10'\n" });
  const { status, stdout, stderr } = parley(cwd, ["config", "check", "--config", "parley.toml", "--port", "70000"], {
    WORKERS: "many",
    REDIS_URL: "redis://localhost:6379",
  });
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.trimEnd().split("\n").sort(), [
    "LOG_LEVEL must be trace, debug, info, warning or error (parley.toml, line 1)",
    "MAX_FILE_SIZE must be a whole number, and not a text in quotes (parley.toml, line 4)",
    "PORT must be a whole number from 0 to 65535 (--port)",
    "REDIS_URL must be left out: this version serves one instance, which keeps its state itself and needs no Redis (environment)",
    "WORKERS must be a whole number from 0 to 255 (environment)",
    "colour is no setting (parley.toml, line 3)",
  ]);
});

test("the server does not start with faulty settings, and tells the same", (t) => {
  const cwd = directory(t, { "parley.toml": "port = 1\nport = 2\n" });
  const check = parley(cwd, ["config", "check", "--config", "parley.toml"]);
  const start = parley(cwd, ["--config", "parley.toml"]);
  assert.equal(start.status, 1);
  assert.equal(start.stderr, check.stderr);
  assert.match(start.stderr, /^parley\.toml is not TOML: .*\(parley\.toml, line 2\)\n$/);
});

test("a file that is not there is a fault", (t) => {
  const { status, stderr } = parley(directory(t), ["config", "check", "--config", "missing.toml"]);
  assert.equal(status, 1);
  assert.equal(stderr, "missing.toml cannot be read: No such file or directory (--config)\n");
});

test("config show gives what holds and where it comes from, without secrets, as a file that gives the same", (t) => {
  const secret = "a-secret-that-nobody-may-read-on-the-screen";
  const cwd = directory(t, { "parley.toml": `host = "127.0.0.1"\njwt_secret = "${secret}"\n` });
  const { status, stdout } = parley(cwd, ["config", "show", "--config", "parley.toml", "--port", "0"], {
    CORS_ORIGIN: "https://a.example,https://b.example",
    TURN_SERVER: "turn:turn.example",
    TURN_SECRET: secret,
  });
  assert.equal(status, 0);
  assert.ok(!stdout.includes(secret));
  const lines = stdout.split("\n");
  for (const line of [
    "port = 0  # --port",
    'host = "127.0.0.1"  # parley.toml, line 1',
    'cors_origin = ["https://a.example","https://b.example"]  # environment',
    "workers = 0  # default",
    '# jwt_secret = "********"  # parley.toml, line 2',
    '# turn_secret = "********"  # environment',
  ]) {
    assert.ok(lines.includes(line), `${line} is missing in\n${stdout}`);
  }
  writeFileSync(path.join(cwd, "shown.toml"), stdout);
  // The one secret without which the rest makes no sense has to be given again.
  const again = parley(cwd, ["config", "show", "--config", "shown.toml"], { TURN_SECRET: secret });
  assert.equal(again.status, 0, again.stderr);
  const values = (text) => text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("  # ")[0]);
  assert.deepEqual(values(again.stdout), values(stdout));
});

test("production without a strong secret is a fault of config check as well", (t) => {
  const { status, stderr } = parley(directory(t), ["config", "check"], { NODE_ENV: "production" });
  assert.equal(status, 1);
  assert.equal(stderr, "JWT_SECRET must have at least 32 bytes in production\n");
});

test("the help fits into 100 columns, names every command, and is the same for each of them", (t) => {
  const cwd = directory(t);
  const { status, stdout } = parley(cwd, ["--help"]);
  assert.equal(status, 0);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  for (const words of ["parley config check", "parley config show", "--config FILE", "--socket-rate-limit-window-ms MS", "Security"]) {
    assert.ok(stdout.includes(words), `${words} is missing in\n${stdout}`);
  }
  assert.equal(parley(cwd, ["config", "--help"]).stdout, stdout);
});

test("the version is told, and wrong words are an error of usage", (t) => {
  const cwd = directory(t);
  assert.match(parley(cwd, ["--version"]).stdout, /^parley \d+\.\d+\.\d+\n$/);
  for (const args of [["--nonsense"], ["nonsense"], ["config"], ["config", "shout"], ["--port"]]) {
    const { status, stderr } = parley(cwd, args);
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, /parley --help/);
  }
});

test("§2-sources: a server takes its settings from a file, what the environment says counts more, and flags most", async (t) => {
  const cwd = directory(t, {
    "parley.toml": 'port = 0\nhost = "192.0.2.1"\nworkers = 1\njwt_secret = "a-secret-for-tests-that-has-more-than-32-bytes"\ncors_origin = "https://file.example"\n',
  });
  const server = await startBinary({
    binary: "parley",
    args: ["--config", "parley.toml", "--cors-origin", "https://flag.example"],
    env: { HOST: "127.0.0.1", CORS_ORIGIN: "https://environment.example" },
    ready: /LISTENING (\d+)\n/,
    cwd,
  });
  t.after(() => server.stop());
  const allowed = async (origin) => {
    const { headers } = await request(`http://127.0.0.1:${server.port}`, "GET", "/health", { headers: { origin } });
    return headers["access-control-allow-origin"];
  };
  assert.equal(await allowed("https://flag.example"), "https://flag.example");
  assert.equal(await allowed("https://environment.example"), undefined);
  assert.equal(await allowed("https://file.example"), undefined);
});
