#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/engineio/session.h"
#include "parley/http/request.h"
#include "parley/server/http_routes.h"
#include "parley/socketio/hub.h"

namespace parley::server {

/// Which web pages of other origins may talk to the server by polling. Without it: none.
struct Cors {
  std::vector<std::string> origins{};  ///< exact; "*": any
  bool credentials = false;
  /// Allows what the list does not name; called from every worker.
  std::function<bool(std::string_view origin, http::RequestHead const&, Via const&)> also_allow{};
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";  ///< what a preflight is told, by commas
  std::string headers{};                                   ///< likewise; empty: whatever is asked for
  /// Browsers keep no page from opening a WebSocket. True: one of an origin that is not allowed here is answered 403.
  bool guard_websockets = false;
};

/// Read once at start, constant afterwards. Defaults are those of Node's server where it has them, so that an
/// application names what differs: `Server io{{.port = 3001}};`
struct ServerConfig {
  std::string host = "0.0.0.0";
  std::uint16_t port = 3000;  ///< 0: any free one; `Server::port` tells
  unsigned workers = 0;       ///< event-loop threads, 255 at most; 0: one per core
  std::string path = "/socket.io";
  bool polling = true;
  bool websocket = true;
  bool allow_upgrades = true;
  engineio::SessionConfig session{};
  socketio::HubConfig sockets{};
  std::optional<Cors> cors{};
  std::string cookie{};  ///< name of the cookie that holds the session id; empty: none
  /// Set: HTTPS and WSS instead of HTTP and WS. Both files are PEM; the server's own certificate is the first of the
  /// chain. `Server::post_reload_tls` reads them again.
  struct Tls {
    std::string certificate_file;
    std::string key_file;
  };
  std::optional<Tls> tls{};
  struct Limits {
    std::size_t connections_max = 200'000;                   ///< per process; further ones get 503
    std::size_t payload_bytes_max = 1'000'000;               ///< one message, or one polling body; told to clients
    std::size_t outbox_bytes_max = 64 * 1024 * 1024;         ///< waiting for one session; beyond it the session ends
    std::size_t http_body_bytes_max = 100 * 1024;            ///< of requests to the application's own routes
    base::Duration http_idle = std::chrono::seconds(75);     ///< between two requests of a connection
    base::Duration http_request = std::chrono::seconds(60);  ///< from a request's first byte to its last
    /// A body that a route reads piece by piece may take as long as it likes, but not less than this in each interval.
    std::size_t body_bytes_min = 16 * 1024;
    base::Duration body_interval = std::chrono::seconds(15);
    base::Duration tls_handshake = std::chrono::seconds(10);
  } limits{};
};

}  // namespace parley::server
