// What can be measured of a chat, and the goals that were set for it; see cases.mjs.

const cpu = { field: "server_cpu_us_per_message", unit: "µs CPU / message", aims: { node: 0.125 } };
const rate = { field: "messages_per_second", unit: "messages / s" };
const latencies = [
  { field: "arrival_p50_us", unit: "µs to the partner, p50" },
  { field: "arrival_p99_us", unit: "µs to the partner, p99", aims: { absolute: 5000 } },
  { field: "arrival_p999_us", unit: "µs to the partner, p99.9" },
  { field: "latency_p50_us", unit: "µs to `delivered`, p50" },
  { field: "latency_p99_us", unit: "µs to `delivered`, p99", aims: { absolute: 5000 } },
  { field: "latency_p999_us", unit: "µs to `delivered`, p99.9" },
];

const define = (title, args, figures, { parleyAlone = false } = {}) => ({ title, args, figures, parleyAlone });

const memory = { field: "bytes_per_guest", unit: "bytes / guest" };
const coming = { field: "guests_per_second", unit: "guests / s, coming" };

export const chatCases = {
  meet: define("guests come, are matched and leave, 64 at a time", ["meet", "--guests", "64"], [
    { field: "server_cpu_us_per_message", unit: "µs CPU / guest" },
    { field: "messages_per_second", unit: "guests / s" },
  ]),
  talk: define("50 pairs, 1 in flight each way", ["talk"], [cpu, rate]),
  "talk-x16": define("50 pairs, 16 in flight each way", ["talk", "--in-flight", "16"], [cpu, rate]),
  "fixed-rate": define("2000 messages/s, 50 pairs", ["fixed-rate"], [cpu, ...latencies]),
  "idle-1000": define("1000 idle guests", ["idle", "--guests", "1000"], [memory, coming]),
  // Beyond a few thousand guests the Node chat spends all its time on the statistics that everyone is told.
  idle: define(
    "10 000 idle guests",
    ["idle", "--guests", "10000"],
    [memory, coming, { field: "resident_mb", unit: "MB resident in all", aims: { absolute: 200 } }],
    { parleyAlone: true },
  ),
};
