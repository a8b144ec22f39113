#include <doctest/doctest.h>

#include "chat/domain/testing/town.h"

// Two are matched at once, and told when the storage has kept their chat.
using namespace parley::chat;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

/// Ada and Bob are bound to each other, and the storage has not answered yet. Bob asked, Ada had waited.
struct Pending {
  Pending() : town({.session_life = 60s, .disconnect_grace = 5s}) {
    ada = &town.guest("Ada");
    bob = &town.guest("Bob");
    town.hold_chats = true;
    town.match(*ada);
    town.match(*bob);
    REQUIRE(town.session(*ada)->connected_user() == bob->id);
    REQUIRE(town.chats_to_keep.size() == 1);
    CHECK(bob->heard_names == Names{"user:match:searching"});
    town.forget();
  }
  Town town;
  Town::Guest* ada;
  Town::Guest* bob;
};

Names const met{"user:matched", "room:user_joined", "room:user_joined"};

Names met_and(Names more) {
  more.insert(more.begin(), met.begin(), met.end());
  return more;
}

}  // namespace

TEST_CASE("M3: two who are matched are taken at once, and told together when their chat is kept") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  auto& eve = town.guest("Eve");
  town.match(eve);
  CHECK(eve.heard_names == Names{"user:match:searching", "user:match:no_users"});
  CHECK(ada->heard.empty());
  town.keep_chat();
  CHECK(ada->heard_names == met);
  CHECK(bob->heard_names == met);
  CHECK(code_of(town.say(*ada, "hello")) == "ok");
}

TEST_CASE("M7: a pair that is being kept stands: cancelling is answered IN_CHAT") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  CHECK(code_of(town.cancel(*ada)) == "IN_CHAT");
  CHECK(ada->heard.empty());
}

TEST_CASE("M10: before they are told, neither can send the other anything") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  CHECK(code_of(town.say(*ada, "hello")) == "NOT_IN_CHAT");
  CHECK(code_of(town.signal(*bob, Signal::offer)) == "NOT_IN_CHAT");
  CHECK(code_of(town.type(*bob)) == "NOT_IN_CHAT");
  CHECK(code_of(town.history(*bob)) == "NOT_IN_CHAT");
  CHECK(code_of(town.report(*bob, Complaint{"spam", ""})) == "NOT_IN_CHAT");
  CHECK(code_of(town.block(*bob)) == "NOT_IN_CHAT");
  CHECK(ada->heard_names == Names{"chat:error"});
  CHECK(town.to_store.empty());
}

TEST_CASE("M5: asking again while the pair is being kept is harmless") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  CHECK(code_of(town.match(*ada)) == "ok");
  CHECK(ada->heard_names == Names{"user:match:searching"});
  CHECK(town.lobby.stats().available_users == 0);
  town.keep_chat();
  CHECK(bob->heard_names == met);
}

TEST_CASE("§6.3: two whose chat could not be kept are told that matching failed, and are free") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  town.keep_chat(false);
  for (auto* each : {ada, bob}) {
    CHECK(each->heard_names == Names{"user:match:error"});
    CHECK(town.last<Refused>(*each).message == "Matching failed");
    CHECK(town.last<Refused>(*each).code == "STORE_UNAVAILABLE");
    CHECK_FALSE(town.session(*each)->conversation());
    CHECK_FALSE(town.session(*each)->is_searching());
  }
  CHECK(town.lobby.stats().connected_users == 0);
  town.match(*ada);
  town.match(*bob);
  town.keep_chat();
  CHECK(town.session(*ada)->open_chat());
}

TEST_CASE("§9: a chat that ends while it is being kept is told from its beginning to its end") {
  for (bool const kept : {true, false}) {
    Pending scene;
    auto& [town, ada, bob] = scene;
    town.leave(*ada);
    CHECK(ada->heard_names == met_and({"room:user_left", "chat:clear:confirmed"}));
    CHECK(bob->heard_names == met_and({"room:user_left", "chat:cleared"}));
    town.forget();
    town.keep_chat(kept);
    CHECK(ada->heard.empty());
    CHECK(bob->heard.empty());
    CHECK(town.lobby.stats().connected_users == 0);
  }
  Pending scene;
  auto& [town, ada, bob] = scene;
  town.disconnect(*ada);
  CHECK(bob->heard_names == met_and({"room:closed"}));
}

TEST_CASE("§9.4: who loses its connection while the chat is being kept finds it on its return") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  town.disconnect(*ada, Parting::lost);
  CHECK(bob->heard.empty());
  town.keep_chat();
  CHECK(bob->heard_names == met_and({"presence:user_offline"}));
  town.connect(*ada);
  CHECK(town.last<ConnectionEstablished>(*ada).active_chat);
  CHECK(bob->heard_names.back() == "presence:user_online");
}

TEST_CASE("§9.4: who loses its connection and whose chat could not be kept is offline") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  town.disconnect(*ada, Parting::lost);
  town.keep_chat(false);
  CHECK_FALSE(town.session(*ada)->is_online());
  CHECK(bob->heard_names == Names{"user:match:error"});
  town.pass(10s);
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established"});
}

TEST_CASE("§5.3: a guest that connects while its chat is being kept is told of it when it is kept") {
  Pending scene;
  auto& [town, ada, bob] = scene;
  town.connect(*ada);
  CHECK_FALSE(town.last<ConnectionEstablished>(*ada).active_chat);
  town.forget();
  town.keep_chat();
  CHECK(ada->heard_names == met);
}

TEST_CASE("a chat that was kept is not told, nor undone, again") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const* chat = town.session(*ada)->conversation();
  for (bool const kept : {true, false}) {
    town.step([&](Effects& out) { town.lobby.chat_kept(chat->room(), chat->number(), kept, town.now, out); });
  }
  CHECK(ada->heard.empty());
  CHECK(town.session(*bob)->open_chat() == chat);
}

TEST_CASE("§6.3: while the storage is not available nobody is matched, and nothing changes") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.guest("Eve");
  town.lobby.store_available(false);
  CHECK(code_of(town.match(*ada)) == "STORE_UNAVAILABLE");
  CHECK(ada->heard_names == Names{"user:match:error"});
  CHECK(town.session(*ada)->connected_user() == bob->id);
  CHECK(code_of(town.match(eve)) == "STORE_UNAVAILABLE");
  CHECK_FALSE(town.session(eve)->is_searching());
  town.lobby.store_available(true);
  CHECK(code_of(town.match(eve)) == "ok");
}
