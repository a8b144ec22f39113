#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "parley/server/application.h"
#include "parley/server/worker.h"
#include "parley/socketio/client.h"
#include "parley/socketio/memory_adapter.h"

namespace parley::server {

using socketio::BroadcastOperator;
using socketio::ConnectionEvent;
using socketio::Event;
using socketio::RemoteSocket;
using socketio::Socket;

class Server;

namespace detail {

template <class T>
struct Waited {
  using type = T;
};
template <class T>
struct Waited<base::Task<T>> {
  using type = T;
};

}  // namespace detail

/// What a call gives in the end: the result itself, or that of the coroutine.
template <class F>
using ResultOn = typename detail::Waited<std::invoke_result_t<F&>>::type;

/// A namespace as the application speaks of it: set up before the server runs, used from any worker afterwards.
class NamespaceHandle {
 public:
  NamespaceHandle(Server& server, std::shared_ptr<socketio::NamespaceSpec> spec)
      : server_(&server), spec_(std::move(spec)) {}

  // Before the server runs ------------------------------------------------------------------------------------------

  /// `void(Socket&)`, or a coroutine: a socket has joined.
  template <class F>
  NamespaceHandle& on(ConnectionEvent, F&& handler) {
    spec_->on_connection.push_back(socketio::make_connection_handler(std::forward<F>(handler)));
    return *this;
  }
  /// `Verdict(Socket&)`, or a coroutine: who may join. Middlewares run in the order in which they are given.
  template <class F>
  NamespaceHandle& use(F&& middleware) {
    spec_->middlewares.push_back(socketio::make_middleware(std::forward<F>(middleware)));
    return *this;
  }
  /// Decides what a peer is told whose event does not have the types that its handler asks for.
  NamespaceHandle& on_bad_payload(std::function<void(Socket&, std::string_view, socketio::Ack<>)> handler) {
    spec_->on_bad_payload = std::move(handler);
    return *this;
  }
  /// Hears of events that have no handler; they are ignored all the same.
  NamespaceHandle& on_unknown_event(std::function<void(Socket&, std::string_view)> handler) {
    spec_->on_unknown_event = std::move(handler);
    return *this;
  }

  // On a worker -----------------------------------------------------------------------------------------------------

  std::string const& name() const { return spec_->name; }
  /// This worker's own socket of that id; null if it lives elsewhere or not at all.
  Socket* find(base::SocketId const& id) const;
  /// All sockets of the namespace, on all workers.
  BroadcastOperator all() const;
  BroadcastOperator to(base::RoomName room) const { return all().to(std::move(room)); }
  BroadcastOperator in(base::RoomName room) const { return all().to(std::move(room)); }
  BroadcastOperator except(base::RoomName room) const { return all().except(std::move(room)); }
  template <class... A>
  void emit(A const&... event_and_arguments) const {
    all().emit(event_and_arguments...);
  }
  base::Task<std::vector<RemoteSocket>> fetch_sockets() const { return all().fetch_sockets(); }
  void disconnect_sockets(bool close = false) const { all().disconnect_sockets(close); }
  /// The rooms of the namespace on all workers, with their sizes.
  base::Task<std::vector<std::pair<std::string, std::size_t>>> rooms() const;
  /// To the other servers of a cluster, which one process alone does not have: their answers.
  template <class... A>
  base::Task<socketio::BroadcastAnswers> server_side_emit(std::string_view event, A const&... arguments) const {
    std::string out;
    std::vector<base::SharedBytes> attachments;
    socketio::JsonArgs packet{{base::Json(event)}};
    (packet.values.push_back(to_value(arguments)), ...);
    return ask_servers(std::move(packet));
  }

 private:
  template <class T>
  static base::Json to_value(T const& argument) {
    if constexpr (std::is_same_v<T, base::Json>) {
      return argument;
    } else {
      return base::Json::parse(base::to_json(argument)).value_or(base::Json{});
    }
  }
  base::Task<socketio::BroadcastAnswers> ask_servers(socketio::JsonArgs packet) const;

  Server* server_;
  std::shared_ptr<socketio::NamespaceSpec> spec_;
};

/// Says which clients of a pattern's children are meant, then what.
class ParentBroadcast {
 public:
  explicit ParentBroadcast(std::shared_ptr<socketio::NamespaceSpec> spec) : spec_(std::move(spec)) {}
  ParentBroadcast to(std::vector<base::RoomName> rooms) const;
  ParentBroadcast except(std::vector<base::RoomName> rooms) const;
  template <class... A>
  void emit(std::string_view event, A const&... arguments) const {
    auto const message = std::make_shared<engineio::Message>();
    socketio::Encoder(*message, "/").event(event, std::nullopt, arguments...);
    broadcast(message);
  }

