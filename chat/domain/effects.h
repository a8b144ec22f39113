#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "chat/domain/events.h"
#include "chat/domain/records.h"

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
  SharedMessage message;
};
/// Nobody waits for it: when it is lost, its message is told once more.
struct MarkDelivered {
  Delivery delivery;
};
/// Keep that two guests are matched, then tell `Lobby::chat_kept`: they are told only of a chat that lasts.
struct KeepChat {
  ChatRecord chat;
  std::uint64_t conversation = 0;  ///< tells this chat from an earlier one of the same two guests
};
/// Forget the chat and everything the room has written.
struct EraseRoom {
  RoomId room;
};
/// Forget these uploads: their bytes, and what is kept about them.
struct EraseFiles {
  std::vector<FileId> files;
};
/// The session is new or has changed. A later record of the same session takes an earlier one's place.
struct KeepSession {
  SessionRecord session;
};
/// Forget the session and what it has blocked.
struct EraseSession {
  SessionKey key;
  GuestId id;
};
struct KeepBlock {
  BlockRecord block;
};
/// Keep a report with the last messages of its room, then tell `Lobby::report_kept`.
struct KeepReport {
  Report report;
  Ask ask;
};
/// Read messages of a chat, then tell `Lobby::messages_read`.
struct ReadMessages {
  RoomId room;
  std::uint64_t conversation = 0;
  std::uint64_t after_seq = 0;
  std::size_t count_max = 0;
  std::optional<GuestId> undelivered_to{};  ///< only what this guest has not confirmed
  Ask ask{};                                ///< whose question this answers; id 0: nobody's
};
/// The numbers are no longer those last broadcast.
struct StatsChanged {};

/// What the outside world must now do, in this order. The domain itself never sends, stores or waits.
using Effect = std::variant<Tell, Answer, JoinRoom, LeaveRoom, CloseSocket, Store, MarkDelivered, KeepChat, EraseRoom,
                            EraseFiles, KeepSession, EraseSession, KeepBlock, KeepReport, ReadMessages, StatsChanged>;
using Effects = std::vector<Effect>;

}  // namespace parley::chat
