#include "chat/storage/storage.h"

#include <doctest/doctest.h>

#include "chat/storage/memory_storage.h"
#include "chat/storage/testing/records.h"

using namespace parley::chat;
using namespace parley::chat::testing;

// What every storage promises, asked of each of them alike.
namespace {

struct InMemory {
  MemoryStorage kept;
  MemoryStorage& storage() { return kept; }
  void reopen() {}
};

struct InSqlite {
  InSqlite() { reopen(); }
  SqliteStorage& storage() { return *kept; }
  /// The same file, as the next process finds it.
  void reopen() {
    kept.reset();
    kept.emplace(folder / "parley.db", hands.executor());
    kept->answer_through(hands.executor());
    REQUIRE(kept->load_now());
  }
  Folder folder;
  Hands hands;
  std::optional<SqliteStorage> kept;
};

using Seqs = std::vector<std::uint64_t>;

Seqs seqs_of(std::vector<Message> const& messages) {
  Seqs seqs;
  for (auto const& each : messages) seqs.push_back(each.seq);
  return seqs;
}

Seqs seqs(Storage& storage, std::string_view room, std::uint64_t after = 0, std::size_t count_max = 100) {
  return seqs_of(*given(storage.messages_after(RoomId(std::string(room)), after, count_max)));
}

FileRecord file_in(std::string const& room, std::string const& id) {
  return {FileId(id), RoomId(room), GuestId("guest_ada"), "image/png", "cät.png", 10'485'760,
          at(5),      at(6),        "https://here"};
}

}  // namespace

TEST_CASE_TEMPLATE("messages are found again by room, in order, after a number and up to a count", Kept, InMemory,
                   InSqlite) {
  Kept kept;
  for (auto const* room : {"ab", "cd"}) REQUIRE(given(kept.storage().keep_chat(chat_in(room))));
  for (std::uint64_t seq = 1; seq <= 5; ++seq) REQUIRE(given(kept.storage().keep(said_in("ab", seq))));
  REQUIRE(given(kept.storage().keep(said_in("cd", 1))));
  kept.reopen();
  CHECK(seqs(kept.storage(), "ab") == Seqs{1, 2, 3, 4, 5});
  CHECK(seqs(kept.storage(), "ab", 3) == Seqs{4, 5});
  CHECK(seqs(kept.storage(), "ab", 1, 2) == Seqs{2, 3});
  CHECK(seqs(kept.storage(), "cd") == Seqs{1});
  CHECK(seqs(kept.storage(), "nowhere").empty());
}

TEST_CASE_TEMPLATE("a message is kept whole", Kept, InMemory, InSqlite) {
  Kept kept;
  auto message = message_in("ab", 1);
  message.type = MessageType::voice;
  message.content = Json::object({{"duration", 1.5}, {"name", "a\"\\ü\0b"}, {"list", Json::array({1, Json()})}});
  message.client_message_id = "c-1";
  REQUIRE(given(kept.storage().keep_chat(chat_in("ab"))));
  REQUIRE(given(kept.storage().keep(std::make_shared<Message>(message))));
  kept.reopen();
  auto const found = given(kept.storage().messages_after(RoomId("ab"), 0, 9))->at(0);
  CHECK(found.id == message.id);
  CHECK(found.room == message.room);
  CHECK(found.sender == message.sender);
  CHECK(found.sender_username == "Ada");
  CHECK(found.recipient == message.recipient);
  CHECK(found.type == MessageType::voice);
  CHECK(found.content == message.content);
  CHECK(found.timestamp == message.timestamp);
  CHECK(found.client_message_id == "c-1");
  CHECK_FALSE(found.delivered_at);
}

TEST_CASE_TEMPLATE("a delivery is noted once, and what is not delivered is found by its recipient", Kept, InMemory,
                   InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  REQUIRE(given(storage.keep_chat(chat_in("ab"))));
  for (std::uint64_t seq = 1; seq <= 3; ++seq) REQUIRE(given(storage.keep(said_in("ab", seq))));
  REQUIRE(given(storage.mark_delivered({{RoomId("ab"), 2, at(10)}})));
  REQUIRE(given(
      storage.mark_delivered({{RoomId("ab"), 2, at(20)}, {RoomId("ab"), 9, at(20)}, {RoomId("nowhere"), 1, at(20)}})));
  CHECK(given(storage.messages_after(RoomId("ab"), 1, 1))->at(0).delivered_at == at(10));
  auto const open = [&](char const* guest, std::uint64_t after, std::size_t count_max) {
    return seqs_of(*given(storage.undelivered_after(RoomId("ab"), GuestId(guest), after, count_max)));
  };
  CHECK(open("guest_bob", 0, 9) == Seqs{1, 3});
  CHECK(open("guest_bob", 1, 9) == Seqs{3});
  CHECK(open("guest_bob", 0, 1) == Seqs{1});
  CHECK(open("guest_ada", 0, 9).empty());
}

