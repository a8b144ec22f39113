#include "chat/domain/lobby.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/domain/testing/town.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_CASE("§5.3-1, §5.3-2: a guest that connects is told who it is before anything else") {
  Town town;
  auto& ada = town.account("Ada");
  town.connect(ada);
  REQUIRE(ada.heard_names == Names{"connection:established"});
  auto const told = town.last<ConnectionEstablished>(ada);
  CHECK(told.user_id == ada.id);
  CHECK(told.session_id == ada.key);
  CHECK(told.socket_id == ada.socket);
  CHECK_FALSE(told.active_chat);
  CHECK(payload_json(told).find(R"("activeChat":null,"isSearching":false)") != std::string::npos);
  CHECK(town.session(ada)->is_online());
  // Only now may it hear what everyone is told.
  auto const joins = [](Effect const& effect) {
    auto const* join = std::get_if<JoinRoom>(&effect);
    return join && join->room == everyone;
  };
  auto const welcomes = [](Effect const& effect) { return std::holds_alternative<Tell>(effect); };
  auto const& effects = town.all_effects;
  REQUIRE(std::ranges::count_if(effects, joins) == 1);
  CHECK(std::ranges::find_if(effects, welcomes) < std::ranges::find_if(effects, joins));
}

TEST_CASE("a guest alone searches on; the next to ask is matched with it at once") {
  Town town;
  auto& ada = town.guest("Ada");
  auto& bob = town.guest("Bob");
  CHECK(code_of(town.match(ada)) == "ok");
  CHECK(ada.heard_names == Names{"user:match:searching", "user:match:no_users"});
  CHECK(town.session(ada)->is_searching());
  town.match(bob);
  CHECK(bob.heard_names == Names{"user:match:searching", "user:matched", "room:user_joined", "room:user_joined"});
  CHECK(ada.heard_names ==
        Names{"user:match:searching", "user:match:no_users", "user:matched", "room:user_joined", "room:user_joined"});
  CHECK(town.last<Matched>(ada).matched_user.id == bob.id);
  CHECK(town.last<Matched>(bob).matched_user.id == ada.id);
  CHECK(town.last<Matched>(ada).room_id == room_of(ada.id, bob.id));
  // The requester is announced first, the one who waited second.
  for (auto const* each : {&ada, &bob}) {
    auto const joined = each->heard.end() - 2;
    CHECK(std::get<RoomChanged>(joined[0]).user_id == bob.id);
    CHECK(std::get<RoomChanged>(joined[1]).user_id == ada.id);
    CHECK(std::get<RoomChanged>(joined[0]).message == "Bob has joined the chat");
  }
}

TEST_CASE("asking again while searching is harmless") {
  Town town;
  auto& ada = town.guest("Ada");
  town.match(ada);
  town.match(ada);
  CHECK(ada.heard_names ==
        Names{"user:match:searching", "user:match:no_users", "user:match:searching", "user:match:no_users"});
  CHECK(town.lobby.stats().available_users == 1);
}

TEST_CASE("asking for a match inside a chat leaves the chat first") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.match(*ada);
  CHECK(ada->heard_names ==
        Names{"room:user_left", "chat:clear:confirmed", "user:match:searching", "user:match:no_users"});
  CHECK(bob->heard_names == Names{"room:user_left", "chat:cleared"});
  CHECK(town.session(*bob)->connected_user() == std::nullopt);
}

TEST_CASE("M4: the previous partner is met again only when nobody else waits") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.guest("Eve");
  town.leave(*ada);
  town.match(*bob);
  town.match(*ada);
  CHECK(town.session(*ada)->connected_user() == bob->id);
  town.leave(*ada);
  town.match(*bob);
  town.match(eve);
  CHECK(town.session(eve)->connected_user() == bob->id);
}

TEST_CASE("a search is cancelled; a pair that was formed first stands") {
  Town town;
  auto& ada = town.guest("Ada");
  town.match(ada);
  town.forget();
  CHECK(code_of(town.cancel(ada)) == "ok");
  CHECK(ada.heard_names == Names{"user:match:cancelled"});
  CHECK(code_of(town.cancel(ada)) == "ok");
  auto [bob, eve] = town.pair("Bob", "Eve");
  CHECK(code_of(town.cancel(*bob)) == "IN_CHAT");
  CHECK(bob->heard.empty());
  CHECK(town.session(*bob)->connected_user() == eve->id);
}

