#pragma once

#include <initializer_list>
#include <string>

#include "parley/base/task.h"
#include "parley/socketio/adapter.h"
#include "parley/socketio/event.h"

namespace parley::socketio {

class RemoteSocket;

/// Says whom and how, then what: `io.to("news").except("muted").emit("headline", text)`. Every step returns a new
/// operator, so that a half-built one may be kept and used again.
/// Lives on  the worker that made it.
class BroadcastOperator {
 public:
  BroadcastOperator(Hub& hub, std::string nsp, Socket const* but = nullptr);

  BroadcastOperator to(base::RoomName room) &&;
  BroadcastOperator to(std::vector<base::RoomName> rooms) &&;
  BroadcastOperator except(base::RoomName room) &&;
  BroadcastOperator except(std::vector<base::RoomName> rooms) &&;
  BroadcastOperator volatile_() &&;
  BroadcastOperator local() &&;
  BroadcastOperator compress(bool on) &&;
  /// How long `emit_with_ack` waits.
  BroadcastOperator timeout(base::Duration limit) &&;
  BroadcastOperator in(base::RoomName room) && { return std::move(*this).to(std::move(room)); }

  // The same for one that is kept.
  BroadcastOperator to(base::RoomName room) const& { return copy().to(std::move(room)); }
  BroadcastOperator to(std::vector<base::RoomName> rooms) const& { return copy().to(std::move(rooms)); }
  BroadcastOperator in(base::RoomName room) const& { return copy().to(std::move(room)); }
  BroadcastOperator except(base::RoomName room) const& { return copy().except(std::move(room)); }
  BroadcastOperator except(std::vector<base::RoomName> rooms) const& { return copy().except(std::move(rooms)); }
  BroadcastOperator volatile_() const& { return copy().volatile_(); }
  BroadcastOperator local() const& { return copy().local(); }
  BroadcastOperator compress(bool on) const& { return copy().compress(on); }
  BroadcastOperator timeout(base::Duration limit) const& { return copy().timeout(limit); }

  template <class... A>
  void emit(std::string_view event, A const&... arguments) const {
    auto const message = std::make_shared<Message>();
    Encoder(*message, nsp_).event(event, std::nullopt, arguments...);
    send(message);
  }
  template <class P, class R>
  void emit(Event<P, R> const& event, P const& payload) const {
    emit(event.name, payload);
  }
  template <class R>
  void emit(Event<void, R> const& event) const {
    emit(event.name);
  }

  template <class... A>
  base::Task<BroadcastAnswers> emit_with_ack(std::string_view event, A const&... arguments) const {
    auto const message = std::make_shared<Message>();
    auto const id = next_ack_id();
    Encoder(*message, nsp_).event(event, id, arguments...);
    return ask(message, id);
  }

  base::Task<std::vector<RemoteSocket>> fetch_sockets() const;
  void sockets_join(std::vector<base::RoomName> rooms) const;
  void sockets_leave(std::vector<base::RoomName> rooms) const;
  /// `close`: ends the whole connection, not only this namespace.
  void disconnect_sockets(bool close = false) const;

 private:
  BroadcastOperator copy() const { return *this; }
  std::uint64_t next_ack_id() const;
  void send(std::shared_ptr<Message> message) const;
  base::Task<BroadcastAnswers> ask(std::shared_ptr<Message> message, std::uint64_t id) const;

  Hub* hub_;
  std::string nsp_;
  Socket const* but_;
  Target target_;
  EmitFlags flags_;
};

/// A socket that may live anywhere: what was known of it when it was fetched, and the means to reach it.
class RemoteSocket {
 public:
  RemoteSocket(SocketInfo info, BroadcastOperator reach) : info_(std::move(info)), reach_(std::move(reach)) {}

  base::SocketId const& id() const { return info_.id; }
  std::vector<base::RoomName> const& rooms() const { return info_.rooms; }
  base::Json const& data() const { return info_.data; }
  Handshake const& handshake() const { return info_.handshake; }

  template <class... A>
  void emit(std::string_view event, A const&... arguments) const {
    reach_.emit(event, arguments...);
  }
  template <class... A>
  base::Task<Answer> emit_with_ack(std::string_view event, base::Duration timeout, A const&... arguments) const {
    return first_of(reach_.timeout(timeout).emit_with_ack(event, arguments...));
  }
  void join(std::vector<base::RoomName> rooms) const { reach_.sockets_join(std::move(rooms)); }
  void leave(base::RoomName room) const { reach_.sockets_leave({std::move(room)}); }
  void disconnect(bool close = false) const { reach_.disconnect_sockets(close); }

 private:
  static base::Task<Answer> first_of(base::Task<BroadcastAnswers> answers);

  SocketInfo info_;
  BroadcastOperator reach_;
};

}  // namespace parley::socketio
