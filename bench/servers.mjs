// The servers that are measured: how each is started.
import path from "node:path";
import { fileURLToPath } from "node:url";

const peer = (file) => path.join(path.dirname(fileURLToPath(import.meta.url)), "peers", file);

/** Servers of the bench server's contract. */
export const echoServers = {
  floor: {
    binary: "bench-floor",
    command: (port, { floor }, bin) => [bin("bench-floor"), "--port", port, "--to", floor],
    flags: ["--raw"],
    runs: ({ floor }) => floor !== null,
  },
  node: { command: (port) => [process.execPath, peer("node_socketio.mjs"), "--port", port] },
  parley: { binary: "bench-server", command: (port, _, bin) => [bin("bench-server"), "--port", port] },
};

/** Chat servers, on one thread. What limits one guest or one address is off: all guests come from one place. */
export const chatServers = {
  node: {
    command: (port) => [process.execPath, peer("node_chat.mjs"), "--port", port],
    runs: ({ parleyAlone }) => !parleyAlone,
  },
  parley: {
    binary: "parley",
    command: (port, _, bin) => [bin("parley"), "--port", port],
    env: {
      HOST: "127.0.0.1",
      WORKERS: "1",
      JWT_SECRET: "a-secret-for-benchmarks-of-more-than-32-bytes",
      SOCKET_RATE_LIMIT_MAX: "0",
      RATE_LIMIT_MAX_REQUESTS: "1000000000",
      LOG_LEVEL: "warn",
    },
  },
};
