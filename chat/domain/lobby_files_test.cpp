#include <doctest/doctest.h>

#include <algorithm>

#include "chat/domain/lobby.h"
#include "chat/domain/testing/town.h"

using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

FileRecord file(Town const& town, Town::Guest const& owner, RoomId const& room, std::string id) {
  return {.id = FileId(std::move(id)),
          .room = room,
          .owner = owner.id,
          .mime_type = "image/png",
          .original_name = "a.png",
          .size = 1234,
          .created_at = town.now.wall,
          .expires_at = town.now.wall + FileShelf::file_life,
          .base_url = "http://here"};
}

/// The uploads that the lobby has asked to erase.
std::vector<std::string> erased(Town const& town) {
  std::vector<std::string> ids;
  for (auto const& effect : town.all_effects) {
    auto const* files = std::get_if<EraseFiles>(&effect);
    if (!files) continue;
    for (auto const& id : files->files) ids.push_back(id.str());
  }
  std::ranges::sort(ids);
  return ids;
}

Json show(Town& town, Town::Guest& who, std::string_view id) {
  NewMessage message;
  message.type = MessageType::file;
  message.content = Json::object({{"fileId", id}, {"filename", "a"}, {"fileType", "text/html"}, {"fileSize", 1}});
  return town.asked(who, [&](Ask ask, Effects& out) { town.lobby.say(ask, message, town.now, out); });
}

}  // namespace

TEST_CASE("§11.1-not-member: only a guest who is in a room at that moment may add a file to it") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& carol = town.guest("Carol");
  auto const room = room_of(ada->id, bob->id);
  CHECK(town.lobby.is_in_room(ada->key, room, town.now));
  CHECK_FALSE(town.lobby.is_in_room(carol.key, room, town.now));
  CHECK(town.lobby.add_file(bob->key, file(town, *bob, room, "f"), town.now));
  CHECK_FALSE(town.lobby.add_file(carol.key, file(town, carol, room, "g"), town.now));
  CHECK_FALSE(town.lobby.add_file(bob->key, file(town, *bob, room_of(bob->id, carol.id), "h"), town.now));
  town.leave(*ada);
  CHECK_FALSE(town.lobby.is_in_room(ada->key, room, town.now));
  CHECK_FALSE(town.lobby.add_file(bob->key, file(town, *bob, room, "i"), town.now));
  CHECK(town.lobby.files().totals().files == 0);
}

TEST_CASE("§1.3-erased: files are erased when their chat ends, and others' are not") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto [carol, dave] = town.pair("Carol", "Dave");
  REQUIRE(town.lobby.add_file(ada->key, file(town, *ada, room_of(ada->id, bob->id), "a"), town.now));
  REQUIRE(town.lobby.add_file(bob->key, file(town, *bob, room_of(ada->id, bob->id), "b"), town.now));
  REQUIRE(town.lobby.add_file(carol->key, file(town, *carol, room_of(carol->id, dave->id), "c"), town.now));
  town.match(*bob);
  CHECK(erased(town) == std::vector<std::string>{"a", "b"});
  CHECK(town.lobby.files().find(FileId("c"), town.now));
}

TEST_CASE("§1.3-erased: a file is erased two hours after its upload, while its chat goes on") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  REQUIRE(town.lobby.add_file(ada->key, file(town, *ada, room_of(ada->id, bob->id), "f"), town.now));
  CHECK(town.lobby.deadline() <= town.now.steady + 2h);
  town.pass(2h - 1ms);
  CHECK(erased(town).empty());
  town.pass(1ms);
  CHECK(erased(town) == std::vector<std::string>{"f"});
  CHECK(town.session(*ada)->connected_user() == bob->id);
}

TEST_CASE("§8.1-file-record: a message shows a file of its chat as it is, and none of another chat") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto [carol, dave] = town.pair("Carol", "Dave");
  REQUIRE(town.lobby.add_file(ada->key, file(town, *ada, room_of(ada->id, bob->id), "f"), town.now));
  CHECK(code_of(show(town, *bob, "f")) == "ok");
  auto const shown = *town.last<ChatMessage>(*ada).message;
  CHECK(shown.content["fileType"].as_string() == "image/png");
  CHECK(shown.content["fileSize"].as_int() == 1234);
  CHECK(code_of(show(town, *carol, "f")) == "INVALID_MESSAGE");
  CHECK(dave->heard_names.empty());
}

TEST_CASE("files go on after a restart with their chat, and are erased without it or when their time is over") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const room = room_of(ada->id, bob->id);
  auto const kept_session = [&](Town::Guest const& guest) {
    auto const& session = *town.session(guest);
    return SessionRecord{.id = session.id,
                         .key = session.key,
                         .username = session.username,
                         .profile = {},
                         .device_id = {},
                         .previous_partner = {},
                         .created_at = town.now.wall,
                         .last_seen = town.now.wall,
                         .expires_at = town.now.wall + 2h,
                         .is_online = true};
  };
  Snapshot snapshot;
  snapshot.sessions = {kept_session(*ada), kept_session(*bob)};
  snapshot.chats.push_back({{room, ada->id, bob->id, town.now.wall}, {}});
  auto late = file(town, *ada, room, "late");
  late.expires_at = town.now.wall;
  snapshot.files = {file(town, *ada, room, "alive"), late, file(town, *ada, RoomId("gone"), "orphan")};

  Town next;
  next.now = town.now;
  next.step([&](Effects& out) { next.lobby.restore(snapshot, next.now, out); });
  CHECK(next.lobby.files().all() == std::vector{FileId("alive")});
  CHECK(erased(next) == std::vector<std::string>{"late", "orphan"});
  CHECK(next.lobby.is_in_room(ada->key, room, next.now));
}
