#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "chat/domain/testing/town.h"

// Laws of the lobby: what holds for every state and every input, and after any story.
using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

/// The states of one guest as the contract's §7.1 draws them, and having no socket.
enum class State { offline, idle, searching, in_chat };

State state_of(Town& town, Town::Guest const& guest) {
  auto const* session = town.session(guest);
  REQUIRE(session);
  if (session->connected_user()) return State::in_chat;
  if (session->is_searching()) return State::searching;
  return session->is_online() ? State::idle : State::offline;
}

/// A town of its own with Ada in the given state; Bob is her partner in a chat, Eve has nothing to do with her.
struct Scene {
  explicit Scene(State state) {
    eve = &town.guest("Eve");
    if (state == State::in_chat) {
      std::tie(ada, bob) = town.pair("Ada", "Bob");
      return;
    }
    ada = &town.account("Ada");
    if (state != State::offline) town.connect(*ada);
    if (state == State::searching) town.match(*ada);
    town.forget();
  }
  Town town;
  Town::Guest* ada = nullptr;
  Town::Guest* bob = nullptr;
  Town::Guest* eve = nullptr;
};

struct Move {
  std::string_view input;
  std::function<void(Scene&)> act;
  State from_idle, from_searching, from_in_chat;
};

std::vector<Move> const moves{
    {"connect again", [](Scene& s) { s.town.connect(*s.ada); }, State::idle, State::searching, State::in_chat},
    {"disconnect", [](Scene& s) { s.town.disconnect(*s.ada); }, State::offline, State::offline, State::offline},
    {"match", [](Scene& s) { s.town.match(*s.ada); }, State::searching, State::searching, State::searching},
    {"another asks", [](Scene& s) { s.town.match(*s.eve); }, State::idle, State::in_chat, State::in_chat},
    {"cancel", [](Scene& s) { s.town.cancel(*s.ada); }, State::idle, State::idle, State::in_chat},
    {"leave", [](Scene& s) { s.town.leave(*s.ada); }, State::idle, State::searching, State::idle},
    {"close room", [](Scene& s) { s.town.leave(*s.ada, Lobby::LeaveBy::closing_room); }, State::idle, State::searching,
     State::idle},
    {"say", [](Scene& s) { s.town.say(*s.ada, "hello"); }, State::idle, State::searching, State::in_chat},
    {"say nonsense", [](Scene& s) { s.town.say_nonsense(*s.ada); }, State::idle, State::searching, State::in_chat},
    {"confirm", [](Scene& s) { s.town.confirm(*s.ada, MessageId("x")); }, State::idle, State::searching,
     State::in_chat},
    {"type", [](Scene& s) { s.town.type(*s.ada); }, State::idle, State::searching, State::in_chat},
    {"offer", [](Scene& s) { s.town.signal(*s.ada, Signal::offer); }, State::idle, State::searching, State::in_chat},
    {"hang up", [](Scene& s) { s.town.signal(*s.ada, Signal::end); }, State::idle, State::searching, State::in_chat},
    {"partner leaves",
     [](Scene& s) {
       if (s.bob) s.town.leave(*s.bob);
     },
     State::idle, State::searching, State::idle},
    {"partner disconnects",
     [](Scene& s) {
       if (s.bob) s.town.disconnect(*s.bob);
     },
     State::idle, State::searching, State::idle},
    {"partner's session is deleted",
     [](Scene& s) {
       if (s.bob) s.town.erase(*s.bob);
     },
     State::idle, State::searching, State::idle},
};

bool have_blocked(Town const& town, GuestId const& a, GuestId const& b) {
  return std::ranges::any_of(town.blocks, [&](BlockRecord const& each) {
    return (each.by == a && each.whom == b) || (each.by == b && each.whom == a);
  });
}