TEST_CASE("a message is confirmed to its author, passed to the partner and confirmed by it") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const answer = town.say(*ada, " a < b ", "c1");
  CHECK(ada->heard_names == Names{"chat:message:sent"});
  CHECK(bob->heard_names == Names{"chat:message"});
  auto const sent = town.last<ChatSent>(*ada);
  auto const message = *town.last<ChatMessage>(*bob).message;
  CHECK(sent.message_id == message.id);
  CHECK(sent.client_message_id == "c1");
  CHECK(message.content == Json(" a < b "));
  CHECK(message.sender == ada->id);
  CHECK(message.id.str().starts_with("msg_1800000000000_"));
  CHECK(answer["messageId"] == Json(message.id.str()));
  CHECK(answer["status"] == Json("sent"));

  town.forget();
  CHECK(code_of(town.confirm(*bob, message.id)) == "ok");
  CHECK(ada->heard_names == Names{"chat:message:delivered"});
  CHECK(bob->heard.empty());
  CHECK(code_of(town.confirm(*bob, message.id)) == "ok");
  CHECK(ada->heard.size() == 1);
}

TEST_CASE("confirmations by the wrong guest, of the wrong message or of none notify nobody") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto [eve, fay] = town.pair("Eve", "Fay");
  town.say(*ada, "hello");
  auto const id = town.last<ChatMessage>(*bob).message->id;
  town.forget();
  CHECK(code_of(town.confirm(*ada, id)) == "INVALID_MESSAGE");
  CHECK(code_of(town.confirm(*eve, id)) == "INVALID_MESSAGE");
  CHECK(code_of(town.confirm(*bob, MessageId("msg_0_x"))) == "INVALID_MESSAGE");
  CHECK(code_of(town.confirm(*bob, std::nullopt)) == "INVALID_MESSAGE");
  for (auto const* each : {ada, bob, eve, fay}) CHECK(each->heard.empty());
}

TEST_CASE("the same client message is passed on once and confirmed each time") {
  Town town({}, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "hello", "c1");
  town.say(*ada, "hello", "c1");
  REQUIRE(town.to_store.size() == 1);
  town.store(0);
  town.say(*ada, "hello", "c1");
  CHECK(ada->heard_names == Names{"chat:message:sent", "chat:message:sent", "chat:message:sent"});
  CHECK(bob->heard_names == Names{"chat:message"});
  CHECK(town.to_store.empty());
}

TEST_CASE("§6.3-store: a message that storage refuses is refused to its author and shown to nobody") {
  Town town({}, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "one");
  town.say(*ada, "two");
  town.store(1);
  CHECK(ada->heard.empty());
  town.store(0, false);
  CHECK(ada->heard_names == Names{"chat:error", "chat:message:sent"});
  CHECK(town.last<Refused>(*ada).message == "Failed to send message");
  CHECK(town.last<ChatMessage>(*bob).message->content == Json("two"));
}

TEST_CASE(
    "§6.3-partner-unavailable: a message that is still being kept when the chat ends reaches nobody, not even in the "
    "next chat") {
  Town town({}, Town::Storing::when_told);
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.say(*ada, "late");
  town.leave(*bob);
  CHECK(ada->heard_names == Names{"chat:error", "room:user_left", "chat:cleared"});
  CHECK(town.last<Refused>(*ada).code == "PARTNER_UNAVAILABLE");
  town.match(*ada);
  town.match(*bob);
  REQUIRE(town.session(*ada)->connected_user() == bob->id);
  town.forget();
  town.store(0);
  CHECK(ada->heard.empty());
  CHECK(bob->heard.empty());
}

