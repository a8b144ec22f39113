#include <doctest/doctest.h>

#include <algorithm>

#include "chat/domain/testing/town.h"

// History, reports, blocks and preferences.
using namespace parley::chat;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

ProfileUpdate profile(std::optional<std::string> language, std::optional<std::string> country) {
  ProfileUpdate update;
  if (language) update.language.emplace(*language);
  if (country) update.location.emplace(Location{.country = country, .region = {}, .city = {}});
  return update;
}

Town::Guest& guest_from(Town& town, std::string name, std::optional<std::string> language,
                        std::optional<std::string> country) {
  auto& guest = town.guest(std::move(name));
  town.asked(guest,
             [&](Ask ask, Effects& out) { town.lobby.update_profile(ask, profile(language, country), town.now, out); });
  return guest;
}

}  // namespace

TEST_CASE("§6.1: the history shows own and partner's messages in order, with what became of them") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "one", "c1");
  town.confirm(*bob, town.last<ChatMessage>(*bob).message->id);
  town.say(*bob, "two", "c2");
  auto const answer = town.history(*ada);
  CHECK(answer["ok"] == Json(true));
  REQUIRE(answer["messages"].is_array());
  auto const& messages = answer["messages"].elements();
  REQUIRE(messages.size() == 2);
  auto const &first = messages[0], &second = messages[1];
  CHECK(first["content"] == Json("one"));
  CHECK(first["seq"] == Json(1));
  CHECK(first["senderId"] == Json(ada->id.str()));
  CHECK(first["senderUsername"] == Json("Ada"));
  CHECK(first["status"] == Json("delivered"));
  CHECK(first["deliveredAt"] == Json(written(town.now.wall)));
  CHECK(first["clientMessageId"] == Json("c1"));
  CHECK(second["content"] == Json("two"));
  CHECK(second["status"] == Json("sent"));
  CHECK(second["deliveredAt"].is_null());
  CHECK(second["clientMessageId"].is_null());
  CHECK(town.history(*ada, 1)["messages"].elements().size() == 1);
}

TEST_CASE("§6.1: the history shows at most 500 messages") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  for (int i = 0; i < 501; ++i) town.say(*ada, "text");
  CHECK(town.history(*bob)["messages"].elements().size() == 500);
  CHECK(town.history(*bob, 500)["messages"].elements().size() == 1);
}

TEST_CASE("§6.1: a message that is still being kept is not history yet, and one that was refused never is") {
  Town town({}, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "one");
  auto const message = town.to_store.front();
  town.rooms[message.room][1] = message;
  CHECK(town.history(*bob)["messages"].elements().empty());
  town.store(0, false);
  town.rooms[message.room][1] = message;
  CHECK(town.history(*bob)["messages"].elements().empty());
}

TEST_CASE("§6.1: the history is refused outside a chat, for nonsense, and when it cannot be read") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.guest("Eve");
  CHECK(code_of(town.history(eve)) == "NOT_IN_CHAT");
  CHECK(code_of(town.history(*ada, std::nullopt)) == "INVALID_MESSAGE");
  town.hold_reading = true;
  town.history(*ada);
  town.read(false);
  CHECK(code_of(town.answers.at(town.asks)) == "STORE_UNAVAILABLE");
  town.history(*ada);
  town.leave(*bob);
  town.read();
  CHECK(code_of(town.answers.at(town.asks - 1)) == "NOT_IN_CHAT");
  CHECK(std::ranges::count(ada->heard_names, "chat:error") == 3);
}

TEST_CASE("§6.1: a report names the partner and its address, is answered with its id, and the chat goes on") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.hold_reports = true;
  town.report(*ada, Complaint{"abuse", "rude"});
  REQUIRE(town.to_report.size() == 1);
  auto const report = town.to_report.front().report;
  CHECK(report.by == ada->id);
  CHECK(report.by_username == "Ada");
  CHECK(report.about == bob->id);
  CHECK(report.about_username == "Bob");
  CHECK(report.about_address == "192.0.2.1");
  CHECK(report.room == room_of(ada->id, bob->id));
  CHECK(report.reason == "abuse");
  CHECK(report.details == "rude");
  town.keep_report();
  CHECK(town.answers.at(town.asks)["reportId"] == Json(report.id));
  CHECK(town.session(*ada)->connected_user() == bob->id);
  CHECK(ada->heard.empty());
  CHECK(bob->heard.empty());
}

