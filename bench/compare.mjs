// Runs the same cases against bench-server, the kernel floor and Node's socket.io, in turns, and prints medians
// and ratios as a Markdown table.
import { cases, standardCases } from "./cases.mjs";
import { compare } from "./rounds.mjs";
import { echoServers } from "./servers.mjs";

await compare({
  name: "bench/compare",
  client: "bench-load",
  cases,
  standard: standardCases,
  servers: echoServers,
  peers: ["floor", "node"],
});
