#include "chat/storage/memory_storage.h"

#include <algorithm>

namespace parley::chat {
namespace {

using Done = base::Result<void, StorageError>;

}  // namespace

Stored<void> MemoryStorage::keep_session(SessionRecord session) {
  auto const key = session.key;
  sessions_.insert_or_assign(key, std::move(session));
  co_return Done{};
}

Stored<void> MemoryStorage::erase_session(SessionKey key, GuestId id) {
  sessions_.erase(key);
  std::erase_if(blocks_, [&](BlockRecord const& each) { return each.by == id || each.whom == id; });
  co_return Done{};
}

Stored<void> MemoryStorage::keep_chat(ChatRecord chat) {
  auto const room = chat.room;
  chats_.insert_or_assign(room, std::move(chat));
  co_return Done{};
}

Stored<void> MemoryStorage::keep_block(BlockRecord block) {
  auto const same = [&](BlockRecord const& each) { return each.by == block.by && each.whom == block.whom; };
  if (std::ranges::none_of(blocks_, same)) blocks_.push_back(std::move(block));
  co_return Done{};
}

Stored<void> MemoryStorage::keep(SharedMessage message) {
  if (!chats_.contains(message->room)) co_return base::fail(StorageError{"no such chat", StorageError::Of::call});
  auto& room = rooms_[message->room];
  room.push_back(*message);
  if (room.size() > messages_per_room_max_) room.pop_front();
  co_return Done{};
}

Stored<void> MemoryStorage::mark_delivered(std::vector<Delivery> deliveries) {
  for (auto const& each : deliveries) {
    auto const found = rooms_.find(each.room);
    if (found == rooms_.end()) continue;
    auto const message = std::ranges::find(found->second, each.seq, &Message::seq);
    if (message != found->second.end() && !message->delivered_at) message->delivered_at = each.at;
  }
  co_return Done{};
}

Stored<void> MemoryStorage::erase_room(RoomId room) {
  rooms_.erase(room);
  chats_.erase(room);
  std::erase_if(files_, [&](auto const& each) { return each.second.room == room; });
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

Stored<std::vector<Message>> MemoryStorage::undelivered_after(RoomId room, GuestId recipient, std::uint64_t seq,
                                                              std::size_t count_max) {
  std::vector<Message> messages;
  if (auto const found = rooms_.find(room); found != rooms_.end()) {
    for (auto const& message : found->second) {
      if (messages.size() == count_max) break;
      if (message.seq > seq && message.recipient == recipient && !message.delivered_at) messages.push_back(message);
    }
  }
  co_return messages;
}

Stored<void> MemoryStorage::keep_file(FileRecord file) {
  auto const id = file.id;
  files_.insert_or_assign(id, std::move(file));
  co_return Done{};
}

Stored<void> MemoryStorage::erase_file(FileId id) {
  files_.erase(id);
  co_return Done{};
}

Stored<void> MemoryStorage::keep_report(Report report) {
  if (auto const found = rooms_.find(report.room); found != rooms_.end()) {
    auto const& all = found->second;
    auto const count = std::min(all.size(), Report::messages_max);
    report.messages.assign(all.end() - static_cast<std::ptrdiff_t>(count), all.end());
  }
  reports_.push_back(std::move(report));
  co_return Done{};
}

Stored<std::vector<Report>> MemoryStorage::reports() { co_return reports_; }

Stored<bool> MemoryStorage::close_report(std::string id) {
  co_return std::erase_if(reports_, [&](Report const& each) { return each.id == id; }) > 0;
}

Stored<void> MemoryStorage::erase_reports_before(base::Timestamp time) {
  std::erase_if(reports_, [&](Report const& each) { return each.at < time; });
  co_return Done{};
}

Stored<void> MemoryStorage::keep_ban(Ban ban) {
  std::erase_if(bans_, [&](Ban const& each) { return each.of == ban.of && each.value == ban.value; });
  bans_.push_back(std::move(ban));
  co_return Done{};
}

Stored<bool> MemoryStorage::erase_ban(Ban::Of of, std::string value) {
  co_return std::erase_if(bans_, [&](Ban const& each) { return each.of == of && each.value == value; }) > 0;
}

Stored<Snapshot> MemoryStorage::load() {
  Snapshot all{.sessions = {}, .chats = {}, .blocks = blocks_, .bans = bans_, .files = {}};
  for (auto const& [key, session] : sessions_) all.sessions.push_back(session);
  for (auto const& [id, file] : files_) all.files.push_back(file);
  for (auto const& [room, chat] : chats_) {
    auto& restored = all.chats.emplace_back(Snapshot::Chat{chat, {}});
    for (auto const& each : rooms_[room]) {
      restored.messages.push_back({each.id, each.sender, each.recipient, each.timestamp, each.client_message_id,
                                   each.seq, each.delivered_at.has_value()});
    }
  }
  co_return all;
}

Stored<void> MemoryStorage::replace_live(std::vector<SessionRecord> sessions, std::vector<ChatRecord> chats,
                                         std::vector<BlockRecord> blocks) {
  sessions_.clear();
  chats_.clear();
  for (auto& each : sessions) sessions_.insert_or_assign(SessionKey(each.key), std::move(each));
  for (auto& each : chats) chats_.insert_or_assign(RoomId(each.room), std::move(each));
  blocks_ = std::move(blocks);
  std::erase_if(rooms_, [&](auto const& each) { return !chats_.contains(each.first); });
  std::erase_if(files_, [&](auto const& each) { return !chats_.contains(each.second.room); });
  co_return Done{};
}

Stored<void> MemoryStorage::erase_messages_before(base::Timestamp time) {
  // An id begins with the time at which the server was given the message.
  auto const first_to_stay = MessageId("msg_" + std::to_string(time.time_since_epoch().count()));
  for (auto& [room, messages] : rooms_) {
    std::erase_if(messages, [&](Message const& each) { return each.id < first_to_stay; });
  }
  co_return Done{};
}

}  // namespace parley::chat
