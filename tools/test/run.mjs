// Runs one program in a process group of its own, so that whatever it starts can be seen and ended with it.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const groups = new Set();

/** Ends everything that still runs. */
export function endAll() {
  for (const group of groups) endGroup(group);
}

/**
 * Runs `command` and resolves to `{ code, signal, output, timedOut, leftBehind }`; never rejects.
 *
 * `output`      what it wrote to stdout and stderr, together.
 * `leftBehind`  what still ran when it had ended; it is ended now.
 */
export async function run(command, { cwd, env = {}, seconds = 600 } = {}) {
  const [program, ...args] = command.map(String);
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  groups.add(child.pid);
  const closed = new Promise((resolve) => child.once("close", resolve));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child.pid);
  }, seconds * 1000);
  const end = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 127, signal: null, error }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  clearTimeout(timer);
  if (end.error) return { ...end, output: end.error.message, timedOut, leftBehind: [] };

  const leftBehind = await remaining(child.pid);
  endGroup(child.pid);
  groups.delete(child.pid);
  // Its last words; whoever left the group and still holds the pipe is not waited for.
  await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
  return { ...end, output, timedOut, leftBehind };
}

function endGroup(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

/** The names of the group's processes; those that are just ending get a moment to do so. */
async function remaining(group) {
  for (let patience = 20; ; patience -= 1) {
    const names = membersOf(group);
    if (!names.length || !patience) return names;
    await sleep(100);
  }
}

function membersOf(group) {
  const names = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // "pid (name) state parent group …"; a zombie (Z) has ended, only nobody has asked how.
      const [, name, state, itsGroup] = /\((.*)\) (\S) \S+ (\S+)/s.exec(readFileSync(`/proc/${entry}/stat`, "utf8"));
      if (Number(itsGroup) === group && state !== "Z") names.push(name);
    } catch {
      // It has ended since.
    }
  }
  return names;
}
