#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "chat/domain/testing/town.h"

// Who loses its connection, who comes back, and who does not.
using namespace parley::chat;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

LobbyConfig const with_grace{.session_life = 60s, .disconnect_grace = 5s};

std::vector<std::string> texts(Town::Guest const& guest) {
  std::vector<std::string> all;
  for (auto const& event : guest.heard) {
    if (auto const* message = std::get_if<ChatMessage>(&event))
      all.emplace_back(*message->message->content.as_string());
  }
  return all;
}
using Texts = std::vector<std::string>;

template <class E>
std::size_t count(Town const& town) {
  return static_cast<std::size_t>(
      std::ranges::count_if(town.all_effects, [](Effect const& effect) { return std::holds_alternative<E>(effect); }));
}

}  // namespace

TEST_CASE("§9.4: a lost connection leaves the chat as it is, and the partner is told") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.pass(1s);
  town.disconnect(*ada, Parting::lost);
  CHECK(bob->heard_names == Names{"presence:user_offline"});
  auto const told = town.last<PartnerPresence>(*bob);
  CHECK(told.user_id == ada->id);
  CHECK(told.username == "Ada");
  CHECK_FALSE(told.is_online);
  CHECK(told.last_seen == written(town.now.wall));
  CHECK(town.session(*ada)->connected_user() == bob->id);
  CHECK(count<EraseRoom>(town) == 0);
}

TEST_CASE("§12.1: a guest stays online until its grace is over") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::lost);
  CHECK(town.session(*ada)->is_online());
  CHECK(town.lobby.stats() == Stats{.total_users = 2,
                                    .online_users = 2,
                                    .active_users = 1,
                                    .available_users = 0,
                                    .connected_users = 1,
                                    .users_in_chat = 2});
  town.pass(5s);
  CHECK_FALSE(town.session(*ada)->is_online());
  CHECK(town.lobby.stats() == Stats{.total_users = 2, .online_users = 1, .active_users = 1});
}

TEST_CASE("§9.4: who returns in time is back in its room and its chat, and the partner is told") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const room = room_of(ada->id, bob->id);
  town.disconnect(*ada, Parting::lost);
  town.pass(4999ms);
  town.forget();
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established"});
  auto const told = town.last<ConnectionEstablished>(*ada);
  REQUIRE(told.active_chat);
  CHECK(told.active_chat->room_id == room);
  CHECK(told.active_chat->matched_user.id == bob->id);
  CHECK(std::ranges::any_of(town.all_effects, [&](Effect const& effect) {
    auto const* join = std::get_if<JoinRoom>(&effect);
    return join && join->socket == ada->socket && join->room == room.str();
  }));
  CHECK(bob->heard_names == Names{"presence:user_online"});
  CHECK(town.last<PartnerPresence>(*bob).is_online);
  // The grace that was begun is forgotten, and each loss has a whole one of its own.
  town.pass(4s);
  town.disconnect(*ada, Parting::lost);
  town.pass(4s);
  CHECK(town.session(*ada)->connected_user() == bob->id);
}

TEST_CASE("§9.4: who does not return in time has left: the call ends, then the room closes") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.signal(*ada, Signal::offer);
  town.disconnect(*ada, Parting::lost);
  town.forget();
  town.pass(4999ms);
  CHECK(bob->heard.empty());
  town.pass(1ms);
  CHECK(bob->heard_names == Names{"webrtc:call-end", "room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "user_disconnected");
  CHECK(count<EraseRoom>(town) == 1);
  CHECK_FALSE(town.session(*bob)->connected_user());
  CHECK_FALSE(town.session(*ada)->connected_user());
}

TEST_CASE("§5.3: who was away when its chat ended hears so once, after its welcome, however it ended") {
  using Act = std::function<void(Town&, Town::Guest&)>;
  std::vector<std::pair<std::string, Act>> const ends{
      {"its own grace ended", [](Town& town, Town::Guest&) { town.pass(5s); }},
      {"the partner left", [](Town& town, Town::Guest& bob) { town.leave(bob); }},
      {"the partner closed", [](Town& town, Town::Guest& bob) { town.leave(bob, Lobby::LeaveBy::closing_room); }},
      {"the partner went on", [](Town& town, Town::Guest& bob) { town.match(bob); }},
      {"the partner blocked it", [](Town& town, Town::Guest& bob) { town.block(bob); }},
      {"the partner disconnected", [](Town& town, Town::Guest& bob) { town.disconnect(bob); }},
      {"the partner was deleted", [](Town& town, Town::Guest& bob) { town.erase(bob); }},
  };
  for (auto const& [how, end] : ends) {
    CAPTURE(how);
    Town town(with_grace);
    auto [ada, bob] = town.pair("Ada", "Bob");
    town.disconnect(*ada, Parting::lost);
    end(town, *bob);
    CHECK_FALSE(town.session(*ada)->is_online());
    CHECK(ada->heard.empty());
    town.connect(*ada);
    CHECK(ada->heard_names == Names{"connection:established", "room:closed"});
    CHECK_FALSE(town.last<ConnectionEstablished>(*ada).active_chat);
    auto const told = town.last<RoomClosed>(*ada);
    CHECK(told.user_id == bob->id);
    CHECK(told.username == "Bob");
    CHECK(told.reason == "partner_offline");
    CHECK(told.message == "The other user has left. Room closed.");
    town.forget();
    town.connect(*ada);
    CHECK(ada->heard_names == Names{"error", "connection:established"});
  }
}

TEST_CASE("§9.4: both may be away; the one whose grace ends first ends it for both") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::lost);
  town.pass(2s);
  town.disconnect(*bob, Parting::lost);
  town.forget();
  town.connect(*bob);
  CHECK(town.last<ConnectionEstablished>(*bob).active_chat);
  town.disconnect(*bob, Parting::lost);
  town.pass(3s);
  town.forget();
  for (auto* each : {ada, bob}) {
    town.connect(*each);
    CHECK(each->heard_names == Names{"connection:established", "room:closed"});
  }
}

