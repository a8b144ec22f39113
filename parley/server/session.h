#pragma once

#include <memory>
#include <string>

#include "parley/engineio/session.h"
#include "parley/net/address.h"
#include "parley/net/timers.h"
#include "parley/socketio/link.h"

namespace parley::server {

class HttpConnection;
class WebSocketConnection;
class Worker;

/// What speaks through a session: Socket.IO, or an application that uses Engine.IO alone.
class SessionUser {
 public:
  virtual ~SessionUser() = default;
  /// `base::json_padding_bytes` readable bytes follow the text.
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(base::BytesView bytes) = 0;
  virtual void on_close(engineio::CloseReason why) = 0;
};

/// How a session was asked for: kept as it came, and read only when somebody asks.
struct Origin {
  std::string raw_head;
  net::Address peer;
  base::Timestamp issued;
  bool secure = false;
};

/// One Engine.IO session and the connections that carry it: does what the state machine decides.
/// Lives on  one worker, which owns it.
class Session final : public net::Timer, public socketio::Link {
 public:
  Session(Worker& worker, base::SessionId const& id, engineio::TransportKind first, Origin origin);
  ~Session() override;

  base::SessionId const& id() const { return id_; }
  /// Gives it its user and starts its heartbeat.
  void open(std::unique_ptr<SessionUser> user);

  // Polling -------------------------------------------------------------------------------------------------------

  /// A GET that waits for output. False: another one waits already, and the session has ended for it.
  bool poll(HttpConnection& connection);
  /// A POST has begun; false as for `poll`.
  bool post_begun(HttpConnection& connection);
  /// Its whole body. `padding` readable bytes follow it.
  void post_complete(std::string& body);
  /// The connection of a poll or post has gone before its end.
  void request_aborted(HttpConnection& connection);
  /// Answers the waiting poll with all there is. Called by the worker at the end of the turn.
  void answer_poll();

  // WebSocket -----------------------------------------------------------------------------------------------------

  /// The first transport, or a probe. False: there is one already.
  bool attach(WebSocketConnection& connection);
  void receive_message(bool text, base::MutableBytes payload);
  /// The WebSocket has gone, or is about to.
  void websocket_lost(engineio::CloseReason why);

  // For the user of the session -------------------------------------------------------------------------------------

  void send(engineio::Message const& message) override;
  void send(engineio::SharedMessage const& message) override;
  /// A binary message without a text before it, as only users of Engine.IO alone send.
  void send_binary(base::BytesView bytes);
  bool writable() const override;
  void close(engineio::CloseReason why) override;
  engineio::TransportKind transport() const override;
  socketio::Handshake handshake() const override;

  bool is_on(engineio::TransportKind kind) const { return state_.is_on(kind); }
  bool is_closed() const { return state_.is_closed(); }
  /// Output beyond the limit has piled up; the worker ends the session when the turn is over.
  void end_overflow();

 private:
  void on_timer(base::TimePoint now) override;
  void receive(engineio::TransportKind from, engineio::Packet const& packet);
  void carry_out();
  void carry_out(engineio::Send const& send);
  void switch_to_websocket();
  void finish(engineio::CloseReason why);
  void poll_has_output();
  bool has_room(std::size_t bytes);

  Worker& worker_;
  engineio::Session state_;
  std::unique_ptr<SessionUser> user_;
  WebSocketConnection* websocket_ = nullptr;
  HttpConnection* poll_ = nullptr;
  HttpConnection* post_ = nullptr;
  std::unique_ptr<engineio::PollQueue> queue_;  ///< only while polling
  Origin origin_;
  base::SessionId id_;
  bool answering_ = false;   ///< on the worker's list
  bool overflowed_ = false;  ///< on the worker's other list
  bool lingering_ = false;   ///< closed, but a polling client has not fetched its last words and the end yet
};

}  // namespace parley::server
