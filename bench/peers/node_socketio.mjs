// The bench server's contract on npm `socket.io`: what a Node user has today, configured for speed (WebSocket
// through `ws`, no compression), to stand beside the library in the same run.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "3000" },
    threads: { type: "string", default: "1" },
    "ping-interval": { type: "string", default: "25000" },
    "ping-timeout": { type: "string", default: "20000" },
  },
});
if (options.threads !== "1") throw new Error("Node serves on one thread");

const http = createServer();
const io = new Server(http, {
  pingInterval: Number(options["ping-interval"]),
  pingTimeout: Number(options["ping-timeout"]),
  maxHttpBufferSize: 1_000_000,
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

io.on("connection", (socket) => {
  let room = null;
  socket.on("echo", (payload) => socket.emit("echo", payload));
  socket.on("ack", (payload, answer) => answer(payload));
  socket.on("join", (name, answer) => {
    room = name;
    socket.join(name);
    answer();
  });
  socket.on("say", (payload) => room !== null && io.to(room).emit("said", payload));
  socket.on("relay", (payload) => room !== null && socket.to(room).emit("relay", payload));
  socket.on("bin", (bytes) => socket.emit("bin", bytes));
});

http.listen({ host: options.host, port: Number(options.port), backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
