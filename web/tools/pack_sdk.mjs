#!/usr/bin/env node
// Builds the SDK as an npm package: ES modules and types in build/sdk, and a tarball of them.
//
//   node web/tools/pack_sdk.mjs [folder for the tarball]      by default build/sdk

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../", import.meta.url));
const folder = path.resolve(web, "../build/sdk");
const destination = path.resolve(process.argv[2] ?? folder);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", path.join(web, "tsconfig.sdk.json")], { stdio: ["ignore", 2, 2] });
cpSync(path.join(web, "sdk-package"), folder, { recursive: true });
cpSync(path.join(web, "../LICENSE"), path.join(folder, "LICENSE"));
const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", destination], {
  cwd: folder,
  encoding: "utf8",
  env: { ...process.env, npm_config_workspaces: "false" },
});
console.log(path.join(destination, JSON.parse(packed)[0].filename));