TEST_CASE_TEMPLATE("§1.2-erased: erasing a room leaves nothing of it and all of the others", Kept, InMemory, InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  for (std::string const room : {"ab", "cd"}) {
    REQUIRE(given(storage.keep_chat(chat_in(room))));
    REQUIRE(given(storage.keep(said_in(room, 1))));
    REQUIRE(given(storage.keep_file(file_in(room, "file_" + room))));
  }
  REQUIRE(given(storage.erase_room(RoomId("ab"))));
  CHECK(given(storage.erase_room(RoomId("ab"))));
  kept.reopen();
  CHECK(seqs(kept.storage(), "ab").empty());
  CHECK(seqs(kept.storage(), "cd") == Seqs{1});
  auto const all = *given(kept.storage().load());
  REQUIRE(all.chats.size() == 1);
  CHECK(all.chats[0].record.room == RoomId("cd"));
  REQUIRE(all.files.size() == 1);
  CHECK(all.files[0].id == FileId("file_cd"));
}

TEST_CASE_TEMPLATE("sessions, chats, blocks, bans and files are loaded as they were last kept", Kept, InMemory,
                   InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  auto ada = session_of("ada");
  REQUIRE(given(storage.keep_session(ada)));
  ada.profile.location.emplace(Location{.country = "FI", .region = {}, .city = "Espoo"});
  ada.profile.language.emplace("fi");
  ada.device_id.emplace("phone");
  ada.previous_partner = GuestId("guest_eve");
  ada.is_online = true;
  REQUIRE(given(storage.keep_session(ada)));
  REQUIRE(given(storage.keep_chat(chat_in("ab", at(7)))));
  REQUIRE(given(storage.keep_chat(chat_in("ab", at(8)))));
  auto message = message_in("ab", 1);
  message.client_message_id = "c-1";
  REQUIRE(given(storage.keep(std::make_shared<Message>(message))));
  REQUIRE(given(storage.keep(said_in("ab", 2))));
  REQUIRE(given(storage.mark_delivered({{RoomId("ab"), 2, at(10)}})));
  for (int i = 0; i < 2; ++i) REQUIRE(given(storage.keep_block({GuestId("guest_ada"), GuestId("guest_eve")})));
  REQUIRE(given(storage.keep_ban({Ban::Of::address, "2001:db8::", "flood", at(1), at(9)})));
  REQUIRE(given(storage.keep_ban({Ban::Of::address, "2001:db8::", "abuse", at(2), {}})));
  REQUIRE(given(storage.keep_file(file_in("ab", "f1"))));
  kept.reopen();

  auto const all = *given(kept.storage().load());
  REQUIRE(all.sessions.size() == 1);
  auto const& session = all.sessions[0];
  CHECK(session.id == ada.id);
  CHECK(session.key == ada.key);
  CHECK(session.username == "ada");
  CHECK(*session.profile.location == *ada.profile.location);
  CHECK_FALSE(session.profile.gender);
  CHECK(*session.profile.language == "fi");
  CHECK(*session.device_id == "phone");
  CHECK(session.previous_partner == ada.previous_partner);
  CHECK(session.created_at == at(1));
  CHECK(session.last_seen == at(2));
  CHECK(session.expires_at == at(3));
  CHECK(session.is_online);
  REQUIRE(all.chats.size() == 1);
  CHECK(all.chats[0].record.first == GuestId("guest_ada"));
  CHECK(all.chats[0].record.second == GuestId("guest_bob"));
  CHECK(all.chats[0].record.began_at == at(8));
  REQUIRE(all.chats[0].messages.size() == 2);
  auto const& head = all.chats[0].messages[0];
  CHECK(head.id == message.id);
  CHECK(head.sender == message.sender);
  CHECK(head.recipient == message.recipient);
  CHECK(head.timestamp == message.timestamp);
  CHECK(head.client_message_id == "c-1");
  CHECK(head.seq == 1);
  CHECK_FALSE(head.is_delivered);
  CHECK(all.chats[0].messages[1].is_delivered);
  REQUIRE(all.blocks.size() == 1);
  CHECK(all.blocks[0].by == GuestId("guest_ada"));
  CHECK(all.blocks[0].whom == GuestId("guest_eve"));
  REQUIRE(all.bans.size() == 1);
  CHECK(all.bans[0].of == Ban::Of::address);
  CHECK(all.bans[0].reason == "abuse");
  CHECK_FALSE(all.bans[0].until);
  REQUIRE(all.files.size() == 1);
  CHECK(all.files[0].original_name == "cät.png");
  CHECK(all.files[0].size == 10'485'760);
  CHECK(all.files[0].expires_at == at(6));
  CHECK(all.files[0].base_url == "https://here");
}

TEST_CASE_TEMPLATE("a session takes its blocks with it, whoever made them", Kept, InMemory, InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  for (std::string const name : {"ada", "bob", "eve"}) REQUIRE(given(storage.keep_session(session_of(name))));
  REQUIRE(given(storage.keep_block({GuestId("guest_ada"), GuestId("guest_eve")})));
  REQUIRE(given(storage.keep_block({GuestId("guest_bob"), GuestId("guest_ada")})));
  REQUIRE(given(storage.keep_block({GuestId("guest_bob"), GuestId("guest_eve")})));
  REQUIRE(given(storage.erase_session(SessionKey("key_ada"), GuestId("guest_ada"))));
  auto const all = *given(storage.load());
  CHECK(all.sessions.size() == 2);
  REQUIRE(all.blocks.size() == 1);
  CHECK(all.blocks[0].by == GuestId("guest_bob"));
  CHECK(all.blocks[0].whom == GuestId("guest_eve"));
}

