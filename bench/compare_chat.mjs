// Runs the same cases against the chat server with its database and a chat on Node's socket.io without one, in turns,
// and prints medians and ratios as a Markdown table.
import { chatCases } from "./chat_cases.mjs";
import { compare } from "./rounds.mjs";
import { chatServers } from "./servers.mjs";

await compare({
  name: "bench/compare-chat",
  client: "bench-chat",
  cases: chatCases,
  standard: Object.keys(chatCases),
  servers: chatServers,
  peers: ["node"],
});
