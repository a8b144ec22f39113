#include "parley/engineio/session.h"

#include <algorithm>

#include "parley/base/json.h"

namespace parley::engineio {

Session::Session(SessionConfig const& config, TransportKind first, base::TimePoint now)
    : config_(&config), ping_due_(now + config.heartbeat.interval) {
  if (first == TransportKind::websocket) state_ = Websocket{};
}

void Session::receive(TransportKind from, Packet const& packet, base::TimePoint now, Outputs& out) {
  if (is_closed()) return;
  if (auto* probing = std::get_if<Probing>(&state_); probing && from == TransportKind::websocket) {
    return receive_probe(*probing, packet, now, out);
  }
  switch (packet.type) {
    case PacketType::message:
      out.push_back(Deliver{packet});
      return;
    case PacketType::pong:
      pong_due_.reset();
      ping_due_ = now + config_->heartbeat.interval;
      return;
    case PacketType::close:
      return close(CloseReason::transport_close, out);
    // Since version 4 it is the server that asks.
    case PacketType::ping:
      return close(CloseReason::transport_error, out);
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop:
      return;
  }
}

void Session::receive_probe(Probing& probing, Packet const& packet, base::TimePoint now, Outputs& out) {
  if (packet.type == PacketType::ping && packet.text() == "probe") {
    out.push_back(Send{TransportKind::websocket, PacketType::pong, "probe"});
    probing.noop_due = now;
    return advance(now, out);
  }
  if (packet.type == PacketType::upgrade) {
    state_ = Websocket{};
    out.push_back(SwitchToWebsocket{});
    return;
  }
  state_ = Polling{};
  out.push_back(DropWebsocket{});
}

void Session::websocket_opened(base::TimePoint now) { state_ = Probing{now + config_->upgrade_timeout, std::nullopt}; }

void Session::transport_lost(TransportKind which, CloseReason why, Outputs& out) {
  // A probe that never finishes costs only its own WebSocket; polling goes on.
  if (std::holds_alternative<Probing>(state_) && which == TransportKind::websocket) {
    state_ = Polling{};
    return;
  }
  if (is_on(which)) close(why, out);
}

void Session::advance(base::TimePoint now, Outputs& out) {
  if (is_closed()) return;
  if (pong_due_ && now >= *pong_due_) return close(CloseReason::ping_timeout, out);
  if (auto* probing = std::get_if<Probing>(&state_)) {
    if (now >= probing->give_up_at) {
      state_ = Polling{};
      out.push_back(DropWebsocket{});
    } else if (probing->noop_due && now >= *probing->noop_due) {
      out.push_back(Send{TransportKind::polling, PacketType::noop, {}});
      probing->noop_due = now + noop_interval;
    }
  }
  if (!pong_due_ && now >= ping_due_) {
    out.push_back(Send{
        is_on(TransportKind::websocket) ? TransportKind::websocket : TransportKind::polling, PacketType::ping, {}});
    pong_due_ = now + config_->heartbeat.timeout;
  }
}

void Session::close(CloseReason why, Outputs& out) {
  if (is_closed()) return;
  state_ = Closed{why};
  out.push_back(SessionClosed{why});
}

base::TimePoint Session::deadline() const {
  if (is_closed()) return base::TimePoint::max();
  auto deadline = pong_due_.value_or(ping_due_);
  if (auto const* probing = std::get_if<Probing>(&state_)) {
    deadline = std::min({deadline, probing->give_up_at, probing->noop_due.value_or(base::TimePoint::max())});
  }
  return deadline;
}

bool Session::is_on(TransportKind kind) const {
  if (kind == TransportKind::websocket) return std::holds_alternative<Websocket>(state_);
  return std::holds_alternative<Polling>(state_) || std::holds_alternative<Probing>(state_);
}

std::string open_packet_data(base::SessionId const& id, SessionConfig const& config, bool may_upgrade,
                             std::size_t payload_bytes_max) {
  std::string data = R"({"sid":")";
  base::JsonWriter json(data);
  json.raw(id.text());
  json.raw(may_upgrade ? R"(","upgrades":["websocket"],"pingInterval":)" : R"(","upgrades":[],"pingInterval":)");
  json.integer(config.heartbeat.interval.count());
  json.raw(R"(,"pingTimeout":)");
  json.integer(config.heartbeat.timeout.count());
  json.raw(R"(,"maxPayload":)");
  json.unsigned_integer(payload_bytes_max);
  json.raw("}");
  return data;
}

}  // namespace parley::engineio
