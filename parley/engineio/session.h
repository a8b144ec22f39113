#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "parley/base/id.h"
#include "parley/base/time.h"
#include "parley/engineio/close_reason.h"
#include "parley/engineio/packet.h"

namespace parley::engineio {

/// What all sessions of a server have in common. Defaults are those of Node's engine.
struct SessionConfig {
  struct Heartbeat {
    base::Duration interval = std::chrono::seconds(25);
    base::Duration timeout = std::chrono::seconds(20);
  } heartbeat;
  base::Duration upgrade_timeout = std::chrono::seconds(10);
};

/// What the owner of a session must now do, in this order.
struct Deliver {
  Packet packet;  ///< a message for the application
};
struct Send {
  TransportKind via;
  PacketType type;
  std::string_view data;  ///< static text
};
struct SwitchToWebsocket {};  ///< all that waits and all that follows goes over the WebSocket
struct DropWebsocket {};      ///< the probe has failed; polling goes on
struct SessionClosed {
  CloseReason why;
};
using Output = std::variant<Deliver, Send, SwitchToWebsocket, DropWebsocket, SessionClosed>;
using Outputs = std::vector<Output>;

/// One Engine.IO session as the protocol sees it: no socket, no thread, no clock of its own.
/// Tell it what happened and when; carry out what it appends to `out`, in order.
///
///            websocket opens           "5" over websocket
///   Polling ─────────────────► Probing ───────────────────► Websocket
///      ▲                          │ anything but "2probe" and "5", lost, or give_up_at
///      └──────────────────────────┘
///   any ── close packet, wrong packet, pong overdue, transport lost ──► Closed (final)
///
/// While it probes, a waiting poll is ended with a noop every 100 ms, so that the client can pause polling.
///
/// Lives on  one worker.
/// Source    Engine.IO protocol v4, "Upgrade" and "Heartbeat".
class Session {
 public:
  /// How often a poll that waits during an upgrade is ended.
  static constexpr base::Duration noop_interval = std::chrono::milliseconds(100);

  Session(SessionConfig const& config, TransportKind first, base::TimePoint now);

  void receive(TransportKind from, Packet const& packet, base::TimePoint now, Outputs& out);
  /// The client has opened a WebSocket for a session that polls. Precondition: may_probe().
  void websocket_opened(base::TimePoint now);
  /// A connection that carried the session has gone.
  void transport_lost(TransportKind which, CloseReason why, Outputs& out);
  void advance(base::TimePoint now, Outputs& out);
  void close(CloseReason why, Outputs& out);
  /// When `advance` next has something to do; `TimePoint::max()` once closed.
  base::TimePoint deadline() const;

  /// Where messages go now. While probing they still go through polling.
  bool is_on(TransportKind kind) const;
  bool may_probe() const { return std::holds_alternative<Polling>(state_); }
  bool is_closed() const { return std::holds_alternative<Closed>(state_); }

 private:
  struct Polling {};
  struct Probing {
    base::TimePoint give_up_at;
    std::optional<base::TimePoint> noop_due;  ///< set once the probe was answered
  };
  struct Websocket {};
  struct Closed {
    CloseReason why;
  };
  void receive_probe(Probing& probing, Packet const& packet, base::TimePoint now, Outputs& out);

  SessionConfig const* config_;
  std::variant<Polling, Probing, Websocket, Closed> state_;
  base::TimePoint ping_due_;
  std::optional<base::TimePoint> pong_due_;
};

/// The open packet's data: what the client must know of its session.
std::string open_packet_data(base::SessionId const& id, SessionConfig const& config, bool may_upgrade,
                             std::size_t payload_bytes_max);

}  // namespace parley::engineio
