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
    step([&](Effects& out) {
      auto const& session = lobby.create_session(std::move(name), {}, now, out);
      guests.push_back({session.id, session.key, session.username, {}, {}});
    });
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
    step([&](Effects& out) { lobby.connect(guest.key, guest.socket, {token_expires_at, "192.0.2.1"}, now, out); });
  }
  void disconnect(Guest& guest, Parting how = Parting::deliberate) {
    step([&](Effects& out) { lobby.disconnect(guest.socket, how, now, out); });
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
  Json match(Guest& who, Preference const& prefer = {}) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.match(ask, prefer, now, out); });
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
    if (kept) rooms[message.room][message.seq] = message;
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
      } else if (auto const* chat = std::get_if<KeepChat>(&effect)) {
        chats_to_keep.push_back(*chat);
      } else if (auto const* what = std::get_if<ReadMessages>(&effect)) {
        to_read.push_back(*what);
      } else if (auto const* delivery = std::get_if<MarkDelivered>(&effect)) {
        for (auto& [seq, message] : rooms[delivery->room]) {
          if (message.id == delivery->id) message.delivered_at = delivery->at;
        }
      } else if (auto const* over = std::get_if<EraseRoom>(&effect)) {
        rooms.erase(over->room);
      }
      all_effects.push_back(effect);
    }
    keep_chats();
    read_messages();
    if (storing_ == Storing::at_once && !to_store.empty()) store_all();
  }
  void store_all() {
    while (!to_store.empty()) store(0);
  }
  void keep_chats() {
    while (!chats_to_keep.empty()) {
      auto const chat = std::move(chats_to_keep.front());
      chats_to_keep.pop_front();
      step([&](Effects& out) { lobby.chat_kept(chat.chat.room, chat.conversation, true, now, out); });
    }
  }
  void read_messages() {
    while (!to_read.empty()) {
      auto const what = std::move(to_read.front());
      to_read.pop_front();
      std::vector<Message> found;
      for (auto const& [seq, message] : rooms[what.room]) {
        bool const wanted =
            !what.undelivered_to || (message.recipient == *what.undelivered_to && !message.delivered_at);
        if (seq > what.after_seq && wanted && found.size() < what.count_max) found.push_back(message);
      }
      step([&](Effects& out) { lobby.messages_read(what, std::move(found), now, out); });
    }
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
  base::Timestamp token_expires_at = base::Timestamp::max();
  Now now{base::TimePoint{} + std::chrono::hours(1), base::Timestamp{std::chrono::milliseconds{1'800'000'000'000}}};
  std::deque<Guest> guests;
  std::map<SocketId, Guest*> owners;
  std::map<std::uint64_t, Json> answers;
  std::uint64_t asks = 0;
  std::deque<Message> to_store;
  std::deque<KeepChat> chats_to_keep;
  std::deque<ReadMessages> to_read;
  std::map<RoomId, std::map<std::uint64_t, Message>> rooms;  ///< what has been stored, by `seq`
  Effects all_effects;

 private:
  Storing storing_;
};

/// What a refusal looks like in an acknowledgement.
inline std::string code_of(Json const& answer) {
  return std::string(answer["error"]["code"].as_string().value_or(answer["ok"].as_bool() == true ? "ok" : "none"));
}

}  // namespace parley::chat
