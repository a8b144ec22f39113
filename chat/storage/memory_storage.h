#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "chat/storage/storage.h"

namespace parley::chat {

/// Keeps messages for as long as the process lives. Beyond `messages_per_room_max` the oldest of a room are dropped.
class MemoryStorage : public Storage {
 public:
  explicit MemoryStorage(std::size_t messages_per_room_max = 500) : messages_per_room_max_(messages_per_room_max) {}

  Stored<void> keep_session(SessionRecord session) override;
  Stored<void> erase_session(SessionKey key, GuestId id) override;
  Stored<void> keep_chat(ChatRecord chat) override;
  Stored<void> erase_room(RoomId room) override;
  Stored<void> keep_block(BlockRecord block) override;
  Stored<void> keep(SharedMessage message) override;
  Stored<void> mark_delivered(std::vector<Delivery> deliveries) override;
  Stored<std::vector<Message>> messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) override;
  Stored<std::vector<Message>> undelivered_after(RoomId room, GuestId recipient, std::uint64_t seq,
                                                 std::size_t count_max) override;
  Stored<void> keep_file(FileRecord file) override;
  Stored<void> erase_file(FileId id) override;
  Stored<void> keep_report(Report report) override;
  Stored<std::vector<Report>> reports() override;
  Stored<bool> close_report(std::string id) override;
  Stored<void> erase_reports_before(base::Timestamp time) override;
  Stored<void> keep_ban(Ban ban) override;
  Stored<bool> erase_ban(Ban::Of of, std::string value) override;
  Stored<Snapshot> load() override;
  Stored<void> replace_live(std::vector<SessionRecord> sessions, std::vector<ChatRecord> chats,
                            std::vector<BlockRecord> blocks) override;
  Stored<void> erase_messages_before(base::Timestamp time) override;
  /// What is erased from memory is gone.
  Stored<void> tidy() override { co_return base::Result<void, StorageError>{}; }

 private:
  std::size_t messages_per_room_max_;
  std::unordered_map<RoomId, std::deque<Message>> rooms_;
  std::unordered_map<SessionKey, SessionRecord> sessions_;
  std::unordered_map<RoomId, ChatRecord> chats_;
  std::vector<BlockRecord> blocks_;
  std::unordered_map<FileId, FileRecord> files_;
  std::vector<Report> reports_;
  std::vector<Ban> bans_;
};

}  // namespace parley::chat
