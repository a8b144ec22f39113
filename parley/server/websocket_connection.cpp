#include "parley/server/websocket_connection.h"

#include <cstring>

#include "parley/base/log.h"
#include "parley/server/session.h"
#include "parley/server/worker.h"
#include "parley/websocket/close.h"

namespace parley::server {

using engineio::CloseReason;
using websocket::MessageReader;
using websocket::Opcode;

namespace {

/// How long a peer may take to answer our close frame.
constexpr base::Duration close_time = std::chrono::seconds(2);

/// Attachments from this size on are sent from where they lie.
constexpr std::size_t referenced_bytes_min = 1024;

}  // namespace

WebSocketConnection::WebSocketConnection(Worker& worker, std::unique_ptr<net::Stream> stream)
    : worker_(worker), stream_(std::move(stream)), reader_(worker.config().limits.payload_bytes_max) {
  stream_->set_user(*this);
}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::on_bytes(base::MutableBytes bytes) {
  while (session_) {
    auto event = reader_.next(bytes);
    if (auto const* message = std::get_if<MessageReader::Message>(&event)) {
      session_->receive_message(message->text, message->payload);
      continue;
    }
    if (std::holds_alternative<MessageReader::NeedMore>(event)) return;
    if (auto const* ping = std::get_if<MessageReader::Ping>(&event)) {
      // A peer that pings and does not read gets no pongs to pile up: the latest it is owed is enough.
      if (!is_blocked()) write_frame(Opcode::pong, ping->payload);
    } else if (auto const* closing = std::get_if<MessageReader::Close>(&event)) {
      auto* const session = session_;
      close(closing->code, {});
      session->websocket_lost(CloseReason::transport_close);
    } else if (auto const* failure = std::get_if<MessageReader::Failure>(&event)) {
      base::log_info("a WebSocket client breaks the protocol", {{"error", websocket::to_string(failure->error)},
                                                                {"code", failure->close_code},
                                                                {"session", session_->id().text()}});
      auto* const session = session_;
      close(failure->close_code, websocket::to_string(failure->error));
      session->websocket_lost(CloseReason::transport_error);
    }
  }
}

void WebSocketConnection::on_end(net::StreamEnd) {
  if (auto* const session = std::exchange(session_, nullptr)) session->websocket_lost(CloseReason::transport_close);
  leave();
}

void WebSocketConnection::seal(engineio::Message& message) {
  std::uint8_t header[websocket::server_header_bytes_max];
  auto const length = websocket::write_frame_header(header, Opcode::text, message.text().size());
  message.frame_start = message.start - length;
  std::memcpy(message.buffer.data() + message.frame_start, header, length);
}

void WebSocketConnection::write_frame(Opcode opcode, base::BytesView payload) {
  if (!stream_) return;
  std::uint8_t header[websocket::server_header_bytes_max];
  auto const length = websocket::write_frame_header(header, opcode, payload.size());
  auto* const room = stream_->outbox().extend(length + payload.size());
  std::memcpy(room, header, length);
  if (!payload.empty()) std::memcpy(room + length, payload.data(), payload.size());
  stream_->output_added();
}

void WebSocketConnection::write_attachments(engineio::Message const& message) {
  for (auto const& attachment : message.attachments) {
    if (attachment->size() < referenced_bytes_min) {
      write_frame(Opcode::binary, *attachment);
      continue;
    }
    std::uint8_t header[websocket::server_header_bytes_max];
    auto const length = websocket::write_frame_header(header, Opcode::binary, attachment->size());
    stream_->outbox().append(base::BytesView(header, length));
    stream_->outbox().append(net::SharedSlice{attachment, *attachment});
  }
}

void WebSocketConnection::send(engineio::Message const& message) {
  if (!stream_) return;
  if (message.has_text()) write_frame(Opcode::text, base::as_bytes(message.text()));
  write_attachments(message);
}

void WebSocketConnection::send(engineio::SharedMessage const& message) {
  if (!stream_) return;
  // A message that nobody has sealed carries no header.
  if (message->frame_start == message->start) return send(*message);
  stream_->outbox().append(net::SharedSlice{message, base::as_bytes(message->frame())});
  write_attachments(*message);
  stream_->output_added();
}

void WebSocketConnection::send(engineio::PacketType type, std::string_view data) {
  std::string text(1, engineio::to_digit(type));
  text += data;
  write_frame(Opcode::text, base::as_bytes(text));
}

void WebSocketConnection::send(engineio::PollQueue::Item const& item) {
  item.message ? send(item.message) : send(item.control.type, item.control.data);
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
  session_ = nullptr;
  if (!stream_) return;
  auto const payload = websocket::close_payload(code, reason);
  write_frame(Opcode::close, base::as_bytes(payload));
  worker_.streams().say_farewell(std::move(stream_), close_time);
  leave();
}

void WebSocketConnection::abort() {
  session_ = nullptr;
  if (stream_) {
    stream_->outbox().clear();
    stream_->close();
    worker_.loop().bury(std::move(stream_));
  }
  leave();
}

void WebSocketConnection::leave() { worker_.forget(*this); }

}  // namespace parley::server