/// I1 to I5, the numbers, and that every queue entry can be handed out.
void check_invariants(Town& town) {
  Stats counted;
  std::vector<GuestSession const*> waiting;
  for (auto const& guest : town.guests) {
    auto const* session = town.session(guest);
    if (!session) continue;
    ++counted.total_users;
    counted.online_users += session->is_online();
    counted.available_users += session->is_searching();
    auto const partner = session->connected_user();
    CHECK((session->conversation() != nullptr) == partner.has_value());
    if (session->is_searching()) {
      waiting.push_back(session);
      CHECK(session->socket);
      CHECK_FALSE(partner);
    }
    if (!partner) continue;
    ++counted.users_in_chat;
    CHECK(session->is_online());
    CHECK(*partner != guest.id);
    CHECK_FALSE(have_blocked(town, *partner, guest.id));
    auto const other = std::ranges::find(town.guests, *partner, &Town::Guest::id);
    REQUIRE(other != town.guests.end());
    REQUIRE(town.session(*other));
    CHECK(town.session(*other)->connected_user() == guest.id);
    CHECK(town.session(*other)->conversation() == session->conversation());
  }
  auto const told = town.lobby.stats();
  CHECK(told.total_users == counted.total_users);
  CHECK(told.online_users == counted.online_users);
  CHECK(told.available_users == counted.available_users);
  CHECK(told.users_in_chat == counted.users_in_chat);
  CHECK(2 * told.connected_users == counted.users_in_chat);
  // M3: two who may meet never both wait.
  for (auto const* one : waiting) {
    for (auto const* other : waiting) CHECK((one == other || have_blocked(town, one->id, other->id)));
  }
}

}  // namespace

TEST_CASE("every input moves a guest from every state as the contract draws it") {
  for (auto const& move : moves) {
    for (auto const& [from, to] :
         {std::pair{State::idle, move.from_idle}, std::pair{State::searching, move.from_searching},
          std::pair{State::in_chat, move.from_in_chat}}) {
      CAPTURE(move.input);
      CAPTURE(static_cast<int>(from));
      Scene scene(from);
      REQUIRE(state_of(scene.town, *scene.ada) == from);
      move.act(scene);
      CHECK(state_of(scene.town, *scene.ada) == to);
      check_invariants(scene.town);
    }
  }
}

TEST_CASE("a guest without a socket does nothing until it connects") {
  for (auto const& move : moves) {
    if (move.input == "connect again" || move.input == "disconnect" || move.input == "another asks") continue;
    CAPTURE(move.input);
    Scene scene(State::offline);
    scene.ada->socket = SocketId::make(0, scene.town.random);
    scene.town.owners[scene.ada->socket] = scene.ada;
    move.act(scene);
    CHECK(state_of(scene.town, *scene.ada) == State::offline);
    CHECK(scene.eve->heard.empty());
    check_invariants(scene.town);
  }
}

TEST_CASE("outside a chat nothing a guest sends reaches anyone, and it is told so") {
  for (auto const state : {State::idle, State::searching}) {
    Scene scene(state);
    auto& town = scene.town;
    CHECK(code_of(town.say(*scene.ada, "hello")) == "NOT_IN_CHAT");
    CHECK(code_of(town.say_nonsense(*scene.ada)) == "NOT_IN_CHAT");
    CHECK(code_of(town.signal(*scene.ada, Signal::offer)) == "NOT_IN_CHAT");
    CHECK(code_of(town.type(*scene.ada)) == "NOT_IN_CHAT");
    CHECK(scene.ada->heard_names == std::vector<std::string>{"chat:error", "chat:error", "webrtc:error"});
    CHECK(scene.eve->heard.empty());
  }
}

namespace {

/// Lives through a random story, and checks after each step that the laws hold.
class Story {
 public:
  explicit Story(std::uint32_t seed)
      : town_({.session_life = 60s, .disconnect_grace = 5s, .call_answer_time = 5s}, Town::Storing::when_told, seed) {
    town_.hold_chats = town_.hold_reading = true;
    for (int i = 0; i < 7; ++i) town_.account("Guest" + std::to_string(i));
  }

  void live(int steps) {
    for (int i = 0; i < steps; ++i) {
      auto& guest = town_.guests[town_.random.below(town_.guests.size())];
      auto const before = town_.session(guest) ? town_.session(guest)->connected_user() : std::nullopt;
      town_.forget();
      partners_before_.clear();
      for (auto const& each : town_.guests) {
        if (town_.session(each)) partners_before_[each.id] = town_.session(each)->connected_user();
      }
      act(guest);
      note_said();
      check_invariants(town_);
      check_audience(guest, before);
    }
    finish();
  }

