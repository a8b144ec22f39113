#include "chat/storage/sqlite_storage.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "chat/storage/migrations.h"
#include "chat/storage/testing/records.h"

using namespace parley::chat;
using namespace parley::chat::testing;

namespace {

/// A storage whose two threads are played by the test.
struct Desk {
  explicit Desk(std::string path, SqliteStorage::Limits limits = {})
      : storage(std::move(path), disk.executor(), limits) {
    storage.answer_through(home.executor());
  }
  /// With a chat in it.
  void open() {
    REQUIRE(storage.load_now());
    REQUIRE(given(storage.keep_chat(chat_in("ab"))));
  }
  Hands disk, home;
  SqliteStorage storage;
};

void run_sql(std::string const& path, std::string const& sql) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
  CHECK(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

std::string bytes_of(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool can_be_found(Folder const& folder, std::string_view text) {
  for (auto const& each : std::filesystem::directory_iterator(folder.path)) {
    if (bytes_of(each.path().string()).find(text) != std::string::npos) return true;
  }
  return false;
}

mode_t mode_of(std::string const& path) {
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

}  // namespace

TEST_CASE("requests that wait are committed together and answered together, in order") {
  Folder folder;
  Desk desk(folder / "parley.db");
  desk.open();
  desk.disk.at_once = desk.home.at_once = false;
  auto const first = begin(desk.storage.keep(said_in("ab", 1)));
  auto const second = begin(desk.storage.keep(said_in("ab", 2)));
  auto const read = begin(desk.storage.messages_after(RoomId("ab"), 0, 9));
  CHECK(desk.disk.waiting.size() == 1);
  desk.disk.run();
  CHECK_FALSE(first->has_value());
  CHECK(desk.home.waiting.size() == 1);
  desk.home.run();
  CHECK(first->value());
  CHECK(second->value());
  CHECK(read->value()->size() == 2);
}

TEST_CASE("groups begin two milliseconds apart, so that more finds its way into each") {
  Folder folder;
  Desk desk(folder / "parley.db");
  desk.open();
  auto const begun_at = std::chrono::steady_clock::now();
  for (std::uint64_t seq = 1; seq <= 11; ++seq) CHECK(begin(desk.storage.keep(said_in("ab", seq)))->value());
  CHECK(std::chrono::steady_clock::now() - begun_at >= std::chrono::milliseconds(20));
}

TEST_CASE("a request that breaks a rule of the records fails alone") {
  Folder folder;
  Desk desk(folder / "parley.db");
  desk.open();
  desk.disk.at_once = false;
  auto const first = begin(desk.storage.keep(said_in("ab", 1)));
  auto const again = begin(desk.storage.keep(said_in("ab", 1)));
  auto const twin = begin(desk.storage.keep_report(report_about("ab", "r", at(1))));
  auto const twin_again = begin(desk.storage.keep_report(report_about("ab", "r", at(2))));
  auto const last = begin(desk.storage.keep(said_in("ab", 2)));
  desk.disk.run();
  CHECK(first->value());
  REQUIRE_FALSE(again->value());
  CHECK(again->value().error().of == StorageError::Of::call);
  CHECK(twin->value());
  CHECK_FALSE(twin_again->value());
  CHECK(last->value());
}

TEST_CASE("beyond its bounds the storage refuses at once, and takes again when it has answered") {
  Folder folder;
  Desk desk(folder / "parley.db", {.requests_max = 2, .bytes_max = 100'000});
  desk.open();
  desk.disk.at_once = false;
  auto const first = begin(desk.storage.keep(said_in("ab", 1)));
  auto const second = begin(desk.storage.keep(said_in("ab", 2)));
  auto const third = begin(desk.storage.keep(said_in("ab", 3)));
  REQUIRE(third->has_value());
  CHECK_FALSE(third->value());
  desk.disk.run();
  CHECK(second->value());
  auto const large = begin(desk.storage.keep(said_in("ab", 4, std::string(200'000, 'x'))));
  REQUIRE(large->has_value());
  CHECK_FALSE(large->value());
  auto const small = begin(desk.storage.keep(said_in("ab", 5)));
  desk.disk.run();
  CHECK(small->value());
}

TEST_CASE("a file that has gone fails the whole group, and everything after it until the storage is opened again") {
  Folder folder;
  auto const path = folder / "parley.db";
  Desk desk(path);
  desk.open();
  REQUIRE(given(desk.storage.keep(said_in("ab", 1))));
  std::filesystem::remove(path);
  auto const lost = given(desk.storage.keep(said_in("ab", 2)));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().of == StorageError::Of::storage);
  CHECK(lost.error().cause == path + ": the database has been removed or replaced");
  CHECK_FALSE(given(desk.storage.keep(said_in("ab", 3))));
  REQUIRE(given(desk.storage.replace_live({session_of("ada")}, {chat_in("ab")}, {})));
  REQUIRE(given(desk.storage.keep(said_in("ab", 4))));
  auto const all = *given(desk.storage.load());
  CHECK(all.sessions.size() == 1);
  REQUIRE(all.chats.size() == 1);
  CHECK(all.chats[0].messages.size() == 1);
}

TEST_CASE("what is begun before a storage is opened again is done, in its order") {
  Folder folder;
  Desk desk(folder / "parley.db");
  CHECK_FALSE(given(desk.storage.keep(said_in("ab", 1))));
  desk.disk.at_once = false;
  auto const kept = begin(desk.storage.keep_chat(chat_in("ab")));
  auto const loaded = begin(desk.storage.load());
  desk.disk.run();
  CHECK(kept->value());
  CHECK(loaded->value());
}

TEST_CASE("only the owner can read the file, its log and its directory") {
  Folder folder;
  auto const old_mask = umask(0);
  Desk desk(folder / "new/data/parley.db");
  REQUIRE(desk.storage.load_now());
  umask(old_mask);
  CHECK(mode_of(folder / "new/data") == 0700);
  CHECK(mode_of(folder / "new/data/parley.db") == 0600);
  CHECK(mode_of(folder / "new/data/parley.db-wal") == 0600);
}

TEST_CASE("what is erased can be found in no file any more") {
  Folder folder;
  Desk desk(folder / "parley.db");
  desk.open();
  for (std::uint64_t seq = 1; seq <= 50; ++seq) {
    REQUIRE(given(desk.storage.keep(said_in("ab", seq, "the secret word is swordfish"))));
  }
  REQUIRE(given(desk.storage.tidy()));
  REQUIRE(can_be_found(folder, "swordfish"));
  REQUIRE(given(desk.storage.erase_room(RoomId("ab"))));
  REQUIRE(can_be_found(folder, "swordfish"));
  REQUIRE(given(desk.storage.tidy()));
  CHECK_FALSE(can_be_found(folder, "swordfish"));
}

TEST_CASE("no other process can take the same file, and it can once this one has left") {
  Folder folder;
  auto const path = folder / "parley.db";
  std::optional<Desk> first(std::in_place, path);
  REQUIRE(first->storage.load_now());
  // Locks of one process do not hold it off itself, so another plays the second server.
  auto const other = [&] {
    return std::system(("sqlite3 '" + path + "' 'SELECT count(*) FROM sessions' > /dev/null 2>&1").c_str());
  };
  CHECK(other() != 0);
  first.reset();
  CHECK(other() == 0);
}

TEST_CASE("a damaged file, one that is no database, and one of a newer program are refused with a clear sentence") {
  Folder folder;
  auto const path = folder / "parley.db";
  auto const refusal = [&] {
    Desk desk(path);
    auto const loaded = desk.storage.load_now();
    REQUIRE_FALSE(loaded);
    return loaded.error().cause;
  };
  std::ofstream(path) << std::string(8192, 'x');
  CHECK(refusal() == path + ": file is not a database");

  std::filesystem::remove(path);
  { REQUIRE(Desk(path).storage.load_now()); }
  auto const whole = bytes_of(path);
  REQUIRE(whole.size() > 8192);
  // The page behind the schema's first.
  std::ofstream(path, std::ios::binary) << whole.substr(0, 4096) << std::string(4096, '\xff') << whole.substr(8192);
  CHECK(refusal().starts_with(path + ": "));

  std::ofstream(path, std::ios::binary) << whole;
  run_sql(path, "PRAGMA user_version = 99");
  CHECK(refusal() == path +
                         ": the database was written by a newer version of this program (schema 99, this one knows " +
                         std::to_string(migrations().back().number) + ")");
}

TEST_CASE("a database of an older program is brought up to date with all that is in it") {
  Folder folder;
  auto const path = folder / "parley.db";
  std::string older = "PRAGMA journal_mode = WAL; PRAGMA user_version = 2;";
  for (auto const& step : migrations()) {
    if (step.number <= 2) older += step.sql;
  }
  run_sql(path, older +
                    "INSERT INTO chats VALUES ('ab', 'guest_ada', 'guest_bob', 5), ('cd', 'guest_cy', 'guest_dan', 6);"
                    "INSERT INTO messages VALUES"
                    " ('ab', 1, 'msg_1_a', 'guest_ada', 'Ada', 'guest_bob', 'text', '\"hi\"', 'noon', 'c-1', 7),"
                    " ('ab', 2, 'msg_2_a', 'guest_bob', 'Bob', 'guest_ada', 'text', '\"ho\"', 'noon', NULL, NULL),"
                    " ('ef', 1, 'msg_3_a', 'guest_eve', 'Eve', 'guest_ada', 'text', '\"lost\"', 'noon', NULL, NULL);");
  Desk desk(path);
  auto const all = desk.storage.load_now();
  REQUIRE(all);
  REQUIRE(all->chats.size() == 2);
  REQUIRE(all->chats[0].messages.size() == 2);
  CHECK(all->chats[0].messages[0].client_message_id == "c-1");
  CHECK(all->chats[0].messages[0].is_delivered);
  auto const second = given(desk.storage.undelivered_after(RoomId("ab"), GuestId("guest_ada"), 0, 9))->at(0);
  CHECK(second.id == MessageId("msg_2_a"));
  CHECK(second.seq == 2);
  CHECK(second.sender == GuestId("guest_bob"));
  CHECK(second.sender_username == "Bob");
  CHECK(second.content == Json("ho"));
  CHECK(all->chats[1].messages.empty());
}

TEST_CASE("the schema's steps are numbered from one on, and the newest is written into the file") {
  int expected = 0;
  for (auto const& step : migrations()) CHECK(step.number == ++expected);
  Folder folder;
  auto const opened = SqliteDatabase::open(folder / "parley.db");
  REQUIRE(opened);
  std::int64_t version = 0;
  REQUIRE((*opened)->query("PRAGMA user_version", [&](SqliteRow row) { version = row.integer(); }));
  CHECK(version == migrations().back().number);
}
