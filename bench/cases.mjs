// What can be measured, and the goals that were set for it. A case is one run of bench-load; a figure is one
// number out of its JSON line and becomes one row of the table.

const cpu = { field: "server_cpu_us_per_message", unit: "µs CPU / message" };
const memory = { field: "bytes_per_connection", unit: "bytes / connection" };
const p50 = { field: "latency_p50_us", unit: "µs, p50" };
const p99 = { field: "latency_p99_us", unit: "µs, p99" };

/** `floor` names the floor's `--to`; null where a server without a protocol has nothing to be compared with. */
function define(title, args, { floor = "self", figures = [cpu], aims = {} } = {}) {
  return { title, args, floor, figures: figures.map((figure) => ({ ...figure, aims })) };
}

/** Aims are upper bounds: `floor` and `node` of the ratio to that server, `absolute` of the figure itself. */
const oneInFlight = { floor: 1.2, node: 0.21 };
const sixteenInFlight = { node: 0.05 };

export const cases = {
  "echo-32": define("echo 32 B, 100 connections", ["echo"], { aims: oneInFlight }),
  "echo-1k": define("echo 1 KiB, 100 connections", ["echo", "--payload", "1024"], { aims: oneInFlight }),
  "echo-32-x16": define("echo 32 B, 100 × 16 in flight", ["echo", "--in-flight", "16"], { aims: sixteenInFlight }),
  "echo-1k-x16": define("echo 1 KiB, 100 × 16 in flight", ["echo", "--payload", "1024", "--in-flight", "16"], {
    aims: sixteenInFlight,
  }),
  pairs: define("pairs relay 32 B, 50 rooms", ["pairs"], { floor: "partner" }),
  broadcast: define("broadcast 32 B to 1000, 1 in flight", ["broadcast", "--connections", "1000"], { floor: "all" }),
  "broadcast-x4": define(
    "broadcast 32 B to 1000, 4 in flight",
    ["broadcast", "--connections", "1000", "--in-flight", "4"],
    { floor: "all" },
  ),
  idle: define("idle, 5000 connections", ["idle", "--connections", "5000"], {
    floor: null,
    figures: [memory],
    aims: { absolute: 2048 },
  }),

  "idle-browser": define(
    "idle, 5000 connections with a browser's headers",
    ["idle", "--connections", "5000", "--browser"],
    { floor: null, figures: [memory] },
  ),
  "echo-16k": define("echo 16 KiB, 100 connections", ["echo", "--payload", "16384"]),
  "echo-32-1000": define("echo 32 B, 1000 connections", ["echo", "--connections", "1000"]),
  "object-1k": define("echo of a 1 KiB object, 100 connections", ["echo", "--payload", "1024", "--shape", "object"]),
  ack: define("ack 32 B, 100 connections", ["ack"]),
  binary: define("binary 1 KiB, 100 connections", ["binary", "--payload", "1024"]),
  "pairs-1000": define("pairs relay 32 B, 500 rooms", ["pairs", "--connections", "1000"], { floor: "partner" }),
  "broadcast-1k-x4": define(
    "broadcast 1 KiB to 1000, 4 in flight",
    ["broadcast", "--connections", "1000", "--in-flight", "4", "--payload", "1024"],
    { floor: "all" },
  ),
  polling: define("long-polling echo 32 B, 100 clients", ["polling"], { floor: null }),
  connect: define("connect, whole handshake", ["connect"], {
    floor: null,
    figures: [{ field: "server_cpu_us_per_message", unit: "µs CPU / connection" }],
  }),
  "fixed-rate": define("echo 32 B at 2000 messages/s, 100 connections", ["fixed-rate"], { figures: [p50, p99] }),
};

/** The figures the project promises to report. */
export const standardCases = [
  "echo-32",
  "echo-1k",
  "echo-32-x16",
  "echo-1k-x16",
  "pairs",
  "broadcast",
  "broadcast-x4",
  "idle",
];
