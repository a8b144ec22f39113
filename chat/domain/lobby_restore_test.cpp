#include <doctest/doctest.h>

#include <algorithm>

#include "chat/domain/testing/town.h"

// What a stop at any moment leaves behind, and how the next start goes on from it.
using namespace parley::chat;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

LobbyConfig const with_grace{.session_life = 80s, .disconnect_grace = 5s};

template <class E>
std::size_t count(Town const& town) {
  return static_cast<std::size_t>(
      std::ranges::count_if(town.all_effects, [](Effect const& effect) { return std::holds_alternative<E>(effect); }));
}

}  // namespace

TEST_CASE("§1.4: who returns within the grace after a restart finds its chat and its undelivered messages") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.confirm(*ada, town.last<ChatMessage>(*ada).message->id);
  town.say(*bob, "two", "c2");
  auto const second = town.last<ChatSent>(*bob).message_id;
  town.restart();
  CHECK(town.lobby.stats() == Stats{.total_users = 2,
                                    .online_users = 2,
                                    .active_users = 0,
                                    .available_users = 0,
                                    .connected_users = 1,
                                    .users_in_chat = 2});
  town.pass(4s);
  town.forget();
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established", "chat:message"});
  REQUIRE(town.last<ConnectionEstablished>(*ada).active_chat);
  CHECK(town.last<ConnectionEstablished>(*ada).active_chat->matched_user.username == "Bob");
  CHECK(town.last<ChatMessage>(*ada).message->content == Json("two"));
  town.connect(*bob);
  // Said again, it is the same message; the next one carries on the numbers.
  CHECK(town.say(*bob, "two", "c2")["messageId"] == Json(second.str()));
  CHECK(code_of(town.confirm(*ada, second)) == "ok");
  CHECK(bob->heard_names.back() == "chat:message:delivered");
  town.say(*bob, "three");
  CHECK(town.rooms.begin()->second.rbegin()->first == 3);
  CHECK(town.last<ChatMessage>(*ada).message->content == Json("three"));
}

TEST_CASE("§9.4: who does not return within the grace after a restart has left, and hears so later") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.restart();
  town.pass(1s);
  town.connect(*bob);
  town.forget();
  town.pass(4s);
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "user_disconnected");
  CHECK(town.chats.empty());
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established", "room:closed"});
  CHECK(town.last<RoomClosed>(*ada).reason == "partner_offline");
}

TEST_CASE("§9.4: without grace no chat outlives a restart") {
  Town town({.disconnect_grace = 0s});
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.restart();
  town.pass(0s);
  CHECK(town.chats.empty());
  CHECK(town.lobby.stats() == Stats{.total_users = 2});
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established", "room:closed"});
}

TEST_CASE("§1.4: sessions live on after a restart with all they were, offline and not searching") {
  Town town(with_grace);
  auto& ada = town.guest("Ada");
  ProfileUpdate update;
  update.language.emplace("de");
  update.device_id.emplace("device");
  town.asked(ada, [&](Ask ask, Effects& out) { town.lobby.update_profile(ask, update, town.now, out); });
  town.match(ada);
  auto const created = town.session(ada)->created_at;
  town.restart();
  auto const* session = town.session(ada);
  REQUIRE(session);
  CHECK(session->id == ada.id);
  CHECK(session->username == "Ada");
  CHECK(session->profile.language == std::optional<std::string>("de"));
  CHECK(session->device_id == std::optional<std::string>("device"));
  CHECK(session->created_at == created);
  CHECK_FALSE(session->is_online());
  CHECK_FALSE(session->is_searching());
}

TEST_CASE("§1.1: a session that was online has its whole life after a restart, another one what was left of it") {
  Town town(with_grace);
  auto& online = town.guest("Online");
  auto& offline = town.account("Offline");
  auto& over = town.account("Over");
  town.pass(60s);
  town.step([&](Effects& out) { CHECK(town.lobby.use(offline.key, offline.id, town.now, out)); });
  town.now.steady += 30s;
  town.now.wall += 30s;
  town.restart();
  CHECK_FALSE(town.session(over));
  CHECK_FALSE(town.sessions.contains(over.key));
  CHECK(town.session(offline));
  town.pass(49s);
  CHECK(town.session(offline));
  town.pass(1s);
  CHECK_FALSE(town.session(offline));
  CHECK(town.session(online));
  town.pass(30s);
  CHECK_FALSE(town.session(online));
}