TEST_CASE("§6.3: a call to a partner that is away is refused; hanging up is told on its return") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.signal(*bob, Signal::offer);
  town.signal(*ada, Signal::answer);
  town.disconnect(*ada, Parting::lost);
  town.forget();
  CHECK(code_of(town.signal(*bob, Signal::candidate)) == "PARTNER_UNAVAILABLE");
  CHECK(bob->heard_names == Names{"webrtc:error"});
  CHECK(town.last<Refused>(*bob).message == "Connected user is not available");
  CHECK(code_of(town.signal(*bob, Signal::end)) == "ok");
  CHECK(code_of(town.signal(*bob, Signal::offer)) == "PARTNER_UNAVAILABLE");
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established", "webrtc:call-end"});
  town.forget();
  CHECK(code_of(town.signal(*bob, Signal::offer)) == "ok");
  CHECK(ada->heard_names == Names{"webrtc:offer"});
}

TEST_CASE("§9.3: a deliberate disconnect has no grace, and nothing is told to who wanted it") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::deliberate);
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "user_disconnected");
  CHECK_FALSE(town.session(*ada)->is_online());
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established"});
}

TEST_CASE("§9.4: without grace a lost connection ends the chat at once, and who returns is told") {
  Town town({.disconnect_grace = 0s});
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::lost);
  CHECK(bob->heard_names == Names{"room:closed"});
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"connection:established", "room:closed"});
}

TEST_CASE("I4: a lost connection ends the search at once") {
  Town town(with_grace);
  auto& ada = town.guest("Ada");
  town.match(ada);
  town.disconnect(ada, Parting::lost);
  CHECK_FALSE(town.session(ada)->is_online());
  CHECK(town.lobby.stats().available_users == 0);
}

TEST_CASE("§8.5: what is said to a guest that is away is kept, confirmed, and told on its return in order") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.say(*bob, "two");
  town.confirm(*ada, town.last<ChatMessage>(*ada).message->id);
  town.disconnect(*ada, Parting::lost);
  town.forget();
  CHECK(code_of(town.say(*bob, "three")) == "ok");
  CHECK(bob->heard_names == Names{"chat:message:sent"});
  CHECK(ada->heard.empty());
  town.connect(*ada);
  // The first was heard but not confirmed; the second was confirmed.
  CHECK(ada->heard_names == Names{"connection:established", "chat:message", "chat:message"});
  CHECK(texts(*ada) == Texts{"one", "three"});
  town.forget();
  town.say(*bob, "four");
  CHECK(texts(*ada) == Texts{"four"});
}