 private:
  void note_said() {
    for (auto const& effect : town_.all_effects) {
      if (auto const* store = std::get_if<Store>(&effect)) said_.emplace(store->message->id.str(), said_.size() + 1);
    }
  }
  bool connected(Town::Guest const& guest) { return town_.session(guest) && town_.session(guest)->socket; }

  void act(Town::Guest& guest) {
    others_concerned_ = false;
    auto const choice = town_.random.below(100);
    if (!connected(guest)) {
      // Of those who are away most come back.
      if (choice < 50 && town_.session(guest)) return town_.connect(guest);
      if (choice < 55 && town_.guests.size() < 30) town_.account("Late" + std::to_string(town_.guests.size()));
      return store_one();
    }
    if (choice < 25) return void(town_.match(guest));
    if (choice < 30) return void(town_.cancel(guest));
    if (choice < 60) return void(town_.say(guest, "text", client_id()));
    if (choice < 66) return confirm(guest);
    if (choice < 70) return void(town_.type(guest));
    if (choice < 78) return void(town_.signal(guest, static_cast<Signal>(town_.random.below(6))));
    if (choice < 82) return void(town_.leave(guest, static_cast<Lobby::LeaveBy>(town_.random.below(2))));
    if (choice < 86) return town_.disconnect(guest, town_.random.below(3) == 0 ? Parting::deliberate : Parting::lost);
    if (choice < 88) return town_.connect(guest);
    if (choice < 89) return void(town_.random.below(2) == 0 ? town_.block(guest) : (town_.erase(guest), Json{}));
    if (choice < 92) {
      others_concerned_ = true;
      return town_.pass(base_second_ * static_cast<int>(1 + town_.random.below(8)));
    }
    if (choice < 93 && town_.random.below(4) == 0) return restart();
    store_one();
  }

  /// The process ends at any moment: of what the storage was still at, some has been kept and some has not.
  void restart() {
    others_concerned_ = true;
    for (auto const& message : town_.to_store) {
      if (town_.erased_meanwhile.contains(message.id.str())) continue;
      if (town_.random.below(2) == 0) town_.rooms[message.room][message.seq] = message;
    }
    for (auto const& chat : town_.chats_to_keep) {
      if (town_.erased_meanwhile.contains(std::to_string(chat.conversation))) continue;
      if (town_.random.below(2) == 0) town_.chats[chat.chat.room] = chat.chat;
    }
    for (std::uint64_t ask = 1; ask <= town_.asks; ++ask) town_.answers.try_emplace(ask);
    town_.restart();
  }

  std::optional<std::string> client_id() {
    auto const number = town_.random.below(6);
    return number == 0 ? std::nullopt : std::optional("c" + std::to_string(number));
  }
  void confirm(Town::Guest& guest) {
    if (!seen_.empty()) town_.confirm(guest, seen_[town_.random.below(seen_.size())]);
  }
  void store_one() {
    others_concerned_ = true;
    // Storage answers in any order, and fails now and then.
    bool const good = town_.random.below(10) != 0;
    if (!town_.chats_to_keep.empty() && town_.random.below(2) == 0) return town_.keep_chat(good);
    if (!town_.to_read.empty() && town_.random.below(2) == 0) return town_.read(good);
    if (town_.to_store.empty()) return;
    town_.store(town_.random.below(town_.to_store.size()), town_.random.below(10) != 0);
  }

  /// Whoever was told something is the actor, its partner before or after; what is said reaches the partner alone.
  void check_audience(Town::Guest const& actor, std::optional<GuestId> const& before) {
    auto const after = town_.session(actor) ? town_.session(actor)->connected_user() : std::nullopt;
    for (auto const& each : town_.guests) {
      if (!others_concerned_ && each.id != actor.id && each.id != before && each.id != after) {
        CHECK(each.heard.empty());
      }
      for (auto const& event : each.heard) check_event(each, event);
    }
  }

