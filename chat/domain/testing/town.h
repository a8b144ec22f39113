#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "chat/domain/lobby.h"
#include "chat/domain/testing/seeded_random.h"

namespace parley::chat {

/// A lobby with guests in it, for tests: it carries out effects by writing down who was told what.
class Town {
 public:
  struct Guest {
    GuestId id;
    SessionKey key;
    std::string name;
    SocketId socket;                         ///< the newest one
    std::vector<ServerEvent> heard;          ///< on any of its sockets
    std::vector<std::string> heard_names{};  ///< the same, names only
  };
  enum class Storing { at_once, when_told };

  explicit Town(LobbyConfig const& config = {}, Storing storing = Storing::at_once, std::uint32_t seed = 1)
      : random(seed), lobby(config, random), storing_(storing) {}

  Guest& account(std::string name) {
    auto const& session = lobby.create_session(std::move(name), {}, now);
    guests.push_back({session.id, session.key, session.username, {}, {}});
    return guests.back();
  }
  Guest& guest(std::string name) {
    auto& made = account(std::move(name));
    connect(made);
    made.heard.clear();
    made.heard_names.clear();
    return made;
  }
  void connect(Guest& guest) {
    guest.socket = SocketId::make(0, random);
    owners[guest.socket] = &guest;
    step([&](Effects& out) { lobby.connect(guest.key, guest.socket, now, out); });
  }
  void disconnect(Guest& guest) {
    step([&](Effects& out) { lobby.disconnect(guest.socket, now, out); });
  }
  /// Two guests in a chat who have forgotten how they met.
  std::pair<Guest*, Guest*> pair(std::string first, std::string second) {
    auto& a = guest(std::move(first));
    auto& b = guest(std::move(second));
    match(a);
    match(b);
    REQUIRE(session(a)->connected_user() == b.id);
    forget();
    return {&a, &b};
  }

  // Each returns the answer to the ask.
  Json match(Guest& who) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.match(ask, now, out); });
  }
  Json cancel(Guest& who) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.cancel_match(ask, now, out); });
  }
  Json say(Guest& who, std::string_view text, std::optional<std::string> client_message_id = {}) {
    NewMessage message;
    message.content = Json(text);
    message.client_message_id = client_message_id;
    message.echoed_id = std::move(client_message_id);
    return asked(who, [&](Ask ask, Effects& out) { lobby.say(ask, message, now, out); });
  }
  Json say_nonsense(Guest& who) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.say(ask, std::nullopt, now, out); });
  }
  Json confirm(Guest& who, std::optional<MessageId> id) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.confirm(ask, id, now, out); });
  }
  Json type(Guest& who) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.typing(ask, "chat:typing:start", now, out); });
  }
  Json signal(Guest& who, Signal signal) {
    auto const body = signal == Signal::offer || signal == Signal::answer ? Json::object() : Json{};
    return asked(who, [&](Ask ask, Effects& out) { lobby.signal(ask, SignalBody{signal, body, "video"}, now, out); });
  }
  Json leave(Guest& who, Lobby::LeaveBy how = Lobby::LeaveBy::leaving_room) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.leave(ask, how, now, out); });
  }
  void erase(Guest& who) {
    step([&](Effects& out) { lobby.erase_session(who.key, now, out); });
  }
  void pass(base::Duration time) {
    now.steady += time;
    now.wall += time;
    step([&](Effects& out) { lobby.advance(now, out); });
  }
  /// Storage answers for the n-th message that waits for it.
  void store(std::size_t which, bool kept = true) {
    auto const message = to_store.at(which);
    to_store.erase(to_store.begin() + static_cast<std::ptrdiff_t>(which));
    step([&](Effects& out) { lobby.stored(message.room, message.id, kept, out); });
  }

  GuestSession const* session(Guest const& guest) { return lobby.find(guest.key, now); }
  void forget() {
    for (auto& each : guests) {
      each.heard.clear();
      each.heard_names.clear();
    }
    all_effects.clear();
  }
  /// The newest event of that type that a guest heard.
  template <class Event>
  Event last(Guest const& guest) {
    for (auto event = guest.heard.rbegin(); event != guest.heard.rend(); ++event) {
      if (auto const* found = std::get_if<Event>(&*event)) return *found;
    }
    FAIL("no such event");
    throw 0;
  }

  template <class Act>
  void step(Act act) {
    Effects effects;
    act(effects);
    for (auto& effect : effects) {
      if (auto const* tell = std::get_if<Tell>(&effect)) {
        auto* const owner = owners.at(tell->to);
        owner->heard.push_back(tell->event);
        owner->heard_names.emplace_back(name_of(tell->event));
      } else if (auto const* given = std::get_if<Answer>(&effect)) {
        REQUIRE_FALSE(answers.contains(given->ask.id));
        answers[given->ask.id] = given->body;
      } else if (auto const* store = std::get_if<Store>(&effect)) {
        to_store.push_back(store->message);
      }
      all_effects.push_back(effect);
    }
    if (storing_ == Storing::at_once && !to_store.empty()) store_all();
  }
  void store_all() {
    while (!to_store.empty()) store(0);
  }
  template <class Act>
  Json asked(Guest& who, Act act) {
    Ask const ask{who.socket, ++asks};
    step([&](Effects& out) { act(ask, out); });
    auto const found = answers.find(ask.id);
    return found == answers.end() ? Json{} : found->second;
  }

  SeededRandom random;
  Lobby lobby;
  Now now{base::TimePoint{} + std::chrono::hours(1), base::Timestamp{std::chrono::milliseconds{1'800'000'000'000}}};
  std::deque<Guest> guests;
  std::map<SocketId, Guest*> owners;
  std::map<std::uint64_t, Json> answers;
  std::uint64_t asks = 0;
  std::deque<Message> to_store;
  Effects all_effects;

 private:
  Storing storing_;
};

/// What a refusal looks like in an acknowledgement.
inline std::string code_of(Json const& answer) {
  return std::string(answer["error"]["code"].as_string().value_or(answer["ok"].as_bool() == true ? "ok" : "none"));
}

}  // namespace parley::chat
