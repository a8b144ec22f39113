#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chat/domain/message.h"
#include "chat/domain/refusal.h"
#include "chat/domain/stats.h"

/// Everything the server says to a client. Each struct is one payload; `event` is the name it travels under.
namespace parley::chat {

using base::field;
using base::fields;

/// What a guest is told about its partner.
struct MatchedUser {
  GuestId id;
  std::string username;
  bool is_guest = true;
  OrNull<Location> location;
  OrNull<std::string> gender, language;
};
constexpr auto json_fields(MatchedUser*) {
  return fields(field("id", &MatchedUser::id), field("username", &MatchedUser::username),
                field("isGuest", &MatchedUser::is_guest), field("location", &MatchedUser::location),
                field("gender", &MatchedUser::gender), field("language", &MatchedUser::language));
}

struct ActiveChat {
  RoomId room_id;
  MatchedUser matched_user;
};
constexpr auto json_fields(ActiveChat*) {
  return fields(field("roomId", &ActiveChat::room_id), field("matchedUser", &ActiveChat::matched_user));
}

struct ConnectionEstablished {
  static constexpr std::string_view event = "connection:established";
  GuestId user_id;
  std::string username;
  SocketId socket_id;
  bool is_guest = true;
  SessionKey session_id;
  OrNull<ActiveChat> active_chat;
  bool is_searching = false;
  std::string server_time;
};
constexpr auto json_fields(ConnectionEstablished*) {
  using E = ConnectionEstablished;
  return fields(field("userId", &E::user_id), field("username", &E::username), field("socketId", &E::socket_id),
                field("isGuest", &E::is_guest), field("sessionId", &E::session_id),
                field("activeChat", &E::active_chat), field("isSearching", &E::is_searching),
                field("serverTime", &E::server_time));
}

/// A refusal, under the error event of what was refused.
struct Refused {
  std::string_view event;
  std::string_view message;
  std::string_view code;
  std::optional<std::int64_t> retry_after_ms{};  ///< of what came too often
};
constexpr auto json_fields(Refused*) {
  return fields(field("message", &Refused::message), field("code", &Refused::code),
                field("retryAfterMs", &Refused::retry_after_ms));
}

/// A step of the search for a partner, told in words.
struct MatchNotice {
  std::string_view event;
  std::string_view message;
};
constexpr auto json_fields(MatchNotice*) { return fields(field("message", &MatchNotice::message)); }
inline constexpr MatchNotice match_searching{"user:match:searching", "Searching for available users"};
inline constexpr MatchNotice match_no_users{"user:match:no_users",
                                            "No users available for matching. Waiting for someone to join..."};
inline constexpr MatchNotice match_cancelled{"user:match:cancelled", "Matching cancelled"};
inline constexpr MatchNotice chat_clear_confirmed{"chat:clear:confirmed", "Chat cleared successfully"};

struct Matched {
  static constexpr std::string_view event = "user:matched";
  MatchedUser matched_user;
  RoomId room_id;
};
constexpr auto json_fields(Matched*) {
  return fields(field("matchedUser", &Matched::matched_user), field("roomId", &Matched::room_id));
}

/// A message on its way to the partner, and to nobody else.
struct ChatMessage {
  static constexpr std::string_view event = "chat:message";
  SharedMessage message;
};
/// What the partner is told of a message.
constexpr auto json_fields(Message*) {
  return fields(field("id", &Message::id), field("senderId", &Message::sender),
                field("senderUsername", &Message::sender_username), field("type", &Message::type),
                field("content", &Message::content), field("timestamp", &Message::timestamp));
}
inline void write_json(base::JsonWriter& writer, ChatMessage const& told) { base::write_json(writer, *told.message); }

/// To the author: the message is kept.
struct ChatSent {
  static constexpr std::string_view event = "chat:message:sent";
  MessageId message_id;
  std::string timestamp;
  std::string_view status = "sent";
  std::optional<std::string> client_message_id;
};
constexpr auto json_fields(ChatSent*) {
  return fields(field("messageId", &ChatSent::message_id), field("timestamp", &ChatSent::timestamp),
                field("status", &ChatSent::status), field("clientMessageId", &ChatSent::client_message_id));
}

/// To the author: the recipient has it.
struct ChatDelivered {
  static constexpr std::string_view event = "chat:message:delivered";
  MessageId message_id;
  std::string timestamp;
  std::string_view status = "delivered";
};
constexpr auto json_fields(ChatDelivered*) {
  return fields(field("messageId", &ChatDelivered::message_id), field("timestamp", &ChatDelivered::timestamp),
                field("status", &ChatDelivered::status));
}

struct Typing {
  std::string_view event;  ///< `chat:typing:start` or `chat:typing:stop`
  GuestId user_id;
  std::string username;
};
constexpr auto json_fields(Typing*) {
  return fields(field("userId", &Typing::user_id), field("username", &Typing::username));
}

/// To the partner of a guest who left.
struct ChatCleared {
  static constexpr std::string_view event = "chat:cleared";
  GuestId user_id;
  std::string username;
  std::string_view reason = "User left the chat";
};
constexpr auto json_fields(ChatCleared*) {
  return fields(field("userId", &ChatCleared::user_id), field("username", &ChatCleared::username),
                field("reason", &ChatCleared::reason));
}

/// A guest came into a room or left it.
struct RoomChanged {
  std::string_view event;  ///< `room:user_joined` or `room:user_left`
  GuestId user_id;
  std::string username;
  std::string message;
};
constexpr auto json_fields(RoomChanged*) {
  return fields(field("userId", &RoomChanged::user_id), field("username", &RoomChanged::username),
                field("message", &RoomChanged::message));
}

struct RoomClosed {
  static constexpr std::string_view event = "room:closed";
  GuestId user_id;
  std::string username;
  std::string_view message = "The other user has left. Room closed.";
  std::string_view reason;
};
constexpr auto json_fields(RoomClosed*) {
  return fields(field("userId", &RoomClosed::user_id), field("username", &RoomClosed::username),
                field("message", &RoomClosed::message), field("reason", &RoomClosed::reason));
}

struct CallOffer {
  static constexpr std::string_view event = "webrtc:offer";
  Json offer;
  std::string_view type;
  GuestId from;
  std::string from_username;
};
constexpr auto json_fields(CallOffer*) {
  return fields(field("offer", &CallOffer::offer), field("type", &CallOffer::type), field("from", &CallOffer::from),
                field("fromUsername", &CallOffer::from_username));
}

struct CallAnswer {
  static constexpr std::string_view event = "webrtc:answer";
  Json answer;
  GuestId from;
  std::string from_username;
};
constexpr auto json_fields(CallAnswer*) {
  return fields(field("answer", &CallAnswer::answer), field("from", &CallAnswer::from),
                field("fromUsername", &CallAnswer::from_username));
}

struct CallCandidate {
  static constexpr std::string_view event = "webrtc:ice-candidate";
  Json candidate;
  GuestId from;
};
constexpr auto json_fields(CallCandidate*) {
  return fields(field("candidate", &CallCandidate::candidate), field("from", &CallCandidate::from));
}

/// The end of a call, in one of three ways.
struct CallEnding {
  std::string_view event;  ///< `webrtc:call-end`, `webrtc:call-reject` or `webrtc:call-timeout`
  GuestId from;
  std::string from_username;
};
constexpr auto json_fields(CallEnding*) {
  return fields(field("from", &CallEnding::from), field("fromUsername", &CallEnding::from_username));
}

struct RealtimeStats : StatsReport {
  static constexpr std::string_view event = "realtime:stats";
};

struct StatsUpdate : Stats {
  static constexpr std::string_view event = "stats:update";
};

/// The payload is the list itself.
struct UsersOnlineUpdate {
  static constexpr std::string_view event = "users:online:update";
  std::vector<OnlineUser> users;
};

struct PresenceUpdate {
  static constexpr std::string_view event = "presence:update";
  GuestId user_id;
  bool is_online = true;
  bool is_searching = false;
  std::string last_seen;
};
constexpr auto json_fields(PresenceUpdate*) {
  return fields(field("userId", &PresenceUpdate::user_id), field("isOnline", &PresenceUpdate::is_online),
                field("isSearching", &PresenceUpdate::is_searching), field("lastSeen", &PresenceUpdate::last_seen));
}

/// To the partner of a guest whose connection was lost, and again when it is back.
struct PartnerPresence {
  std::string_view event;  ///< `presence:user_offline` or `presence:user_online`
  GuestId user_id;
  std::string username;
  bool is_online = false;
  std::string last_seen;
};
constexpr auto json_fields(PartnerPresence*) {
  using E = PartnerPresence;
  return fields(field("userId", &E::user_id), field("username", &E::username), field("isOnline", &E::is_online),
                field("lastSeen", &E::last_seen));
}

using ServerEvent =
    std::variant<ConnectionEstablished, Refused, MatchNotice, Matched, ChatMessage, ChatSent, ChatDelivered, Typing,
                 ChatCleared, RoomChanged, RoomClosed, CallOffer, CallAnswer, CallCandidate, CallEnding, RealtimeStats,
                 StatsUpdate, UsersOnlineUpdate, PresenceUpdate, PartnerPresence>;

inline std::string_view name_of(ServerEvent const& event) {
  return std::visit([](auto const& each) -> std::string_view { return each.event; }, event);
}

/// What travels as the event's one argument.
template <class Event>
Event const& payload_of(Event const& event) {
  return event;
}
inline std::vector<OnlineUser> const& payload_of(UsersOnlineUpdate const& event) { return event.users; }

inline std::string payload_json(ServerEvent const& event) {
  return std::visit([](auto const& each) { return base::to_json(payload_of(each)); }, event);
}

}  // namespace parley::chat
