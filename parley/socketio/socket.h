#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "parley/socketio/broadcast.h"
#include "parley/socketio/handler.h"

namespace parley::socketio {

class Client;
class Namespace;

/// An event that a packet middleware looks at, and may change, before handlers see it.
struct PendingEvent {
  std::string name;
  JsonArgs args;
};

/// One client in one namespace.
///
/// Handlers may capture the socket by reference: it outlives the handlers it holds, also while a coroutine of theirs
/// waits. After `disconnect` everything but its id and data is gone; emitting does nothing.
/// Lives on  the worker of its session; all its handlers run there, one at a time.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(std::shared_ptr<Namespace> nsp, Client& client, base::SocketId const& id, base::Json auth);
  ~Socket();
  Socket(Socket const&) = delete;
  Socket& operator=(Socket const&) = delete;

  base::SocketId const& id() const { return id_; }
  /// Its namespace, with the leading slash.
  std::string const& nsp() const;
  bool connected() const { return connected_; }
  Handshake handshake() const;
  /// What the application wants to remember with the socket; seen by `fetch_sockets`.
  base::Json& data();
  /// The transport in use now; it may change from polling to websocket.
  TransportKind transport() const;

  // Listening -----------------------------------------------------------------------------------------------------

  /// Calls `handler` for every such event. See make_handler for what its parameters may be.
  template <class F>
  void on(std::string_view event, F&& handler) {
    listen(event, make_handler(std::forward<F>(handler)), false);
  }
  template <class F>
  void once(std::string_view event, F&& handler) {
    listen(event, make_handler(std::forward<F>(handler)), true);
  }
  /// A typed event: the handler takes `P const&` (nothing for void), and may take an `Ack<R>`.
  template <class P, class R, class F>
  void on(Event<P, R> const& event, F&& handler) {
    if constexpr (std::is_void_v<P>) {
      static_assert(std::is_invocable_v<F&> || std::is_invocable_v<F&, Ack<R>>, "the handler does not fit the event");
    } else {
      static_assert(std::is_invocable_v<F&, P const&> || std::is_invocable_v<F&, P const&, Ack<R>> ||
                        std::is_invocable_v<F&, P> || std::is_invocable_v<F&, P, Ack<R>>,
                    "the handler does not fit the event");
    }
    listen(event.name, make_handler(std::forward<F>(handler)), false);
  }
  template <class F>
  void on(DisconnectEvent, F&& handler) {
    listen("disconnect", make_handler(std::forward<F>(handler)), false);
  }
  template <class F>
  void on(DisconnectingEvent, F&& handler) {
    listen("disconnecting", make_handler(std::forward<F>(handler)), false);
  }
  /// `void(std::string const& message)`: why a packet middleware refused an event.
  void on(RefusedEvent, base::Function<void(std::string const&)> handler);
  /// Removes all handlers of an event.
  void off(std::string_view event);

  using AnyListener = base::Function<void(std::string_view event, Args const& args)>;
  void on_any(AnyListener listener);
  void on_any_outgoing(AnyListener listener);
  void off_any();
  void off_any_outgoing();

  /// Looks at every event before its handlers: `Result<void, std::string>(PendingEvent&)`, or a Task of it. An error
  /// keeps the event from the handlers and is told to `on(refused, …)`.
  template <class F>
  void use(F&& middleware) {
    add_middleware(to_middleware(std::forward<F>(middleware)));
  }

  // Sending -------------------------------------------------------------------------------------------------------

  template <class... A>
  void emit(std::string_view event, A const&... arguments) {
    emit_with({}, event, arguments...);
  }
  template <class P, class R>
  void emit(Event<P, R> const& event, P const& payload) {
    emit_with({}, event.name, payload);
  }
  template <class R>
  void emit(Event<void, R> const& event) {
    emit_with({}, event.name);
  }
  template <class... A>
  void emit_with(EmitFlags const& flags, std::string_view event, A const&... arguments) {
    if (!connected_) return;
    if (has_outgoing_listeners()) {
      Message own;
      Encoder(own, nsp()).event(event, std::nullopt, arguments...);
      notify_outgoing(own);
      return send(own, flags);
    }
    Encoder(scratch(), nsp()).event(event, std::nullopt, arguments...);
    send(scratch(), flags);
  }
  /// Emits and waits for the client's answer; `timeout` absent: as long as the socket lives.
  template <class... A>
  base::Task<Answer> emit_with_ack(std::optional<base::Duration> timeout, std::string_view event,
                                   A const&... arguments) {
    auto const id = next_ack_id();
    Message message;
    Encoder(message, nsp()).event(event, id, arguments...);
    return ask(message, id, timeout);
  }

  // Rooms and others ----------------------------------------------------------------------------------------------

  void join(base::RoomName const& room);
  void join(std::vector<base::RoomName> const& rooms);
  void leave(base::RoomName const& room);
  std::vector<base::RoomName> rooms() const;
  bool is_in(base::RoomName const& room) const;