TEST_CASE("leaving tells both, frees both and erases the room") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  CHECK(code_of(town.leave(*ada)) == "ok");
  CHECK(ada->heard_names == Names{"room:user_left", "chat:clear:confirmed"});
  CHECK(bob->heard_names == Names{"room:user_left", "chat:cleared"});
  CHECK(town.last<ChatCleared>(*bob).user_id == ada->id);
  bool erased = false;
  for (auto const& effect : town.all_effects) erased = erased || std::holds_alternative<EraseRoom>(effect);
  CHECK(erased);
  town.forget();
  CHECK(code_of(town.leave(*ada)) == "ok");
  CHECK(ada->heard_names == Names{"chat:clear:confirmed"});
  CHECK(bob->heard.empty());
}

TEST_CASE("closing the room tells the partner so at last") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.leave(*ada, Lobby::LeaveBy::closing_room);
  CHECK(bob->heard_names == Names{"room:user_left", "chat:cleared", "room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "room_closed");
  CHECK(ada->heard_names == Names{"room:user_left", "chat:clear:confirmed"});
}

TEST_CASE("leaving during a call hangs up first, however the chat ends") {
  for (auto const state : {Call::ringing, Call::active}) {
    for (int way = 0; way < 5; ++way) {
      Town town;
      auto [ada, bob] = town.pair("Ada", "Bob");
      town.signal(*ada, Signal::offer);
      if (state == Call::active) town.signal(*bob, Signal::answer);
      town.forget();
      if (way == 0) town.leave(*ada);
      if (way == 1) town.leave(*ada, Lobby::LeaveBy::closing_room);
      if (way == 2) town.match(*ada);
      if (way == 3) town.disconnect(*ada);
      if (way == 4) town.erase(*ada);
      CAPTURE(way);
      REQUIRE(bob->heard_names.size() >= 2);
      CHECK(bob->heard_names[0] == "webrtc:call-end");
      CHECK(town.last<CallEnding>(*bob).from == ada->id);
    }
  }
}

TEST_CASE("a disconnected guest is offline, its search is over and its partner is told") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.disconnect(*ada);
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "user_disconnected");
  CHECK_FALSE(town.session(*ada)->is_online());
  CHECK_FALSE(town.session(*bob)->connected_user());
  town.match(*bob);
  town.disconnect(*bob);
  CHECK(town.lobby.stats().available_users == 0);
}

TEST_CASE("the newest socket takes over; the end of the old one means nothing") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const old = ada->socket;
  town.connect(*ada);
  CHECK(ada->heard_names == Names{"error", "connection:established"});
  CHECK(town.last<Refused>(*ada).code == "SESSION_REPLACED");
  REQUIRE(town.last<ConnectionEstablished>(*ada).active_chat);
  CHECK(town.last<ConnectionEstablished>(*ada).active_chat->matched_user.id == bob->id);
  town.step([&](Effects& out) { town.lobby.disconnect(old, Parting::lost, town.now, out); });
  CHECK(bob->heard.empty());
  CHECK(town.session(*ada)->is_online());
  town.say(*bob, "still here?");
  CHECK(ada->heard_names.back() == "chat:message");
  CHECK(town.lobby.stats().active_users == 2);
}

TEST_CASE("§5.4-newest: a replaced socket is no longer listened to") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto const old = ada->socket;
  town.connect(*ada);
  town.forget();
  auto const newest = std::exchange(ada->socket, old);
  CHECK(code_of(town.say(*ada, "from the past")) == "SESSION_REPLACED");
  CHECK(code_of(town.leave(*ada)) == "SESSION_REPLACED");
  ada->socket = newest;
  CHECK(bob->heard.empty());
  CHECK(ada->heard.empty());
}

TEST_CASE("§6.3-session: a deleted session ends its chat, closes its socket and is found no more") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.erase(*ada);
  CHECK(bob->heard_names == Names{"room:closed"});
  CHECK(town.last<RoomClosed>(*bob).reason == "session_ended");
  CHECK(town.last<Refused>(*ada).code == "SESSION_NOT_FOUND");
  CHECK_FALSE(town.session(*ada));
  town.forget();
  CHECK(code_of(town.match(*ada)) == "SESSION_NOT_FOUND");
  CHECK(ada->heard_names == Names{"user:match:error"});
  town.disconnect(*ada);
  CHECK(town.lobby.stats() == Stats{.total_users = 1, .online_users = 1, .active_users = 1});
}

