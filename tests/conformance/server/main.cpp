// A server whose whole behaviour is fixed by a contract, so that test suites can drive it from outside.
// It is an ordinary application of the library and contains nothing that serves a single test.

#include <cstdio>

#include "tests/conformance/server/handlers.h"

using namespace parley;

namespace {

void log_to_stderr(base::LogLevel level, std::string_view message, std::span<base::LogField const> fields) {
  auto line = Json::object({{"level", base::to_string(level)}, {"message", message}});
  for (auto const& field : fields) {
    std::visit([&](auto const& value) { line.set(field.key, Json(value)); }, field.value);
  }
  std::fprintf(stderr, "%s\n", line.dump().c_str());
}

void echo_engine_messages(EngineSocket& socket) {
  socket.on_text([&socket](std::string_view text) { socket.send_text(text); });
  socket.on_binary([&socket](BytesView bytes) { socket.send_binary(bytes); });
}

}  // namespace

int main(int argc, char** argv) {
  auto const options = conformance::read_options(argc, argv);
  base::set_log_sink(log_to_stderr, base::LogLevel::debug);
  Server io{options.server};

  io.http().get("/health", [](HttpRequest const&) { return Response{200, {{"Content-Type", "text/plain"}}, "ok"}; });
  if (options.allow_request) {
    io.allow_request([](HttpRequest const& request) -> Result<void, std::string> {
      if (request.header("x-deny") == "1" || request.target.query.find("deny") == "1") return fail("denied by policy");
      return {};
    });
  }
  if (options.custom_headers) {
    io.on_initial_headers([](http::Headers& headers, http::RequestHead const&) { headers.set("x-initial", "1"); });
    io.on_headers([](http::Headers& headers, http::RequestHead const&) { headers.set("x-all", "1"); });
  }
  if (options.server.tls) {
    io.on_hangup([&io] {
      auto const reloaded = io.post_reload_tls();
      if (!reloaded) log_error("the certificate was not reloaded", {{"why", reloaded.error()}});
    });
  }
  io.on_listening([](std::uint16_t port) {
    std::printf("LISTENING %u\n", static_cast<unsigned>(port));
    std::fflush(stdout);
  });

  if (options.engine_only) {
    io.on_engine_session(echo_engine_messages);
    return io.run();
  }
  conformance::Handlers handlers(io, options.node_name);
  io.on_connection_error([&handlers](EngineRefusal const& refusal) {
    handlers.log(Json::object({{"type", "connection_error"}, {"code", refusal.code}, {"message", refusal.message}}));
  });
  return io.run();
}