  /// Everyone but this socket.
  BroadcastOperator broadcast() const;
  BroadcastOperator to(base::RoomName room) const { return broadcast().to(std::move(room)); }
  BroadcastOperator to(std::vector<base::RoomName> rooms) const { return broadcast().to(std::move(rooms)); }
  BroadcastOperator in(base::RoomName room) const { return to(std::move(room)); }
  BroadcastOperator except(base::RoomName room) const { return broadcast().except(std::move(room)); }
  BroadcastOperator local() const { return broadcast().local(); }

  /// Leaves the namespace; `close`: ends the whole connection. The client then does not come back by itself.
  void disconnect(bool close = false);
  /// Ends the connection without a word to the client, which then tries to come back.
  void drop();

  // Used by the library -------------------------------------------------------------------------------------------

  void on_event(std::string_view name, Args const& args, std::optional<std::uint64_t> ack_id);
  void on_ack(std::uint64_t id, Args const& args);
  void on_close(CloseReason why);
  void accept();
  void detach() { client_ = nullptr; }
  Client* client() const { return client_; }
  void send(Message const& message, EmitFlags const& flags);
  void send(SharedMessage const& message, EmitFlags const& flags);
  void send_packet(PacketType type, std::string_view json);
  void expect_ack(std::uint64_t id, base::Function<void(Answer)> done);
  bool has_outgoing_listeners() const;
  void notify_outgoing(Message const& message);
  Message& scratch();
  base::Json const& auth() const;

 private:
  friend class RoomIndex;
  struct Listener {
    std::string_view name;  ///< in the hub's pool of names
    Handler handler;
    bool once = false;
    bool removed = false;
  };
  using NextEvent = base::Function<void(base::Result<void, std::string>)>;
  using PacketMiddleware = base::Function<void(std::shared_ptr<PendingEvent>, NextEvent)>;
  /// What most sockets never need.
  struct Extras {
    base::Json auth;
    base::Json data;
    // Shared, so that one may go while it runs.
    std::vector<std::shared_ptr<AnyListener>> any;
    std::vector<std::shared_ptr<AnyListener>> any_outgoing;
    std::vector<std::shared_ptr<PacketMiddleware>> middlewares;
    std::vector<std::shared_ptr<base::Function<void(std::string const&)>>> on_error;
    std::vector<Listener> late_listeners;  ///< added while handlers ran
    std::unordered_map<std::uint64_t, base::Function<void(Answer)>> acks;
  };

  template <class F>
  static PacketMiddleware to_middleware(F&& middleware) {
    if constexpr (base::is_task<std::invoke_result_t<F&, PendingEvent&>>) {
      return [body = std::make_shared<std::decay_t<F>>(std::forward<F>(middleware))](
                 std::shared_ptr<PendingEvent> event, NextEvent next) {
        auto run = [](std::shared_ptr<std::decay_t<F>> owned, std::shared_ptr<PendingEvent> pending,
                      std::shared_ptr<NextEvent> done) -> base::Task<void> {
          auto verdict = co_await (*owned)(*pending);
          (*done)(std::move(verdict));
        };
        base::start(run(body, std::move(event), std::make_shared<NextEvent>(std::move(next))),
                    [](std::exception_ptr thrown) {
                      if (thrown) report_exception("middleware", thrown);
                    });
      };
    } else {
      return [body = std::decay_t<F>(std::forward<F>(middleware))](std::shared_ptr<PendingEvent> const& event,
                                                                   NextEvent next) mutable { next(body(*event)); };
    }
  }

  Extras& extras();
  void listen(std::string_view event, Handler handler, bool once);
  void add_middleware(PacketMiddleware middleware);
  void run_middlewares(std::shared_ptr<PendingEvent> event, std::optional<std::uint64_t> ack_id, std::size_t next);
  void dispatch_event(Incoming& incoming);
  /// False: nobody listens to it.
  bool dispatch(Incoming& incoming);
  void after_dispatch();
  std::uint64_t next_ack_id();
  base::Task<Answer> ask(Message& message, std::uint64_t id, std::optional<base::Duration> timeout);

  std::shared_ptr<Namespace> nsp_;
  Client* client_;
  Membership membership_;
  std::vector<Listener> listeners_;
  std::unique_ptr<Extras> extras_;
  base::SocketId id_;
  bool connected_ = false;
  bool leaving_ = false;
  bool untidy_ = false;  ///< listeners were removed or added while handlers ran
  std::uint16_t dispatching_ = 0;
};

template <class... A>
void AnyAck::send(A const&... arguments) {
  auto const id = std::exchange(id_, std::nullopt);
  auto const socket = std::exchange(socket_, nullptr);
  if (!id || !socket || !socket->connected()) return;
  Encoder(socket->scratch(), socket->nsp()).ack(*id, arguments...);
  socket->send(socket->scratch(), {});
}

}  // namespace parley::socketio
