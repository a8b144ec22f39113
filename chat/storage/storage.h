#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/domain/records.h"
#include "parley/base/histogram.h"
#include "parley/base/result.h"
#include "parley/base/task.h"

namespace parley::chat {

/// The surroundings failed; `cause` is for the log.
struct StorageError {
  /// What cannot be relied on any more: this call alone, which broke a rule of the records, or the whole storage.
  enum class Of { call, storage };
  std::string cause;
  Of of = Of::storage;
};

template <class T>
using Stored = base::Task<base::Result<T, StorageError>>;

/// Keeps what the domain asks to keep. Every call may take its time, and succeeds only once what it has written
/// would survive the process, as far as this storage can promise it.
///
/// Order     calls take effect in the order in which they were begun, and what was begun earlier is never lost where
///           something begun later was kept; answers come in that order too.
/// Lives on  the lobby's worker, and answers there.
class Storage {
 public:
  virtual ~Storage() = default;

  // Sessions and chats. Keeping again replaces.

  virtual Stored<void> keep_session(SessionRecord session) = 0;
  /// Its blocks go with it.
  virtual Stored<void> erase_session(SessionKey key, GuestId id) = 0;
  virtual Stored<void> keep_chat(ChatRecord chat) = 0;
  /// The chat, its messages and the index of its files.
  virtual Stored<void> erase_room(RoomId room) = 0;
  virtual Stored<void> keep_block(BlockRecord block) = 0;

  // Messages.

  /// Of a chat that has been kept.
  virtual Stored<void> keep(SharedMessage message) = 0;
  /// Messages that are not there, or have been marked, are passed over.
  virtual Stored<void> mark_delivered(std::vector<Delivery> deliveries) = 0;
  /// The messages of a room with a greater `seq`, in that order, at most `count_max`.
  virtual Stored<std::vector<Message>> messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) = 0;
  /// The same, of those that `recipient` has not confirmed.
  virtual Stored<std::vector<Message>> undelivered_after(RoomId room, GuestId recipient, std::uint64_t seq,
                                                         std::size_t count_max) = 0;

  // Files: the index, not the bytes.

  virtual Stored<void> keep_file(FileRecord file) = 0;
  virtual Stored<void> erase_file(FileId id) = 0;

  // Safety.

  /// With the last `Report::messages_max` messages of its room.
  virtual Stored<void> keep_report(Report report) = 0;
  /// Those not closed yet, oldest first.
  virtual Stored<std::vector<Report>> reports() = 0;
  /// Closing a report erases it. False if there is none of that id.
  virtual Stored<bool> close_report(std::string id) = 0;
  virtual Stored<void> erase_reports_before(base::Timestamp time) = 0;
  virtual Stored<void> keep_ban(Ban ban) = 0;
  virtual Stored<bool> erase_ban(Ban::Of of, std::string value) = 0;

  // As a whole.

  /// Everything, to go on from. A storage that has failed is opened again for it.
  virtual Stored<Snapshot> load() = 0;
  /// Takes these sessions, chats and blocks for all there are, in one step; what was written in other chats goes, and
  /// so does the index of their files. A storage that has failed is opened again for it.
  virtual Stored<void> replace_live(std::vector<SessionRecord> sessions, std::vector<ChatRecord> chats,
                                    std::vector<BlockRecord> blocks) = 0;
  /// Erases the messages that the server was given before `time`, even if their chat goes on.
  virtual Stored<void> erase_messages_before(base::Timestamp time) = 0;
  /// Makes sure that what was erased can be found nowhere any more. Slow: for when little is going on.
  virtual Stored<void> tidy() = 0;

  // What it costs.

  /// How long each commit took. Any thread. Null: there are none.
  virtual base::Histogram const* commit_times() const { return nullptr; }
  /// Calls not answered yet.
  virtual std::size_t calls_waiting() const { return 0; }
};

}  // namespace parley::chat
