#pragma once

#include <vector>

#include "chat/storage/sqlite_database.h"

namespace parley::chat {

/// The records as statements of SQL: what `Storage` promises, said to an open database and done at once.
///
/// Lives on  one thread at a time.
class SqliteRecords {
 public:
  template <class T>
  using Result = base::Result<T, StorageError>;

  explicit SqliteRecords(SqliteDatabase& database) : db_(database) {}

  Result<void> keep_session(SessionRecord const& session);
  Result<void> erase_session(SessionKey const& key, GuestId const& id);
  Result<void> keep_chat(ChatRecord const& chat);
  Result<void> erase_room(RoomId const& room);
  Result<void> keep_block(BlockRecord const& block);

  Result<void> keep(Message const& message);
  Result<void> mark_delivered(Delivery const& delivery);
  Result<std::vector<Message>> messages_after(RoomId const& room, std::uint64_t seq, std::size_t count_max);
  Result<std::vector<Message>> undelivered_after(RoomId const& room, GuestId const& recipient, std::uint64_t seq,
                                                 std::size_t count_max);
  Result<void> erase_messages_before(base::Timestamp time);

  Result<void> keep_file(FileRecord const& file);
  Result<void> erase_file(FileId const& id);

  Result<void> keep_report(Report const& report);
  Result<std::vector<Report>> reports();
  Result<bool> close_report(std::string const& id);
  Result<void> erase_reports_before(base::Timestamp time);
  Result<void> keep_ban(Ban const& ban);
  Result<bool> erase_ban(Ban::Of of, std::string const& value);

  Result<Snapshot> load();
  Result<void> replace_live(std::vector<SessionRecord> const& sessions, std::vector<ChatRecord> const& chats,
                            std::vector<BlockRecord> const& blocks);

 private:
  /// Erases all other chats.
  Result<void> keep_only_chats(std::vector<ChatRecord> const& chats);
  Result<void> load_sessions(Snapshot& all);
  Result<void> load_chats(Snapshot& all);
  Result<void> load_files_and_bans(Snapshot& all);

  SqliteDatabase& db_;
};

}  // namespace parley::chat
