#pragma once

#include <memory>

#include "parley/engineio/packet.h"
#include "parley/net/stream.h"
#include "parley/websocket/message_reader.h"

namespace parley::server {

class Session;
class Worker;

/// A stream that speaks WebSocket for one session: frames in, frames out.
/// Lives on  one worker; owned by it.
class WebSocketConnection final : public net::StreamUser {
 public:
  WebSocketConnection(Worker& worker, std::unique_ptr<net::Stream> stream);
  ~WebSocketConnection() override;

  /// The session it carries; null once that is over.
  void set_session(Session* session) { session_ = session; }
  /// Serves frames that came together with the upgrade request.
  void receive(base::MutableBytes bytes) { on_bytes(bytes); }

  void send(engineio::Message const& message);
  void send(engineio::SharedMessage const& message);
  void send(engineio::PacketType type, std::string_view data);
  void send(engineio::PollQueue::Item const& item);
  /// Says farewell with a close frame. The session hears nothing more.
  void close(std::uint16_t code, std::string_view reason);
  /// Ends at once; what is queued is lost.
  void abort();

  std::size_t queued_bytes() const { return stream_ ? stream_->queued_bytes() : 0; }
  bool is_blocked() const { return stream_ && stream_->is_blocked(); }

  /// Writes the frame header of a text message into its headroom.
  static void seal(engineio::Message& message);

 private:
  void on_bytes(base::MutableBytes bytes) override;
  void on_end(net::StreamEnd end) override;
  void write_frame(websocket::Opcode opcode, base::BytesView payload);
  void write_attachments(engineio::Message const& message);
  void leave();

  Worker& worker_;
  std::unique_ptr<net::Stream> stream_;
  Session* session_ = nullptr;
  websocket::MessageReader reader_;
};

}  // namespace parley::server