 private:
  void broadcast(std::shared_ptr<engineio::Message const> const& message) const;
  std::shared_ptr<socketio::NamespaceSpec> spec_;
  socketio::Target target_;
};

/// All namespaces that a pattern accepts; each is made when the first client asks for it.
class ParentNamespace {
 public:
  explicit ParentNamespace(std::shared_ptr<socketio::NamespaceSpec> spec) : spec_(std::move(spec)) {}

  template <class F>
  ParentNamespace& on(ConnectionEvent, F&& handler) {
    spec_->on_connection.push_back(socketio::make_connection_handler(std::forward<F>(handler)));
    return *this;
  }
  template <class F>
  ParentNamespace& use(F&& middleware) {
    spec_->middlewares.push_back(socketio::make_middleware(std::forward<F>(middleware)));
    return *this;
  }

  // On a worker: the clients of all children, on all workers.
  ParentBroadcast to(std::vector<base::RoomName> rooms) const { return ParentBroadcast(spec_).to(std::move(rooms)); }
  ParentBroadcast except(std::vector<base::RoomName> rooms) const {
    return ParentBroadcast(spec_).except(std::move(rooms));
  }
  template <class... A>
  void emit(std::string_view event, A const&... arguments) const {
    ParentBroadcast(spec_).emit(event, arguments...);
  }

 private:
  std::shared_ptr<socketio::NamespaceSpec> spec_;
};

/// A Socket.IO server.
///
/// Set it up, then call `run`. Handlers run on the worker of the socket (or connection) they concern: one at a time
/// for each socket, but at the same time for sockets on different workers. With `workers = 1` nothing runs at the
/// same time as anything else.
class Server {
 public:
  explicit Server(ServerConfig config = {});
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  // Before it runs --------------------------------------------------------------------------------------------------

  /// A namespace; the leading slash may be left out.
  NamespaceHandle of(std::string name);
  /// All namespaces whose name `accepts` takes; called from every worker.
  ParentNamespace of_pattern(std::string name, socketio::NamespaceSpec::Accepts accepts);
  /// The default namespace's.
  template <class F>
  void on(ConnectionEvent event, F&& handler) {
    of("/").on(event, std::forward<F>(handler));
  }
  template <class F>
  void use(F&& middleware) {
    of("/").use(std::forward<F>(middleware));
  }

  HttpRoutes& http() { return application_.routes; }
  /// Decides whether a client may open a session at all; an error is the reason that it is told (HTTP 403).
  void allow_request(std::function<base::Result<void, std::string>(HttpRequest const&)> policy);
  /// Adds headers to the first response of a session, and to every response of the engine.
  void on_initial_headers(std::function<void(http::Headers&, http::RequestHead const&)> hook);
  void on_headers(std::function<void(http::Headers&, http::RequestHead const&)> hook);
  /// Adds to the headers of every answer, whoever gives it: a route, the engine, the 101 of a WebSocket, a refusal.
  /// Called last. The request's head is empty when it could not be read.
  void on_answer(std::function<void(http::Headers&, http::RequestHead const&, Via const&)> hook);
  void on_connection_error(std::function<void(EngineRefusal const&)> handler);
  /// Uses Engine.IO alone, without namespaces and events.
  void on_engine_session(std::function<void(EngineSocket&)> handler);
  /// Called on worker 0 before any worker serves: whoever connects meanwhile waits.
  void on_start(std::function<void()> handler) { on_start_ = std::move(handler); }
  /// Called on worker 0 when the server is told to stop, before its sessions end.
  void on_stop(std::function<void()> handler) { on_stop_ = std::move(handler); }
  /// Called once every worker listens, on the thread of `run` or `start`.
  void on_listening(std::function<void(std::uint16_t port)> handler) { on_listening_ = std::move(handler); }

  // Running ---------------------------------------------------------------------------------------------------------