  void check_event(Town::Guest const& listener, ServerEvent const& event) {
    auto const from_partner = [&](GuestId const& from) {
      CHECK(from != listener.id);
      REQUIRE(town_.session(listener));
      CHECK(town_.session(listener)->connected_user() == from);
    };
    if (auto const* told = std::get_if<ChatMessage>(&event)) {
      auto const& message = told->message;
      from_partner(message->sender);
      // A guest that comes back is told again what it has not confirmed, but nothing twice on one connection.
      CHECK(delivered_to_.insert({message->id.str(), listener.socket}).second);
      auto& last = last_seen_[{town_.session(listener)->conversation()->number(), listener.socket}];
      auto const place = said_.at(message->id.str());
      CHECK(place > last);
      last = place;
      seen_.push_back(message->id);
    }
    if (auto const* offer = std::get_if<CallOffer>(&event)) from_partner(offer->from);
    if (auto const* answer = std::get_if<CallAnswer>(&event)) from_partner(answer->from);
    if (auto const* candidate = std::get_if<CallCandidate>(&event)) from_partner(candidate->from);
    if (auto const* typing = std::get_if<Typing>(&event)) from_partner(typing->user_id);
    if (auto const* matched = std::get_if<Matched>(&event)) {
      // A chat that ends while it is being kept is told from its beginning to its end in one step.
      if (partners_before_[listener.id] != matched->matched_user.id) from_partner(matched->matched_user.id);
    }
    if (auto const* delivered = std::get_if<ChatDelivered>(&event)) {
      CHECK(confirmed_.insert(delivered->message_id.str()).second);
    }
  }

  /// Once storage has answered everything, every ask has had its one answer, and whoever is in a chat and comes back
  /// hears every message that was kept for it and that it has not confirmed.
  void finish() {
    town_.forget();
    town_.hold_chats = town_.hold_reading = false;
    town_.step([](Effects&) {});
    town_.store_all();
    town_.forget();
    for (auto& guest : town_.guests) {
      if (town_.session(guest)) town_.connect(guest);
    }
    for (auto const& guest : town_.guests) {
      for (auto const& event : guest.heard) check_event(guest, event);
      auto const* session = town_.session(guest);
      if (!session || !session->open_chat()) continue;
      for (auto const& [seq, message] : town_.rooms[session->open_chat()->room()]) {
        if (message.recipient != guest.id || message.delivered_at) continue;
        CHECK(delivered_to_.contains({message.id.str(), guest.socket}));
      }
    }
    for (std::uint64_t ask = 1; ask <= town_.asks; ++ask) CHECK(town_.answers.contains(ask));
  }

  static constexpr auto base_second_ = std::chrono::seconds(1);
  Town town_;
  bool others_concerned_ = false;
  std::map<GuestId, std::optional<GuestId>> partners_before_;
  std::vector<MessageId> seen_;
  std::set<std::pair<std::string, SocketId>> delivered_to_;
  std::set<std::string> confirmed_;
  std::map<std::pair<std::uint64_t, SocketId>, std::uint64_t> last_seen_;  ///< by conversation and connection
  std::map<std::string, std::uint64_t> said_;                              ///< in which order messages were said
};

}  // namespace

TEST_CASE("I1, I2, I3, I4, I5: whatever guests do, and however storage answers, the laws hold after every step") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Story(seed).live(2000);
  }
}

TEST_CASE("M3: of any number of guests who ask at once, all but at most one are matched, each once") {
  for (int const count : {2, 3, 10, 201}) {
    Town town;
    for (int i = 0; i < count; ++i) town.guest("Guest" + std::to_string(i));
    for (auto& guest : town.guests) town.match(guest);
    check_invariants(town);
    CHECK(town.lobby.stats().connected_users == static_cast<std::uint64_t>(count / 2));
    CHECK(town.lobby.stats().available_users == static_cast<std::uint64_t>(count % 2));
    for (auto const& guest : town.guests) CHECK(std::ranges::count(guest.heard_names, "user:matched") <= 1);
  }
}
