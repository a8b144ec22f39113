#include "chat/domain/file_shelf.h"

#include <algorithm>

#include "chat/domain/file_rules.h"

namespace parley::chat {

void FileShelf::add(FileRecord record, Now now) {
  auto const id = record.id;
  if (files_.contains(id)) return;
  auto const expires_at = now.steady + (record.expires_at - now.wall);
  expiries_.emplace(expires_at, id);
  rooms_[record.room].push_back(id);
  bytes_ += record.size;
  files_.emplace(id, Shelved{std::move(record), expires_at});
}

FileRecord const* FileShelf::find(FileId const& id, Now now) const {
  auto const found = files_.find(id);
  return found == files_.end() || found->second.expires_at <= now.steady ? nullptr : &found->second.record;
}

std::vector<FileId> FileShelf::all() const {
  std::vector<FileId> ids;
  for (auto const& [id, shelved] : files_) ids.push_back(id);
  return ids;
}

void FileShelf::remove(FileId const& id) {
  auto const taken = files_.extract(id);
  if (!taken) return;
  auto const& [record, expires_at] = taken.mapped();
  bytes_ -= record.size;
  auto const room = rooms_.find(record.room);
  std::erase(room->second, id);
  if (room->second.empty()) rooms_.erase(room);
  auto const [first, last] = expiries_.equal_range(expires_at);
  expiries_.erase(std::find_if(first, last, [&](auto const& each) { return each.second == id; }));
}

std::vector<FileId> FileShelf::remove_room(RoomId const& room) {
  auto const found = rooms_.find(room);
  if (found == rooms_.end()) return {};
  auto const ids = found->second;
  for (auto const& id : ids) remove(id);
  return ids;
}

std::vector<FileId> FileShelf::remove_expired(Now now) {
  std::vector<FileId> ids;
  for (auto const& [at, id] : expiries_) {
    if (at > now.steady) break;
    ids.push_back(id);
  }
  for (auto const& id : ids) remove(id);
  return ids;
}

base::TimePoint FileShelf::deadline() const {
  return expiries_.empty() ? base::TimePoint::max() : expiries_.begin()->first;
}

std::string temporary_url(FileRecord const& file) { return file.base_url + "/api/temp-files/temp/" + file.id.str(); }

std::string download_url(FileRecord const& file) { return file.base_url + "/api/temp-files/download/" + file.id.str(); }

bool tell_truth_about_file(Json& content, RoomId const& room, FileShelf const& shelf, Now now) {
  auto const id = content["fileId"].as_string();
  if (!id) return true;
  auto const* file = shelf.find(FileId(std::string(*id)), now);
  if (!file) return true;
  if (file->room != room) return false;
  content.set("tempUrl", temporary_url(*file));
  content.set("downloadUrl", download_url(*file));
  content.set("fileSize", file->size);
  content.set("fileType", file->mime_type);
  content.set("isImage", is_image(file->mime_type));
  content.set("fileTypeCategory", category_of(file->mime_type));
  content.set("expiresAt", written(file->expires_at));
  return true;
}

}  // namespace parley::chat