  /// Serves until SIGINT, SIGTERM or `post_stop`; a second signal ends it without last words. Returns the process's
  /// exit code: 0, or 1 if the port cannot be had (logged, and on stderr).
  int run();
  /// Serves on threads of its own, leaving signals alone. The error is a sentence for people.
  base::Result<void, std::string> start();
  /// Any thread. Reads the files of `ServerConfig::tls` again. New connections begin with what they hold now, open ones
  /// go on with what they have. An error is a sentence for people, and nothing has changed then.
  base::Result<void, std::string> post_reload_tls();
  /// Called on worker 0 at every SIGHUP while `run` serves; without a handler SIGHUP keeps its meaning.
  void on_hangup(std::function<void()> handler) { on_hangup_ = std::move(handler); }
  /// Any thread. Ends everything in good order; `run` returns soon after.
  void post_stop();
  /// Waits until a started server has stopped.
  void wait();
  std::uint16_t port() const { return port_; }
  ServerConfig const& config() const { return application_.config; }

  // On a worker -----------------------------------------------------------------------------------------------------

  BroadcastOperator to(base::RoomName room) { return of("/").to(std::move(room)); }
  BroadcastOperator in(base::RoomName room) { return of("/").to(std::move(room)); }
  BroadcastOperator except(base::RoomName room) { return of("/").except(std::move(room)); }
  template <class... A>
  void emit(A const&... event_and_arguments) {
    of("/").emit(event_and_arguments...);
  }
  base::Task<std::vector<RemoteSocket>> fetch_sockets() { return of("/").fetch_sockets(); }
  /// Names of the namespaces that exist on any worker, sorted.
  base::Task<std::vector<std::string>> namespace_names();
  /// Calls once after `delay`, on this worker.
  void after(base::Duration delay, base::Function<void()> call);
  base::Task<void> sleep(base::Duration delay);
  static base::WorkerId this_worker();
  unsigned workers() const { return static_cast<unsigned>(workers_.size()); }

  // Any thread ------------------------------------------------------------------------------------------------------

  /// Open Engine.IO sessions of this process.
  std::int64_t sessions() const { return application_.sessions.read(); }
  std::int64_t connections() const { return application_.connections.read(); }
  /// Runs `call` on a worker. False: its mailbox is full, or the server does not run.
  [[nodiscard]] bool post(base::WorkerId to, base::Function<void()> call);
  /// Runs `call` on another worker and goes on here with its result; the result of a coroutine is waited for there.
  /// Calls from one worker to another keep their order, and so do results that need no wait. What `call` throws is
  /// thrown here, and std::runtime_error when that worker's mailbox is full.
  template <class F>
  base::Task<ResultOn<F>> run_on(base::WorkerId to, F call) {
    using R = ResultOn<F>;
    auto const home = this_worker();
    base::Completion<Carried<R>> result;
    bool const posted = post(to, [this, home, call = std::move(call), resolve = result.resolver()]() mutable {
      auto carry_home = [this, home, resolve = std::move(resolve)](Carried<R> carried) mutable {
        auto const shared = std::make_shared<Carried<R>>(std::move(carried));
        // Whoever waits has a mailbox of its own size; if it is full, so is everything, and the wait ends with it.
        static_cast<void>(
            post(home, [shared, resolve = std::move(resolve)]() mutable { resolve(std::move(*shared)); }));
      };
      base::start(carry<R>(std::move(call), std::move(carry_home)), [](std::exception_ptr) {});
    });
    if (!posted) throw std::runtime_error("a worker's mailbox is full");
    auto carried = co_await result;
    if (carried.thrown) std::rethrow_exception(carried.thrown);
    co_return std::move(*carried.value);
  }

 private:
  friend class NamespaceHandle;
  /// What comes back from another worker: one of the two.
  template <class R>
  struct Carried {
    std::optional<R> value;
    std::exception_ptr thrown;
  };
  template <class R, class F, class Done>
  static base::Task<void> carry(F call, Done done) {
    Carried<R> carried;
    try {
      if constexpr (base::is_task<std::invoke_result_t<F&>>) {
        carried.value.emplace(co_await call());
      } else {
        carried.value.emplace(call());
      }
    } catch (...) {
      carried.thrown = std::current_exception();
    }
    done(std::move(carried));
    co_return;
  }
  base::Result<void, std::string> open();
  void end_at_once();

  Application application_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::function<void()> on_start_;
  std::function<void()> on_stop_;
  std::function<void()> on_hangup_;
  std::function<void(std::uint16_t)> on_listening_;
  std::uint16_t port_ = 0;
  base::Latch running_;
  base::Latch stopping_;
};

}  // namespace parley::server
