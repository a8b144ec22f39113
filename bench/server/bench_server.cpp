// The server that bench/load measures: the smallest application of the library that speaks the benchmark's events.

#include <parley/parley.h>

#include <CLI/CLI.hpp>

using namespace parley;

int main(int argc, char** argv) {
  ServerConfig config;
  config.host = "127.0.0.1";
  config.workers = 1;
  std::int64_t ping_interval = 25000;
  std::int64_t ping_timeout = 20000;

  CLI::App options{"Socket.IO server for measurements"};
  options.add_option("--port", config.port, "port to listen on");
  options.add_option("--host", config.host, "address to listen on");
  options.add_option("--threads", config.workers, "event-loop threads");
  options.add_option("--ping-interval", ping_interval, "heartbeat interval, ms");
  options.add_option("--ping-timeout", ping_timeout, "heartbeat timeout, ms");
  CLI11_PARSE(options, argc, argv);
  config.session.heartbeat = {std::chrono::milliseconds(ping_interval), std::chrono::milliseconds(ping_timeout)};

  Server io{config};
  auto const everyone = io.of("/");
  io.on(connection, [&everyone](Socket& socket) {
    auto const room = std::make_shared<RoomName>();
    socket.on("echo", [&socket](Arg payload) { socket.emit("echo", payload); });
    socket.on("ack", [](Arg payload, Ack<> ack) { ack(payload); });
    socket.on("join", [&socket, room](std::string name, Ack<> ack) {
      socket.join(name);
      *room = RoomName(std::move(name));
      ack();
    });
    socket.on("say", [&everyone, room](Arg payload) { everyone.to(*room).emit("said", payload); });
    socket.on("relay", [&socket, room](Arg payload) { socket.to(*room).emit("relay", payload); });
    socket.on("bin", [&socket](Arg payload) { socket.emit("bin", payload); });
  });
  return io.run();
}
