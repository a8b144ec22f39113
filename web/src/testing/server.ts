import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The chat server as it is shipped, on a port of its own, for the length of one test file. */
export interface ChatServer {
  url: string;
  /** Ends it as a power cut would, and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, "../../..");
const binary = path.resolve(repository, process.env.PARLEY_BIN_DIR ?? "build/release/bin", "parley");

export async function startServer(env: Record<string, string> = {}): Promise<ChatServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-web-test-"));
  let running = await run(folder, { PORT: "0", ...env });
  const { port } = running;
  return {
    url: `http://127.0.0.1:${port}`,
    async restart() {
      await running.end("SIGKILL");
      running = await run(folder, { ...env, PORT: port });
    },
    async stop() {
      await running.end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(cwd: string, env: Record<string, string>) {
  const child = spawn(binary, [], {
    cwd,
    env: {
      ...process.env,
      HOST: "127.0.0.1",
      PARLEY_ENV: "development",
      JWT_SECRET: "a secret of at least thirty-two bytes",
      LOG_LEVEL: "warn",
      RATE_LIMIT_MAX_REQUESTS: "1000000",
      UPLOAD_RATE_LIMIT_MAX: "1000000",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        const found = /LISTENING (\d+)/.exec(output)?.[1];
        if (found) resolve(found);
      });
    }
    child.once("error", reject);
    void ended.then(() => reject(new Error(`${binary} ended before it was ready\n${output}`)));
  });
  return {
    port,
    async end(signal: "SIGKILL" | "SIGTERM") {
      child.kill(signal);
      await ended;
    },
  };
}
