#include "chat/domain/file_shelf.h"

#include <doctest/doctest.h>

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::TimePoint;
using parley::base::Timestamp;

namespace {

Now at(std::chrono::milliseconds time) { return {TimePoint{time}, Timestamp{1'000'000'000s + time}}; }

FileRecord file(std::string id, std::string room, std::uint64_t size = 7, Now created = at(0s)) {
  return {.id = FileId(std::move(id)),
          .room = RoomId(std::move(room)),
          .owner = GuestId("guest_a"),
          .mime_type = "image/png",
          .original_name = "a.png",
          .size = size,
          .created_at = created.wall,
          .expires_at = created.wall + FileShelf::file_life,
          .base_url = "http://here"};
}

}  // namespace

TEST_CASE("§1.3-erased: a file is found until its two hours are over, swept or not") {
  FileShelf shelf;
  shelf.add(file("f", "r"), at(0s));
  CHECK(shelf.find(FileId("f"), at(2h - 1ms)));
  CHECK_FALSE(shelf.find(FileId("f"), at(2h)));
  CHECK_FALSE(shelf.find(FileId("g"), at(0s)));
  CHECK(shelf.deadline() == at(2h).steady);
  CHECK(shelf.remove_expired(at(2h - 1ms)).empty());
  CHECK(shelf.remove_expired(at(2h)) == std::vector{FileId("f")});
  CHECK(shelf.deadline() == TimePoint::max());
}

TEST_CASE("a file's time goes on over a restart, and a clock set back does not lengthen it") {
  FileShelf shelf;
  // Found at the start of a process whose steady clock begins anew, an hour after the upload.
  shelf.add(file("f", "r"), {TimePoint{5s}, at(1h).wall});
  CHECK(shelf.find(FileId("f"), {TimePoint{1h + 4s}, at(0s).wall}));
  CHECK_FALSE(shelf.find(FileId("f"), {TimePoint{1h + 5s}, at(0s).wall}));
  // One whose time came while nobody was there.
  shelf.add(file("late", "r"), at(3h));
  CHECK_FALSE(shelf.find(FileId("late"), at(3h)));
  CHECK(shelf.remove_expired(at(3h)).size() == 2);
}

TEST_CASE("the files of a room go with it and no others") {
  FileShelf shelf;
  shelf.add(file("a", "r1", 10), at(0s));
  shelf.add(file("b", "r2", 20), at(0s));
  shelf.add(file("c", "r1", 30), at(0s));
  CHECK(shelf.totals().files == 3);
  CHECK(shelf.totals().rooms == 2);
  CHECK(shelf.totals().bytes == 60);
  CHECK(shelf.remove_room(RoomId("r1")) == std::vector{FileId("a"), FileId("c")});
  CHECK(shelf.remove_room(RoomId("r1")).empty());
  CHECK_FALSE(shelf.find(FileId("a"), at(0s)));
  CHECK(shelf.find(FileId("b"), at(0s)));
  CHECK(shelf.totals().files == 1);
  CHECK(shelf.totals().rooms == 1);
  CHECK(shelf.totals().bytes == 20);
}

TEST_CASE("a file that is taken back leaves nothing behind") {
  FileShelf shelf;
  shelf.add(file("a", "r"), at(0s));
  shelf.remove(FileId("a"));
  shelf.remove(FileId("a"));
  CHECK(shelf.totals().files == 0);
  CHECK(shelf.totals().rooms == 0);
  CHECK(shelf.deadline() == TimePoint::max());
}

TEST_CASE("§8.1-file-record: a message about a live file of its room says what the server knows") {
  FileShelf shelf;
  shelf.add(file("f", "r", 1234), at(0s));
  auto content = *Json::parse(R"({"fileId":"f","filename":"mine.png","fileSize":1,"fileType":"text/html",
                                  "tempUrl":"https://evil.example/","isImage":false,"caption":"hi"})");
  CHECK(tell_truth_about_file(content, RoomId("r"), shelf, at(0s)));
  CHECK(content["tempUrl"].as_string() == "http://here/api/temp-files/temp/f");
  CHECK(content["downloadUrl"].as_string() == "http://here/api/temp-files/download/f");
  CHECK(content["fileSize"].as_int() == 1234);
  CHECK(content["fileType"].as_string() == "image/png");
  CHECK(content["isImage"].as_bool() == true);
  CHECK(content["fileTypeCategory"].as_string() == "image");
  CHECK(content["expiresAt"].as_string() == written(at(2h).wall));
  CHECK(content["filename"].as_string() == "mine.png");
  CHECK(content["caption"].as_string() == "hi");
}

TEST_CASE("a message about a file of another room is refused, and one about no live file goes through as it is") {
  FileShelf shelf;
  shelf.add(file("f", "other"), at(0s));
  auto foreign = *Json::parse(R"({"fileId":"f"})");
  CHECK_FALSE(tell_truth_about_file(foreign, RoomId("r"), shelf, at(0s)));
  CHECK(tell_truth_about_file(foreign, RoomId("r"), shelf, at(2h)));
  for (auto const* text : {R"({"fileId":"unknown","fileSize":1})", R"({"fileId":7})", R"({})", R"("text")"}) {
    auto content = *Json::parse(text);
    auto const before = content.dump();
    CHECK(tell_truth_about_file(content, RoomId("r"), shelf, at(0s)));
    CHECK(content.dump() == before);
  }
}
