#include <cstdio>

#include "parley/parley.h"

using namespace parley;

int main() {
  Server io{{.port = 3000}};
  io.on(connection, [](Socket& socket) {
    socket.on("hello", [&socket](std::string const& name, Ack<std::string> ack) {
      socket.data().set("name", name);
      socket.join("lobby");
      socket.to("lobby").emit("arrived", name);  // everyone in the lobby but this socket
      ack("welcome, " + name);
    });
    socket.on("say", [&socket](std::string const& text) { socket.to("lobby").emit("said", text); });
    socket.on(disconnect, [](CloseReason why) { log_info("a guest left", {{"why", to_string(why)}}); });
  });
  io.on_listening([](unsigned port) { std::printf("http://localhost:%u\n", port); });
  return io.run();
}
