// The SDK as others get it: packed, installed into an empty project, compiled against, and run without a browser.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startChat } from "../chat/support/server.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let project;

before(async () => {
  project = await mkdtemp(path.join(tmpdir(), "parley-sdk-"));
  await writeFile(path.join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  const { stdout } = await run(process.execPath, [path.join(root, "web/tools/pack_sdk.mjs"), project]);
  // The peer is the one that the repository has already; nothing is fetched.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", stdout.trim()], {
    cwd: project,
  });
  await symlink(path.join(root, "node_modules/socket.io-client"), path.join(project, "node_modules/socket.io-client"));
});

after(() => rm(project, { recursive: true, force: true }));

const installed = () => path.join(project, "node_modules/parley-client");

/** The examples of the README, as one would copy them. */
async function examples() {
  const readme = await readFile(path.join(installed(), "README.md"), "utf8");
  return [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
}

async function compile(folder, options) {
  const config = {
    compilerOptions: {
      strict: true,
      target: "ES2022",
      lib: ["ES2022", "DOM"],
      types: [],
      outDir: "out",
      rootDir: ".",
      ...options,
    },
    include: ["*.ts"],
  };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(config));
  await run(process.execPath, [compiler, "-p", folder]).catch((error) => assert.fail(error.stdout));
}

test("the package holds modules, types, its README and the licence, and needs nobody but socket.io-client", async () => {
  const about = JSON.parse(await readFile(path.join(installed(), "package.json"), "utf8"));
  assert.deepEqual(Object.keys(about.peerDependencies), ["socket.io-client"]);
  assert.equal(about.dependencies, undefined);
  assert.deepEqual((await readdir(installed())).sort(), ["LICENSE", "README.md", "dist", "package.json"]);
  const modules = (await readdir(path.join(installed(), "dist"), { recursive: true })).filter((name) =>
    name.endsWith(".js")
  );
  for (const name of modules) {
    const code = await readFile(path.join(installed(), "dist", name), "utf8");
    const foreign = [...code.matchAll(/from "([^."][^"]*)"/g)].map(([, from]) => from);
    assert.deepEqual(foreign, [], name);
  }
});

for (const [module, moduleResolution] of [
  ["ESNext", "bundler"],
  ["NodeNext", "NodeNext"],
]) {
  test(`the examples compile in strict TypeScript, with modules resolved as ${moduleResolution} does`, async () => {
    const folder = path.join(project, moduleResolution);
    await mkdir(folder);
    const codes = await examples();
    assert.equal(codes.length, 2);
    for (const [index, code] of codes.entries()) await writeFile(path.join(folder, `example${index}.ts`), code);
    await writeFile(
      path.join(folder, "refused.ts"),
      `import type { SocketService } from "parley-client";
export function refuse(socket: SocketService): void {
  // @ts-expect-error The server never says this.
  socket.on("user:disconnected", () => {});
  // @ts-expect-error A message has content.
  void socket.sendMessage({ type: "text" });
}
`
    );
    await compile(folder, { module, moduleResolution });
  });
}

test("the first example meets a guest of the real server, from Node, where there are no calls", async (t) => {
  const server = await startChat(t);
  const folder = path.join(project, "script");
  await mkdir(folder);
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const [first, second] = await examples();
  await writeFile(path.join(folder, "greet.ts"), first);
  await writeFile(path.join(folder, "calls.ts"), second);
  await compile(folder, { module: "NodeNext", moduleResolution: "NodeNext" });

  assert.equal(globalThis.RTCPeerConnection, undefined);
  const { greetSomeone } = await import(pathToFileURL(path.join(folder, "out/greet.js")));
  const { answerCalls } = await import(pathToFileURL(path.join(folder, "out/calls.js")));
  assert.equal(answerCalls({}, {}, {}), undefined);

  const grace = await server.guest("Grace");
  grace.emit("user:match");
  await grace.next("user:match:no_users");
  const greeted = greetSomeone(server.url);
  const message = await grace.next("chat:message");
  assert.equal(message.content, "Hello, Grace!");
  grace.emit("chat:message:delivered", { messageId: message.id });
  assert.equal(await greeted, "Grace");
  await grace.next("room:closed");
});