TEST_CASE("a session lives as long as it is used or connected") {
  Town town({.session_life = 10s});
  auto& ada = town.account("Ada");
  auto& bob = town.guest("Bob");
  town.pass(9s);
  Effects out;
  CHECK(town.lobby.use(ada.key, ada.id, town.now, out));
  CHECK_FALSE(town.lobby.use(ada.key, bob.id, town.now, out));
  town.pass(9s);
  CHECK(town.session(ada));
  town.pass(1s);
  CHECK_FALSE(town.session(ada));
  town.pass(100s);
  CHECK(town.session(bob));
  town.disconnect(bob);
  town.pass(9s);
  CHECK(town.session(bob));
  town.pass(1s);
  CHECK_FALSE(town.session(bob));
  CHECK(town.lobby.stats() == Stats{});
}

TEST_CASE("a call that nobody answers ends by the clock, in the caller's name") {
  Town town({.call_answer_time = 45s});
  auto [ada, bob] = town.pair("Ada", "Bob");
  town.signal(*ada, Signal::offer);
  town.forget();
  town.pass(44s);
  CHECK(ada->heard.empty());
  town.pass(1s);
  for (auto const* each : {ada, bob}) {
    CHECK(each->heard_names == Names{"webrtc:call-timeout"});
    CHECK(town.last<CallEnding>(*each).from == ada->id);
  }
}

TEST_CASE("a call that was answered, ended or left behind does not time out") {
  for (int way = 0; way < 4; ++way) {
    Town town({.call_answer_time = 45s});
    auto [ada, bob] = town.pair("Ada", "Bob");
    town.signal(*ada, Signal::offer);
    if (way == 0) town.signal(*bob, Signal::answer);
    if (way == 1) town.signal(*ada, Signal::end);
    if (way >= 2) town.leave(*ada);
    town.pass(10s);
    if (way == 1) town.signal(*bob, Signal::offer);
    if (way == 3) {
      town.match(*ada);
      town.match(*bob);
      town.signal(*bob, Signal::offer);
    }
    town.forget();
    town.pass(36s);
    CAPTURE(way);
    CHECK(ada->heard.empty());
    CHECK(bob->heard.empty());
  }
}

TEST_CASE("a stopping server tells everyone in a chat, and nobody else") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  auto& eve = town.guest("Eve");
  town.step([&](Effects& out) { town.lobby.shut_down(town.now, out); });
  for (auto const* each : {ada, bob}) {
    CHECK(each->heard_names == Names{"room:closed"});
    CHECK(town.last<RoomClosed>(*each).reason == "server_shutdown");
  }
  CHECK(eve.heard.empty());
}

TEST_CASE("who is online is told newest first, at most a hundred, without secrets") {
  Town town;
  for (int i = 0; i < 103; ++i) town.guest("Guest" + std::to_string(i));
  auto const users = town.lobby.online_users();
  REQUIRE(users.size() == 100);
  CHECK(users[0].username == "Guest102");
  CHECK(users[99].username == "Guest3");
  auto const json = parley::base::to_json(users);
  for (std::string_view const secret : {"sessionId", "socketId", "connectedUser"}) {
    CHECK(json.find(secret) == std::string::npos);
  }
}

TEST_CASE("questions are answered to the asker alone") {
  Town town;
  auto [ada, bob] = town.pair("Ada", "Bob");
  using enum Lobby::Question;
  for (auto const question : {realtime_stats, stats, online_users, presence}) {
    town.asked(*ada, [&](Ask ask, Effects& out) { town.lobby.ask_for(ask, question, town.now, out); });
  }
  CHECK(ada->heard_names == Names{"realtime:stats", "stats:update", "users:online:update", "presence:update"});
  CHECK(payload_json(ada->heard[1]) == R"({"totalUsers":2,"onlineUsers":2,"activeUsers":2,"availableUsers":0,)"
                                       R"("connectedUsers":1,"usersInChat":2})");
  CHECK(payload_json(ada->heard[2]).starts_with("[{"));
  CHECK(bob->heard.empty());
}
