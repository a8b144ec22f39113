#include "chat/domain/lobby.h"

// What guests upload to show each other.
namespace parley::chat {

bool Lobby::is_in_room(SessionKey const& key, RoomId const& room, Now now) {
  auto* const found = session(key, now);
  auto const* chat = found ? found->open_chat() : nullptr;
  return chat && chat->room() == room;
}

bool Lobby::add_file(SessionKey const& by, FileRecord file, Now now) {
  if (!is_in_room(by, file.room, now)) return false;
  files_.add(std::move(file), now);
  return true;
}

void Lobby::erase_room(RoomId const& room, Effects& out) {
  out.push_back(EraseRoom{room});
  if (auto files = files_.remove_room(room); !files.empty()) out.push_back(EraseFiles{std::move(files)});
}

void Lobby::end_files(Now now, Effects& out) {
  if (auto files = files_.remove_expired(now); !files.empty()) out.push_back(EraseFiles{std::move(files)});
}

void Lobby::restore(std::vector<FileRecord> files, Now now, Effects& out) {
  std::vector<FileId> over;
  for (auto& file : files) {
    if (conversations_.contains(file.room) && file.expires_at > now.wall) {
      files_.add(std::move(file), now);
    } else {
      over.push_back(std::move(file.id));
    }
  }
  if (!over.empty()) out.push_back(EraseFiles{std::move(over)});
}

}  // namespace parley::chat
