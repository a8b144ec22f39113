#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "chat/domain/records.h"

namespace parley::chat {

/// The files that are alive: each until its time has come or its chat ends, whichever is first. Time is counted on the
/// steady clock, so that a clock set back keeps nothing alive.
class FileShelf {
 public:
  static constexpr auto file_life = std::chrono::hours(2);

  void add(FileRecord record, Now now);
  /// Null once its time has come, also before anyone has swept it away. Valid until the next change.
  FileRecord const* find(FileId const& id, Now now) const;

  std::vector<FileId> all() const;

  /// Takes a file away, if it is there.
  void remove(FileId const& id);
  /// Takes the files of a room away, and returns their names.
  std::vector<FileId> remove_room(RoomId const& room);
  /// The same for those whose time has come.
  std::vector<FileId> remove_expired(Now now);
  /// When the next one's time comes.
  base::TimePoint deadline() const;

  struct Totals {
    std::size_t files = 0;
    std::size_t rooms = 0;
    std::uint64_t bytes = 0;
  };
  Totals totals() const { return {files_.size(), rooms_.size(), bytes_}; }

 private:
  struct Shelved {
    FileRecord record;
    base::TimePoint expires_at;
  };
  std::unordered_map<FileId, Shelved> files_;
  std::unordered_map<RoomId, std::vector<FileId>> rooms_;
  std::multimap<base::TimePoint, FileId> expiries_;
  std::uint64_t bytes_ = 0;
};

/// The content of a file or voice message that names a file: a message may only show a file of its own chat, and of a
/// live one it says what we know and not what its author claims. False: the message is refused.
bool tell_truth_about_file(Json& content, RoomId const& room, FileShelf const& shelf, Now now);

/// Where clients find a file.
std::string temporary_url(FileRecord const& file);
std::string download_url(FileRecord const& file);

}  // namespace parley::chat