TEST_CASE("§5.3: what everyone is told comes after the held-back messages") {
  Town town(with_grace, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.store(0);
  town.disconnect(*ada, Parting::lost);
  town.forget();
  town.hold_reading = true;
  town.connect(*ada);
  auto const may_hear_everyone = [&town] {
    return std::ranges::any_of(town.all_effects, [](Effect const& effect) {
      auto const* join = std::get_if<JoinRoom>(&effect);
      return join && join->room == everyone;
    });
  };
  CHECK_FALSE(may_hear_everyone());
  town.read();
  CHECK(may_hear_everyone());
  CHECK(texts(*ada) == Texts{"one"});
}

TEST_CASE("§8.5: a message settled while held-back ones are read comes after them, once") {
  Town town(with_grace, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.store(0);
  town.disconnect(*ada, Parting::lost);
  town.say(*bob, "two");
  town.forget();
  town.hold_reading = true;
  town.connect(*ada);
  town.say(*bob, "three");
  town.store(1);  // the third is kept before the second
  town.store(0);
  CHECK(bob->heard_names == Names{"presence:user_online", "chat:message:sent", "chat:message:sent"});
  CHECK(texts(*ada).empty());
  town.read();
  CHECK(texts(*ada) == Texts{"one", "two", "three"});
  town.say(*bob, "four");
  town.store(0);
  while (!town.to_read.empty()) town.read();
  CHECK(texts(*ada) == Texts{"one", "two", "three", "four"});
}

TEST_CASE("§8.2: a held-back message whose author has not been answered yet is told after that") {
  Town town(with_grace, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.store(0);
  town.say(*bob, "two");
  town.disconnect(*ada, Parting::lost);
  town.hold_reading = true;
  town.connect(*ada);
  // The storage has it already, but its answer is still on the way.
  town.rooms[room_of(ada->id, bob->id)][2] = town.to_store.front();
  town.forget();
  town.read();
  CHECK(texts(*ada) == Texts{"one"});
  town.store(0);
  CHECK(texts(*ada) == Texts{"one", "two"});
}

TEST_CASE("§8.5: very many held-back messages are read page by page, none left out and none twice") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::lost);
  Texts expected;
  for (int i = 0; i < 350; ++i) {
    expected.push_back("text " + std::to_string(i));
    town.say(*bob, expected.back());
  }
  town.forget();
  town.connect(*ada);
  CHECK(texts(*ada) == expected);
  CHECK(count<ReadMessages>(town) == 4);
}

TEST_CASE("§8.5: a reading begun for an earlier connection is not told on a later one") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.hold_reading = true;
  town.disconnect(*ada, Parting::lost);
  town.connect(*ada);
  town.connect(*ada);
  town.forget();
  REQUIRE(town.to_read.size() == 2);
  town.read();
  CHECK(texts(*ada).empty());
  town.read();
  CHECK(texts(*ada) == Texts{"one"});
}

TEST_CASE("§8.5: when held-back messages cannot be read they are read again a little later") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "one");
  town.disconnect(*ada, Parting::lost);
  town.hold_reading = true;
  town.connect(*ada);
  town.forget();
  town.read(false);
  CHECK(ada->heard.empty());
  CHECK(town.to_read.empty());
  town.say(*bob, "two");
  CHECK(texts(*ada).empty());
  CHECK(town.lobby.deadline() <= town.now.steady + 1s);
  town.pass(1s);
  town.read();
  CHECK(texts(*ada) == Texts{"one", "two"});
}

TEST_CASE("§5.4: a newer socket hears again what the older one has not confirmed") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*bob, "lost on the way");
  town.forget();
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"error", "connection:established", "chat:message"});
  CHECK(bob->heard.empty());
}

TEST_CASE("§5.4: the end of a replaced socket begins no grace") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const old = ada->socket;
  town.connect(*ada);
  town.step([&](Effects& out) { town.lobby.disconnect(old, Parting::lost, town.now, out); });
  town.pass(1min);
  CHECK(bob->heard.empty());
  CHECK(town.session(*ada)->connected_user() == bob->id);
}

TEST_CASE("§5.5: a connection ends with its token; the session and, for the grace, the chat live on") {
  Town town(with_grace);
  town.token_expires_at = town.now.wall + 10s;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.token_expires_at = town.now.wall + 1h;
  auto const old = bob->socket;
  town.connect(*bob);
  town.step([&](Effects& out) { town.lobby.disconnect(old, Parting::deliberate, town.now, out); });
  town.forget();
  town.pass(9999ms);
  CHECK(ada->heard.empty());
  town.pass(1ms);
  CHECK(ada->heard_names == Names{"error"});
  CHECK(town.last<Refused>(*ada).message == "Authentication failed");
  CHECK(town.last<Refused>(*ada).code == "TOKEN_EXPIRED");
  CHECK(std::ranges::any_of(town.all_effects, [&](Effect const& effect) {
    auto const* close = std::get_if<CloseSocket>(&effect);
    return close && close->socket == ada->socket && close->how == CloseHow::transport;
  }));
  town.disconnect(*ada, Parting::lost);
  CHECK(bob->heard_names == Names{"presence:user_offline"});
  town.connect(*ada);
  CHECK(town.last<ConnectionEstablished>(*ada).active_chat);
  town.forget();
  town.pass(50min);
  CHECK(ada->heard.empty());
}

TEST_CASE("§5.5: a token that lasts for years keeps the connection, and wakes nobody often") {
  Town town(with_grace);
  auto& ada = town.guest("Ada");
  CHECK(town.lobby.deadline() >= town.now.steady + 1min);
  for (int i = 0; i < 50; ++i) town.pass(1h);
  CHECK(ada.heard.empty());
  // The clock on the wall is set forward.
  town.token_expires_at = town.now.wall + 48h;
  auto& bob = town.guest("Bob");
  town.now.wall += 72h;
  town.pass(1h);
  CHECK(bob.heard_names == Names{"error"});
}

TEST_CASE("§5.5: a session deleted while its guest is away ends the chat for the partner") {
  Town town(with_grace);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada, Parting::lost);
  town.forget();
  town.erase(*ada);
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "session_ended");
  CHECK(town.lobby.stats() == Stats{.total_users = 1, .online_users = 1, .active_users = 1});
  town.pass(1min);
}
