#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "chat/domain/names.h"

namespace parley::chat {

enum class MessageType { text, file, voice };

constexpr std::string_view to_string(MessageType type) {
  switch (type) {
    case MessageType::text:
      return "text";
    case MessageType::file:
      return "file";
    case MessageType::voice:
      return "voice";
  }
  return "text";
}

/// A message as its author sent it, found to keep the rules.
struct NewMessage {
  MessageType type = MessageType::text;
  Json content;
  std::optional<std::string> timestamp;          ///< for display only; absent when it was none
  std::optional<std::string> client_message_id;  ///< the same again means the same message
  std::optional<std::string> echoed_id;          ///< what the confirmation repeats to the author
};

/// What is kept about a message until the chat ends.
struct Message {
  MessageId id;
  RoomId room;
  GuestId sender;
  std::string sender_username;
  GuestId recipient;
  MessageType type = MessageType::text;
  Json content;
  std::string timestamp;
  std::uint64_t seq = 0;                           ///< 1, 2, 3 … within the chat
  std::optional<base::Timestamp> delivered_at{};   ///< the status is `delivered` from then on, `sent` before
  std::optional<std::string> client_message_id{};  ///< the same again means the same message
};

/// A message that is said, kept and told at the same time does not change while it is.
using SharedMessage = std::shared_ptr<Message const>;

}  // namespace parley::chat
