#include "tests/conformance/server/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

namespace conformance {
namespace {

constexpr int usage_error = 64;

[[noreturn]] void refuse(std::string const& why) {
  std::fprintf(stderr, "conformance-server: %s\n", why.c_str());
  std::exit(usage_error);
}

std::int64_t to_number(std::string const& flag, std::string const& value) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 0) {
    refuse("--" + flag + " needs a number, not '" + value + "'");
  }
  return number;
}

bool to_bool(std::string const& flag, std::string const& value) {
  if (value != "true" && value != "false") refuse("--" + flag + " needs true or false, not '" + value + "'");
  return value == "true";
}

std::vector<std::string> to_list(std::string const& value) {
  std::vector<std::string> list;
  for (std::size_t at = 0; at <= value.size();) {
    auto const comma = std::min(value.find(',', at), value.size());
    list.push_back(value.substr(at, comma - at));
    at = comma + 1;
  }
  return list;
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options options;
  auto& server = options.server;
  server.host = "127.0.0.1";
  server.workers = 1;
  std::string mode = "socketio";
  std::string path;
  std::vector<std::string> transports{"polling", "websocket"};
  std::vector<std::string> origins;
  bool credentials = false;
  parley::ServerConfig::Tls tls;

  using Set = std::function<void(std::string const& flag, std::string const& value)>;
  auto const text = [](std::string& to) -> Set { return [&to](auto const&, auto const& value) { to = value; }; };
  auto const flag = [](bool& to) -> Set {
    return [&to](auto const& name, auto const& value) { to = to_bool(name, value); };
  };
  auto const duration = [](parley::base::Duration& to) -> Set {
    return [&to](auto const& name, auto const& value) { to = std::chrono::milliseconds(to_number(name, value)); };
  };
  auto const list = [](std::vector<std::string>& to) -> Set {
    return [&to](auto const&, auto const& value) { to = to_list(value); };
  };
  Set const absent = [](auto const& name, auto const&) { refuse("--" + name + " is not implemented"); };
  /// Features that may be asked for by name but not yet had: only the value that turns them off is taken.
  auto const only = [](std::string allowed) -> Set {
    return [allowed](auto const& name, auto const& value) {
      if (value != allowed) refuse("--" + name + " " + value + " is not implemented");
    };
  };

  std::map<std::string, Set> const flags{
      {"host", text(server.host)},
      {"port",
       [&](auto const& name, auto const& value) { server.port = static_cast<std::uint16_t>(to_number(name, value)); }},
      {"workers",
       [&](auto const& name, auto const& value) { server.workers = static_cast<unsigned>(to_number(name, value)); }},
      {"mode", text(mode)},
      {"path", text(path)},
      {"ping-interval", duration(server.session.heartbeat.interval)},
      {"ping-timeout", duration(server.session.heartbeat.timeout)},
      {"max-payload",
       [&](auto const& name, auto const& value) {
         server.limits.payload_bytes_max = static_cast<std::size_t>(to_number(name, value));
       }},
      {"connect-timeout", duration(server.sockets.connect_timeout)},
      {"upgrade-timeout", duration(server.session.upgrade_timeout)},
      {"transports", list(transports)},
      {"allow-upgrades", flag(server.allow_upgrades)},
      {"cors-origin", list(origins)},
      {"cors-credentials", flag(credentials)},
      {"cookie", text(server.cookie)},
      {"tls-cert-file", [&](auto const&, auto const& value) { tls.certificate_file = value; }},
      {"tls-key-file", [&](auto const&, auto const& value) { tls.key_file = value; }},
      {"tls-handshake-timeout", duration(server.limits.tls_handshake)},
      {"http-request-timeout", duration(server.limits.http_request)},
      {"http-idle-timeout", duration(server.limits.http_idle)},
      {"connections-max",
       [&](auto const& name, auto const& value) {
         server.limits.connections_max = static_cast<std::size_t>(to_number(name, value));
       }},
      {"outbox-max",
       [&](auto const& name, auto const& value) {
         server.limits.outbox_bytes_max = static_cast<std::size_t>(to_number(name, value));
       }},
      {"cleanup-empty-child-namespaces", flag(server.sockets.cleanup_empty_child_namespaces)},
      {"allow-request", flag(options.allow_request)},
      {"custom-headers", flag(options.custom_headers)},
      {"node-name", text(options.node_name)},
      {"recovery", absent},
      {"recovery-skip-middlewares", absent},
      {"serve-client", only("false")},
      {"per-message-deflate", only("false")},
      {"http-compression", only("false")},
      {"parser", only("default")},
      {"redis", absent},
      {"adapter", absent},
      {"adapter-prefix", absent},
      {"adapter-requests-timeout", absent},
  };
  for (int i = 1; i < argc; i += 2) {
    std::string const name = argv[i];
    auto const known = name.starts_with("--") ? flags.find(name.substr(2)) : flags.end();
    if (known == flags.end()) refuse("unknown flag " + name);
    if (i + 1 == argc) refuse(name + " needs a value");
    known->second(known->first, argv[i + 1]);
  }

  if (mode != "socketio" && mode != "engineio") refuse("--mode is socketio or engineio, not '" + mode + "'");
  options.engine_only = mode == "engineio";
  server.path = !path.empty() ? path : options.engine_only ? "/engine.io" : "/socket.io";
  server.polling = std::ranges::find(transports, "polling") != transports.end();
  server.websocket = std::ranges::find(transports, "websocket") != transports.end();
  if (!tls.certificate_file.empty()) server.tls = tls;
  if (!origins.empty()) server.cors = parley::Cors{origins, credentials, nullptr};
  return options;
}

}  // namespace conformance
