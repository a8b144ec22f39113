#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parley/socketio/socket.h"

namespace parley::socketio {

/// Why a client may not join a namespace. Reaches it as `connect_error`.
struct ConnectError {
  std::string message;
  std::optional<base::Json> data;
};
using Verdict = base::Result<void, ConnectError>;

/// What the application has said about a namespace, or about all namespaces that a pattern accepts. Complete before
/// the workers start; afterwards read by all of them at once, so handlers must not share state between sockets
/// without thought: two sockets may live on two workers.
struct NamespaceSpec {
  using Next = base::Function<void(Verdict)>;
  using Middleware = std::function<void(std::shared_ptr<Socket> const&, Next)>;
  using Accepts = std::function<bool(std::string_view name, base::Json const& auth)>;

  std::string name;  ///< of a pattern: a name for people
  Accepts accepts;   ///< set: this is a pattern, and each name that it accepts becomes a child
  std::vector<Middleware> middlewares;
  std::vector<std::function<void(std::shared_ptr<Socket> const&)>> on_connection;
  /// An event whose arguments do not have the types that its handler asks for.
  std::function<void(Socket&, std::string_view event, Ack<>)> on_bad_payload;
  /// Hears of events that have no handler; they are ignored all the same.
  std::function<void(Socket&, std::string_view event)> on_unknown_event;
};

/// One worker's part of a namespace.
class Namespace {
 public:
  Namespace(Hub& hub, std::string name, std::shared_ptr<NamespaceSpec const> spec)
      : hub_(hub), name_(std::move(name)), spec_(std::move(spec)) {}

  std::string const& name() const { return name_; }
  NamespaceSpec const& spec() const { return *spec_; }
  Hub& hub() const { return hub_; }
  RoomIndex& rooms() { return rooms_; }
  RoomIndex const& rooms() const { return rooms_; }

 private:
  Hub& hub_;
  std::string name_;
  std::shared_ptr<NamespaceSpec const> spec_;
  RoomIndex rooms_;
};

/// Wraps a middleware of any shape: `Verdict(Socket&)`, or a coroutine `Task<Verdict>(Socket&)`.
template <class F>
NamespaceSpec::Middleware make_middleware(F&& middleware) {
  auto const body = std::make_shared<std::decay_t<F>>(std::forward<F>(middleware));
  return [body](std::shared_ptr<Socket> const& socket, NamespaceSpec::Next next) {
    if constexpr (base::is_task<std::invoke_result_t<F&, Socket&>>) {
      auto run = [](std::shared_ptr<std::decay_t<F>> owned, std::shared_ptr<Socket> guest,
                    std::shared_ptr<NamespaceSpec::Next> done) -> base::Task<void> {
        auto verdict = co_await (*owned)(*guest);
        (*done)(std::move(verdict));
      };
      auto const done = std::make_shared<NamespaceSpec::Next>(std::move(next));
      base::start(run(body, socket, done), [done](std::exception_ptr thrown) {
        if (!thrown) return;
        report_exception("connection middleware", thrown);
        (*done)(base::fail(ConnectError{"Internal server error", {}}));
      });
    } else {
      Verdict verdict = base::fail(ConnectError{"Internal server error", {}});
      try {
        verdict = (*body)(*socket);
      } catch (...) {
        report_exception("connection middleware", std::current_exception());
      }
      next(std::move(verdict));
    }
  };
}

/// Wraps a connection handler: `void(Socket&)` or a coroutine `Task<>(Socket&)`.
template <class F>
std::function<void(std::shared_ptr<Socket> const&)> make_connection_handler(F&& handler) {
  auto const body = std::make_shared<std::decay_t<F>>(std::forward<F>(handler));
  return [body](std::shared_ptr<Socket> const& socket) {
    if constexpr (base::is_task<std::invoke_result_t<F&, Socket&>>) {
      auto run = [](std::shared_ptr<std::decay_t<F>> owned, std::shared_ptr<Socket> guest) -> base::Task<void> {
        co_await (*owned)(*guest);
      };
      base::start(run(body, socket), [](std::exception_ptr thrown) {
        if (thrown) report_exception("connection", thrown);
      });
    } else {
      (*body)(*socket);
    }
  };
}

}  // namespace parley::socketio
