#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parley/base/counter.h"
#include "parley/net/tls.h"
#include "parley/server/config.h"
#include "parley/server/http_routes.h"
#include "parley/server/session.h"

namespace parley::server {

/// A request that the engine has refused: Engine.IO's code 0 to 5 and its message.
struct EngineRefusal {
  int code;
  std::string message;
  http::RequestHead const& request;
};

/// The session of an application that uses Engine.IO alone.
class EngineSocket {
 public:
  explicit EngineSocket(Session& session) : session_(session) {}
  base::SessionId const& id() const { return session_.id(); }
  void send_text(std::string_view text);
  void send_binary(base::BytesView bytes);
  void close() { session_.close(engineio::CloseReason::forced_server_close); }
  void on_text(base::Function<void(std::string_view)> handler) { on_text_ = std::move(handler); }
  void on_binary(base::Function<void(base::BytesView)> handler) { on_binary_ = std::move(handler); }
  void on_close(base::Function<void(engineio::CloseReason)> handler) { on_close_ = std::move(handler); }

 private:
  friend class EngineUser;
  Session& session_;
  base::Function<void(std::string_view)> on_text_;
  base::Function<void(base::BytesView)> on_binary_;
  base::Function<void(engineio::CloseReason)> on_close_;
};

/// What the application has set up. Complete before the workers start, read by all of them afterwards.
struct Application {
  ServerConfig config;
  socketio::Specs specs;
  HttpRoutes routes;
  /// What new connections begin with; null: plain HTTP. Each worker has its own reference, so that a reload reaches it
  /// as a job like any other.
  std::shared_ptr<net::TlsContext const> tls;
  /// Set: sessions are the application's own, and no namespace exists.
  std::function<void(EngineSocket&)> on_engine_session;
  /// An error is the reason that the client is told.
  std::function<base::Result<void, std::string>(HttpRequest const&)> allow_request;
  std::function<void(http::Headers&, http::RequestHead const&)> initial_headers;
  std::function<void(http::Headers&, http::RequestHead const&)> headers;
  std::function<void(http::Headers&, http::RequestHead const&, Via const&)> every_answer;
  std::function<void(EngineRefusal const&)> on_refusal;

  base::Counter connections;
  base::Counter sessions;
};

}  // namespace parley::server
