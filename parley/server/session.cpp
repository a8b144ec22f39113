#include "parley/server/session.h"

#include <algorithm>
#include <cctype>

#include "parley/base/log.h"
#include "parley/http/url.h"
#include "parley/server/http_connection.h"
#include "parley/server/websocket_connection.h"
#include "parley/server/worker.h"

namespace parley::server {

using engineio::CloseReason;
using engineio::PacketType;
using engineio::TransportKind;

namespace {

/// How long a closed polling session waits for its client to fetch its last words and then the end.
constexpr base::Duration linger_time = std::chrono::seconds(5);

bool is_our_wish(CloseReason why) {
  return why == CloseReason::forced_server_close || why == CloseReason::server_namespace_disconnect ||
         why == CloseReason::server_shutting_down || why == CloseReason::forced_close;
}

}  // namespace

Session::Session(Worker& worker, base::SessionId const& id, TransportKind first, Origin origin)
    : worker_(worker), state_(worker.config().session, first, worker.now()), origin_(std::move(origin)), id_(id) {
  if (first == TransportKind::polling) queue_ = std::make_unique<engineio::PollQueue>();
}

Session::~Session() = default;

void Session::open(std::unique_ptr<SessionUser> user) {
  user_ = std::move(user);
  worker_.timers().set(*this, state_.deadline());
}

// Polling -------------------------------------------------------------------------------------------------------------

bool Session::poll(HttpConnection& connection) {
  if (poll_) {
    close(CloseReason::transport_error);
    return false;
  }
  poll_ = &connection;
  if (!queue_->empty() || lingering_) poll_has_output();
  return true;
}

bool Session::post_begun(HttpConnection& connection) {
  if (post_) {
    close(CloseReason::transport_error);
    return false;
  }
  post_ = &connection;
  return true;
}

void Session::post_complete(std::string& body) {
  post_ = nullptr;
  engineio::PayloadReader payload(body);
  while (auto packet = payload.next()) {
    if (state_.is_closed()) return;
    if (!*packet) return close(CloseReason::parse_error);
    receive(TransportKind::polling, **packet);
  }
}

void Session::request_aborted(HttpConnection& connection) {
  if (poll_ == &connection) poll_ = nullptr;
  if (post_ == &connection) post_ = nullptr;
  engineio::Outputs& out = worker_.outputs();
  state_.transport_lost(TransportKind::polling, CloseReason::transport_error, out);
  carry_out();
}

void Session::poll_has_output() {
  if (!poll_ || answering_) return;
  answering_ = true;
  worker_.answer_at_turn_end(id_);
}

void Session::answer_poll() {
  answering_ = false;
  if (!poll_ || !queue_ || (queue_->empty() && !lingering_)) return;
  bool const last = queue_->empty();
  if (last) queue_->push(PacketType::close);
  std::exchange(poll_, nullptr)->answer_engine(queue_->take_payload());
  if (last) worker_.forget(*this);
}

// WebSocket -----------------------------------------------------------------------------------------------------------

bool Session::attach(WebSocketConnection& connection) {
  if (state_.is_on(TransportKind::websocket)) {
    if (websocket_) return false;
    websocket_ = &connection;
    return true;
  }
  if (!state_.may_probe() || websocket_) return false;
  websocket_ = &connection;
  state_.websocket_opened(worker_.now());
  worker_.timers().set(*this, state_.deadline());
  return true;
}

void Session::receive_message(bool text, base::MutableBytes payload) {
  // What nearly every frame is: a message on the one transport.
  bool const current = state_.is_on(TransportKind::websocket);
  if (text && current && !payload.empty() && payload[0] == '4') {
    return user_->on_text(base::as_text(payload).substr(1));
  }
  if (!text) {
    if (current) return user_->on_binary(payload);
    return receive(TransportKind::websocket, {PacketType::message, true, payload});
  }
  auto const packet = engineio::read_text_packet(payload);
  if (packet) return receive(TransportKind::websocket, *packet);
  // Nonsense ends the session, but a probe that talks nonsense only has failed.
  if (current) return close(CloseReason::parse_error);
  receive(TransportKind::websocket, engineio::Packet{});
}

void Session::websocket_lost(CloseReason why) {
  websocket_ = nullptr;
  state_.transport_lost(TransportKind::websocket, why, worker_.outputs());
  carry_out();
}

void Session::switch_to_websocket() {
  if (poll_) {
    queue_->push(PacketType::noop);
    // The noop goes out by the poll, everything that waited before it by the WebSocket.
    auto items = queue_->take_items();
    std::exchange(poll_, nullptr)->answer_engine("6");
    items.pop_back();
    for (auto& item : items) websocket_->send(item);
  } else {
    for (auto& item : queue_->take_items()) websocket_->send(item);
  }
  queue_.reset();
}

// State machine -------------------------------------------------------------------------------------------------------

void Session::receive(TransportKind from, engineio::Packet const& packet) {
  state_.receive(from, packet, worker_.now(), worker_.outputs());
  carry_out();
}

void Session::on_timer(base::TimePoint now) {
  if (lingering_) return worker_.forget(*this);
  state_.advance(now, worker_.outputs());
  carry_out();
}

void Session::close(CloseReason why) {
  state_.close(why, worker_.outputs());
  carry_out();
}

void Session::carry_out() {
  // What is done for one output may append others: they belong to the same list, and keep their order.
  auto outputs = std::exchange(worker_.outputs(), {});
  for (auto const& output : outputs) {
    if (auto const* deliver = std::get_if<engineio::Deliver>(&output)) {
      auto const& packet = deliver->packet;
      packet.binary ? user_->on_binary(packet.data) : user_->on_text(packet.text());
    } else if (auto const* send = std::get_if<engineio::Send>(&output)) {
      carry_out(*send);
    } else if (std::holds_alternative<engineio::SwitchToWebsocket>(output)) {
      switch_to_websocket();
    } else if (std::holds_alternative<engineio::DropWebsocket>(output)) {
      if (websocket_) std::exchange(websocket_, nullptr)->close(1000, {});
    } else if (auto const* closed = std::get_if<engineio::SessionClosed>(&output)) {
      return finish(closed->why);
    }
  }
  if (!state_.is_closed()) worker_.timers().set(*this, state_.deadline());
}

void Session::carry_out(engineio::Send const& send) {
  if (send.via == TransportKind::websocket) {
    if (websocket_) websocket_->send(send.type, send.data);
    return;
  }
  // A noop only ends a poll that waits; there is no use in keeping it.
  if (send.type == PacketType::noop) {
    if (poll_ && queue_->empty()) {
      queue_->push(PacketType::noop);
      poll_has_output();
    }
    return;
  }
  queue_->push(send.type, send.data);
  poll_has_output();
}

void Session::finish(CloseReason why) {
  worker_.timers().cancel(*this);
  // A handler of the end may look at the session, which therefore stays whole until it is buried.
  user_->on_close(why);
  if (auto* const websocket = std::exchange(websocket_, nullptr)) {
    websocket->close(why == CloseReason::server_shutting_down ? 1001 : 1000, {});
  }
  if (auto* const post = std::exchange(post_, nullptr)) post->session_ended();
  if (queue_ && !queue_->empty() && is_our_wish(why)) {
    // Its last words go first and alone: clients drop what comes in one payload with the end.
    lingering_ = true;
    worker_.timers().set(*this, worker_.now() + linger_time);
    return poll_has_output();
  }
  if (auto* const poll = std::exchange(poll_, nullptr)) {
    // A client that has closed by itself need not be told.
    queue_->push(why == CloseReason::transport_close ? PacketType::noop : PacketType::close);
    poll->answer_engine(queue_->take_payload());
  }
  worker_.forget(*this);
}

// Sending -------------------------------------------------------------------------------------------------------------

bool Session::has_room(std::size_t bytes) {
  if (overflowed_) return false;
  auto const waiting = queue_ ? queue_->bytes() : websocket_ ? websocket_->queued_bytes() : 0;
  if (waiting + bytes <= worker_.config().limits.outbox_bytes_max) return true;
  overflowed_ = true;
  worker_.end_at_turn_end(id_);
  return false;
}

void Session::end_overflow() {
  base::log_warning("a session ends: its client does not read what is sent to it",
                    {{"session", id_.text()}, {"outbox_bytes_max", worker_.config().limits.outbox_bytes_max}});
  if (websocket_) websocket_->abort();
  close(CloseReason::transport_error);
}

void Session::send(engineio::Message const& message) {
  if (state_.is_closed() || !has_room(message.bytes())) return;
  if (!queue_) {
    if (websocket_) websocket_->send(message);
    return;
  }
  queue_->push(std::make_shared<engineio::Message const>(message));
  poll_has_output();
}

void Session::send(engineio::SharedMessage const& message) {
  if (state_.is_closed() || !has_room(message->bytes())) return;
  if (!queue_) {
    if (websocket_) websocket_->send(message);
    return;
  }
  queue_->push(message);
  poll_has_output();
}

void Session::send_binary(base::BytesView bytes) {
  engineio::Message message;
  message.attachments.push_back(std::make_shared<base::Bytes const>(bytes.begin(), bytes.end()));
  send(message);
}

bool Session::writable() const {
  if (queue_) return poll_ && queue_->empty();
  return websocket_ && !websocket_->is_blocked();
}

TransportKind Session::transport() const {
  return state_.is_on(TransportKind::polling) ? TransportKind::polling : TransportKind::websocket;
}

socketio::Handshake Session::handshake() const {
  socketio::Handshake handshake;
  http::RequestParser parser;
  auto bytes = base::as_bytes(origin_.raw_head);
  if (!parser.feed(bytes)) return handshake;
  auto const& head = parser.head();
  for (auto const& field : head.headers) {
    std::string name = field.name;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto const same = std::ranges::find(handshake.headers, name, [](auto const& pair) { return pair.first; });
    if (same == handshake.headers.end()) {
      handshake.headers.emplace_back(std::move(name), field.value);
    } else {
      same->second += ", " + field.value;
    }
  }
  if (auto const target = http::parse_target(head.target)) {
    for (auto const& parameter : target->query) handshake.query.emplace_back(parameter.name, parameter.value);
  }
  handshake.url = head.target;
  handshake.address = origin_.peer.host();
  handshake.xdomain = head.headers.find("origin").has_value();
  handshake.secure = origin_.secure;
  handshake.issued = origin_.issued;
  return handshake;
}

}  // namespace parley::server