TEST_CASE_TEMPLATE("§1.2-report: a report keeps the last messages of its chat beyond the chat, until it is closed",
                   Kept, InMemory, InSqlite) {
  Kept kept;
  REQUIRE(given(kept.storage().keep_chat(chat_in("ab"))));
  for (std::uint64_t seq = 1; seq <= 30; ++seq) REQUIRE(given(kept.storage().keep(said_in("ab", seq))));
  REQUIRE(given(kept.storage().keep_report(report_about("ab", "r2", at(200)))));
  REQUIRE(given(kept.storage().keep_report(report_about("cd", "r1", at(100)))));
  REQUIRE(given(kept.storage().erase_room(RoomId("ab"))));
  kept.reopen();
  auto const reports = *given(kept.storage().reports());
  REQUIRE(reports.size() == 2);
  auto const by_id = [&](std::string_view id) { return *std::ranges::find(reports, id, &Report::id); };
  auto const report = by_id("r2");
  REQUIRE(report.messages.size() == Report::messages_max);
  CHECK(report.messages.front().seq == 11);
  CHECK(report.messages.back().seq == 30);
  CHECK(report.messages.back().content == Json("hello"));
  CHECK(report.by_username == "Ada");
  CHECK(report.about == GuestId("guest_bob"));
  CHECK(report.about_address == "192.0.2.1");
  CHECK(report.reason == "spam");
  CHECK(report.details == "buys followers");
  CHECK(report.at == at(200));
  CHECK(by_id("r1").messages.empty());
  CHECK(*given(kept.storage().close_report("r2")));
  CHECK_FALSE(*given(kept.storage().close_report("r2")));
  CHECK(given(kept.storage().reports())->size() == 1);
}

TEST_CASE_TEMPLATE("what is too old is erased: reports and messages by their own ages", Kept, InMemory, InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  REQUIRE(given(storage.keep_chat(chat_in("ab"))));
  for (std::uint64_t seq = 1; seq <= 5; ++seq) REQUIRE(given(storage.keep(said_in("ab", seq))));
  REQUIRE(given(storage.keep_report(report_about("ab", "old", at(100)))));
  REQUIRE(given(storage.keep_report(report_about("ab", "young", at(200)))));
  REQUIRE(given(storage.erase_reports_before(at(150))));
  REQUIRE(given(storage.erase_messages_before(at(4))));
  CHECK(seqs(storage, "ab") == Seqs{4, 5});
  auto const reports = *given(storage.reports());
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].id == "young");
  CHECK(reports[0].messages.size() == 5);
}

TEST_CASE_TEMPLATE("a ban can be lifted once", Kept, InMemory, InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  REQUIRE(given(storage.keep_ban({Ban::Of::session, "guest_eve", "", at(1), {}})));
  CHECK_FALSE(*given(storage.erase_ban(Ban::Of::address, "guest_eve")));
  CHECK(*given(storage.erase_ban(Ban::Of::session, "guest_eve")));
  CHECK_FALSE(*given(storage.erase_ban(Ban::Of::session, "guest_eve")));
}

TEST_CASE_TEMPLATE("what is alive can be replaced as a whole, and nothing stays of what is not", Kept, InMemory,
                   InSqlite) {
  Kept kept;
  auto& storage = kept.storage();
  for (std::string const name : {"ada", "bob"}) REQUIRE(given(storage.keep_session(session_of(name))));
  for (std::string const room : {"ab", "cd"}) {
    REQUIRE(given(storage.keep_chat(chat_in(room))));
    REQUIRE(given(storage.keep(said_in(room, 1))));
    REQUIRE(given(storage.keep_file(file_in(room, room))));
  }
  REQUIRE(given(storage.keep_block({GuestId("guest_ada"), GuestId("guest_bob")})));
  REQUIRE(given(storage.replace_live({session_of("bob"), session_of("eve")}, {chat_in("cd")}, {})));
  kept.reopen();
  auto const all = *given(kept.storage().load());
  CHECK(all.sessions.size() == 2);
  CHECK(std::ranges::none_of(all.sessions, [](auto const& each) { return each.username == "ada"; }));
  REQUIRE(all.chats.size() == 1);
  CHECK(all.chats[0].messages.size() == 1);
  CHECK(all.blocks.empty());
  CHECK(all.files.size() == 1);
  CHECK(seqs(kept.storage(), "ab").empty());
}

TEST_CASE("in memory a room keeps its newest messages when there are too many") {
  MemoryStorage storage(3);
  REQUIRE(given(storage.keep_chat(chat_in("ab"))));
  for (std::uint64_t seq = 1; seq <= 5; ++seq) REQUIRE(given(storage.keep(said_in("ab", seq))));
  CHECK(seqs(storage, "ab") == Seqs{3, 4, 5});
}