TEST_CASE("M4: the previous partner is still avoided after a restart, and M4a: blocks still hold") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.leave(*ada);
  auto [eve, fay] = town.pair("Eve", "Fay");
  town.block(*eve);
  town.restart();
  for (auto* each : {ada, bob, eve, fay}) town.connect(*each);
  town.match(*eve);
  town.match(*fay);
  CHECK(town.lobby.stats().available_users == 2);
  town.match(*ada);
  town.match(*bob);
  CHECK(town.session(*ada)->connected_user() != bob->id);
  CHECK(town.lobby.stats().connected_users == 2);
}

TEST_CASE("§1.4: what does not fit together is dropped and erased, and the rest goes on") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.account("Eve");
  auto const add = [&town](GuestId const& a, GuestId const& b) {
    auto const room = room_of(a, b);
    town.chats[room] = {room, a, b, town.now.wall};
    return room;
  };
  auto const good = room_of(ada->id, bob->id);
  GuestId const nobody("guest_nobody");
  auto const with_nobody = add(eve.id, nobody);
  auto const with_itself = add(eve.id, eve.id);
  town.restart();
  CHECK_FALSE(town.chats.contains(with_nobody));
  CHECK_FALSE(town.chats.contains(with_itself));
  CHECK(town.chats.contains(good));
  CHECK_FALSE(town.session(eve)->connected_user());
  // Of two chats of one guest only one is right.
  add(ada->id, eve.id);
  town.restart();
  CHECK(town.chats.size() == 1);
  CHECK(town.lobby.stats().connected_users == 1);
  CHECK(town.session(*ada)->connected_user());
}

TEST_CASE("§1.4: a stopping server tells both of each chat, keeps the chat, and goes on with it") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.step([&](Effects& out) { town.lobby.shut_down(town.now, out); });
  CHECK(ada->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*ada).reason == "server_shutdown");
  CHECK(town.last<RoomClosed>(*ada).message == "Server is restarting. Room closed.");
  for (auto* each : {ada, bob}) town.disconnect(*each, Parting::lost);
  town.pass(10s);
  CHECK(town.chats.size() == 1);
  town.restart();
  town.forget();
  town.connect(*ada);
  CHECK(town.last<ConnectionEstablished>(*ada).active_chat);
}

TEST_CASE("§9.2: without grace a stopping server ends every chat for good") {
  Town town({.disconnect_grace = 0s});
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.step([&](Effects& out) { town.lobby.shut_down(town.now, out); });
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.chats.empty());
  CHECK(town.lobby.stats().connected_users == 0);
}

TEST_CASE("§14: everything that is alive is kept once more for a storage that comes back") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto [eve, fay] = town.pair("Eve", "Fay");
  town.block(*eve);
  auto const sessions = town.sessions.size();
  town.sessions.clear();
  town.chats.clear();
  town.blocks.clear();
  town.forget();
  town.step([&](Effects& out) { town.lobby.keep_all(town.now, out); });
  CHECK(town.sessions.size() == sessions);
  CHECK(town.chats.size() == 1);
  REQUIRE(town.blocks.size() == 1);
  CHECK(town.blocks[0].by == eve->id);
  for (auto* each : {ada, bob}) CHECK(each->heard.empty());
}

TEST_CASE("§1.1: a session is kept when it changes, and not for every event") {
  Town town(with_grace);
  auto& ada = town.account("Ada");
  CHECK(count<KeepSession>(town) == 1);
  town.connect(ada);
  CHECK(count<KeepSession>(town) == 2);
  CHECK(town.sessions.at(ada.key).is_online);
  for (int i = 0; i < 10; ++i) {
    town.pass(10s);
    town.asked(ada, [&](Ask ask, Effects& out) { town.lobby.notice(ask, town.now, out); });
    town.step([&](Effects& out) { town.lobby.use(ada.key, ada.id, town.now, out); });
  }
  CHECK(count<KeepSession>(town) == 2);
  town.disconnect(ada);
  CHECK(count<KeepSession>(town) == 3);
  CHECK_FALSE(town.sessions.at(ada.key).is_online);
  CHECK(town.sessions.at(ada.key).expires_at == town.now.wall + 80s);
  // An eighth of its life is ten seconds.
  for (int i = 0; i < 10; ++i) {
    town.pass(2s);
    town.step([&](Effects& out) { town.lobby.use(ada.key, ada.id, town.now, out); });
  }
  CHECK(count<KeepSession>(town) == 4);
  town.pass(80s);
  CHECK(town.sessions.empty());
  CHECK(count<EraseSession>(town) == 1);
}