TEST_CASE("§6.1: a report is refused outside a chat, for nonsense, and when it cannot be kept") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.guest("Eve");
  CHECK(code_of(town.report(eve, Complaint{"spam", ""})) == "NOT_IN_CHAT");
  CHECK(code_of(town.report(*ada, std::nullopt)) == "INVALID_MESSAGE");
  town.hold_reports = true;
  town.report(*ada, Complaint{"spam", ""});
  town.keep_report(false);
  CHECK(code_of(town.answers.at(town.asks)) == "STORE_UNAVAILABLE");
  CHECK(ada->heard_names == Names{"chat:error", "chat:error"});
}

TEST_CASE("§6.1: blocking leaves the chat as leave-room does, and is kept") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  CHECK(code_of(town.block(*ada)) == "ok");
  CHECK(ada->heard_names == Names{"room:user_left", "chat:clear:confirmed"});
  CHECK(bob->heard_names == Names{"room:user_left", "chat:cleared"});
  REQUIRE(town.blocks.size() == 1);
  CHECK(town.blocks[0].by == ada->id);
  CHECK(town.blocks[0].whom == bob->id);
  CHECK(code_of(town.block(*ada)) == "NOT_IN_CHAT");
}

TEST_CASE("M4a: two of whom one has blocked the other are never paired, whoever asks") {
  for (bool const blocked_asks : {true, false}) {
    Town town;
    auto [ada, bob] = town.pair("Ada", "Bob");
    town.block(*ada);
    auto* const first = blocked_asks ? ada : bob;
    auto* const second = blocked_asks ? bob : ada;
    for (int round = 0; round < 3; ++round) {
      town.match(*first);
      town.match(*second);
    }
    CHECK(town.lobby.stats().available_users == 2);
    // M3 holds among all others.
    auto& eve = town.guest("Eve");
    town.match(eve);
    CHECK(town.session(eve)->connected_user());
    CHECK(town.lobby.stats().available_users == 1);
  }
}

TEST_CASE("M4a: a waiting guest that fits the preference is chosen before those that do not") {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    Town town({}, Town::Storing::at_once, seed);
    auto& both = guest_from(town, "Both", "de", "AT");
    auto& language = guest_from(town, "Language", "de", "DE");
    auto& country = guest_from(town, "Country", "fr", "AT");
    auto& neither = guest_from(town, "Neither", {}, {});
    // All wait at once only because none may meet another.
    std::vector<Town::Guest*> const waiting{&both, &language, &country, &neither};
    for (auto* a : waiting) {
      for (auto* b : waiting) {
        if (a == b) continue;
        town.step([&](Effects& out) { town.lobby.restore(Snapshot{{}, {}, {{a->id, b->id}}, {}, {}}, town.now, out); });
      }
    }
    for (auto* each : waiting) town.match(*each);
    REQUIRE(town.lobby.stats().available_users == 4);
    auto const partner_of = [&](Preference const& prefer) {
      auto& asker = town.guest("Asker");
      town.match(asker, prefer);
      auto const partner = town.session(asker)->connected_user();
      REQUIRE(partner);
      return *partner;
    };
    CHECK(partner_of({.language = "de", .country = "AT"}) == both.id);
    CHECK(partner_of({.language = {}, .country = "AT"}) == country.id);
    CHECK(partner_of({.language = "de", .country = {}}) == language.id);
    // Nobody waits for its preference.
    CHECK(partner_of({.language = "it", .country = {}}) == neither.id);
  }
}

TEST_CASE("M4a: a profile that changes during the search counts as it is now") {
  Town town;
  auto& ada = guest_from(town, "Ada", "fr", {});
  auto& bob = guest_from(town, "Bob", "de", {});
  town.step([&](Effects& out) { town.lobby.restore(Snapshot{{}, {}, {{ada.id, bob.id}}, {}, {}}, town.now, out); });
  town.match(ada);
  town.match(bob);
  town.asked(ada, [&](Ask ask, Effects& out) { town.lobby.update_profile(ask, profile("it", {}), town.now, out); });
  auto& eve = town.guest("Eve");
  town.match(eve, {.language = "it", .country = {}});
  CHECK(town.session(eve)->connected_user() == ada.id);
}

TEST_CASE("M4a: a block is forgotten with the session of either") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.block(*ada);
  town.erase(*bob);
  CHECK(town.blocks.empty());
  town.match(*ada);
  town.match(town.guest("Eve"));
  CHECK(town.session(*ada)->connected_user());
}
