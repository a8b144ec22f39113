#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "chat/domain/events.h"

namespace parley::chat {

/// Who asks, and where the answer goes: `id` is 0 when nobody waits for one.
struct Ask {
  SocketId socket;
  std::uint64_t id = 0;
};

struct Tell {
  SocketId to;
  ServerEvent event;
};
/// What the asker's acknowledgement callback is given; each Ask with an id gets exactly one.
struct Answer {
  Ask ask;
  Json body;
};
struct JoinRoom {
  SocketId socket;
  std::string room;
};
/// The room of all who have been welcomed: what everyone is told must not reach a guest before its own welcome.
inline constexpr std::string_view everyone = "everyone";
struct LeaveRoom {
  SocketId socket;
  std::string room;
};
/// A closed transport invites the client to come back; a namespace disconnect tells it to stay away.
enum class CloseHow { transport, stay_away };
struct CloseSocket {
  SocketId socket;
  CloseHow how;
};
/// Keep this message, then tell `Lobby::stored`.
struct Store {
  Message message;
};
struct MarkDelivered {
  RoomId room;
  MessageId id;
  base::Timestamp at;
};
/// Forget everything the room has written.
struct EraseRoom {
  RoomId room;
};
/// The numbers are no longer those last broadcast.
struct StatsChanged {};

/// What the outside world must now do, in this order. The domain itself never sends, stores or waits.
using Effect =
    std::variant<Tell, Answer, JoinRoom, LeaveRoom, CloseSocket, Store, MarkDelivered, EraseRoom, StatsChanged>;
using Effects = std::vector<Effect>;

}  // namespace parley::chat
