#include "chat/storage/memory_storage.h"

#include <algorithm>

namespace parley::chat {
namespace {

using Done = base::Result<void, StorageError>;

}  // namespace

Stored<void> MemoryStorage::keep(Message message) {
  auto& room = rooms_[message.room];
  room.push_back(std::move(message));
  if (room.size() > messages_per_room_max_) room.pop_front();
  co_return Done{};
}

Stored<void> MemoryStorage::mark_delivered(RoomId room, MessageId id, base::Timestamp at) {
  if (auto const found = rooms_.find(room); found != rooms_.end()) {
    auto const message = std::ranges::find(found->second, id, &Message::id);
    if (message != found->second.end() && !message->delivered_at) message->delivered_at = at;
  }
  co_return Done{};
}

Stored<void> MemoryStorage::erase_room(RoomId room) {
  rooms_.erase(room);
  co_return Done{};
}

Stored<std::vector<Message>> MemoryStorage::messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) {
  std::vector<Message> messages;
  if (auto const found = rooms_.find(room); found != rooms_.end()) {
    for (auto const& message : found->second) {
      if (messages.size() == count_max) break;
      if (message.seq > seq) messages.push_back(message);
    }
  }
  co_return messages;
}

}  // namespace parley::chat
