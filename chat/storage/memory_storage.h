#pragma once

#include <deque>
#include <unordered_map>

#include "chat/storage/storage.h"

namespace parley::chat {

/// Keeps messages for as long as the process lives. Beyond `messages_per_room_max` the oldest of a room are dropped.
class MemoryStorage : public Storage {
 public:
  explicit MemoryStorage(std::size_t messages_per_room_max = 500) : messages_per_room_max_(messages_per_room_max) {}

  Stored<void> keep(Message message) override;
  Stored<void> mark_delivered(RoomId room, MessageId id, base::Timestamp at) override;
  Stored<void> erase_room(RoomId room) override;
  Stored<std::vector<Message>> messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) override;

 private:
  std::size_t messages_per_room_max_;
  std::unordered_map<RoomId, std::deque<Message>> rooms_;
};

}  // namespace parley::chat
