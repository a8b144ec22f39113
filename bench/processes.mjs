// Starts servers and load clients pinned to a core, and ends them again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

/** Processes started here and not yet ended: the only ones ever ended from here. */
const running = new Set();

/** Starts `command` on one core. taskset replaces itself with it, so the child's id is the program's own. */
export function start(core, command, { cwd, env } = {}) {
  const child = spawn("taskset", ["-c", String(core), ...command.map(String)], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.output = "";
  child.errorText = "";
  child.stdout.on("data", (chunk) => (child.output += chunk));
  child.stderr.on("data", (chunk) => (child.errorText += chunk));
  child.ended = once(child, "close").then(([code, signal]) => {
    running.delete(child);
    return code ?? signal;
  });
  running.add(child);
  return child;
}

export function endOwnProcesses() {
  for (const child of running) child.kill("SIGKILL");
}
// Whatever goes wrong here must not leave a server behind.
process.on("exit", endOwnProcesses);

/** Waits for a program that ends by itself; its exit code, or SIGKILL's name when it took too long. */
export async function finish(child, milliseconds) {
  const tooLong = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const outcome = await child.ended;
  clearTimeout(tooLong);
  return outcome;
}

async function freePort() {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function accepts(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts the server that `commandFor(port)` names, and returns once it accepts connections. */
export async function startServer(core, commandFor, where) {
  const port = await freePort();
  const command = commandFor(port);
  const server = start(core, command, where);
  const giveUpAt = Date.now() + 10_000;
  while (!(await accepts(port))) {
    if (!running.has(server) || Date.now() > giveUpAt) {
      throw new Error(`${command[0]} did not start: ${server.errorText}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { server, port };
}

export async function stopServer(server) {
  if (!running.has(server)) return;
  server.kill("SIGTERM");
  if ((await finish(server, 5_000)) === "SIGKILL") throw new Error(`${server.spawnargs.at(3)} did not end on SIGTERM`);
}
