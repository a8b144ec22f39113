#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
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
      : random(seed), lobby(config, random), config_(config), storing_(storing) {}

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
  Json block(Guest& who) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.block_partner(ask, now, out); });
  }
  Json report(Guest& who, std::optional<Complaint> complaint) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.report_partner(ask, std::move(complaint), now, out); });
  }
  Json history(Guest& who, std::optional<std::uint64_t> after_seq = 0) {
    return asked(who, [&](Ask ask, Effects& out) { lobby.history(ask, after_seq, now, out); });
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
    if (kept && !erased_meanwhile.contains(message.id.str())) rooms[message.room][message.seq] = message;
    step([&](Effects& out) { lobby.stored(message.room, message.id, kept, out); });
  }

  /// The process ends, and whatever the storage has not answered is never answered; the next one goes on.
  void restart() {
    std::destroy_at(&lobby);
    std::construct_at(&lobby, config_, random);
    to_store.clear();
    chats_to_keep.clear();
    to_read.clear();
    to_report.clear();
    erased_meanwhile.clear();
    Snapshot kept{.sessions = {}, .chats = {}, .blocks = blocks, .bans = {}, .files = {}};
    for (auto const& [key, session] : sessions) kept.sessions.push_back(session);
    for (auto const& [room, chat] : chats) {
      auto& restored = kept.chats.emplace_back(Snapshot::Chat{chat, {}});
      for (auto const& [seq, message] : rooms[room]) {
        restored.messages.push_back({message.id, message.sender, message.recipient, message.timestamp,
                                     message.client_message_id, seq, message.delivered_at.has_value()});
      }
    }
    step([&](Effects& out) { lobby.restore(std::move(kept), now, out); });
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
      } else {
        note(effect);
      }
      all_effects.push_back(effect);
    }
    while (!hold_chats && !chats_to_keep.empty()) keep_chat();
    while (!hold_reading && !to_read.empty()) read();
    while (!hold_reports && !to_report.empty()) keep_report();
    if (storing_ == Storing::at_once && !to_store.empty()) store_all();
  }
  void store_all() {
    while (!to_store.empty()) store(0);
  }
  /// Storage answers for the first chat, reading or report that waits for it.
  void keep_chat(bool kept = true) {
    auto const chat = taken_from(chats_to_keep);
    if (kept && !erased_meanwhile.contains(std::to_string(chat.conversation))) chats[chat.chat.room] = chat.chat;
    step([&](Effects& out) { lobby.chat_kept(chat.chat.room, chat.conversation, kept, now, out); });
  }
  void read(bool good = true) {
    auto const what = taken_from(to_read);
    std::vector<Message> found;
    for (auto const& [seq, message] : rooms[what.room]) {
      bool const wanted = !what.undelivered_to || (message.recipient == *what.undelivered_to && !message.delivered_at);
      if (seq > what.after_seq && wanted && found.size() < what.count_max) found.push_back(message);
    }
    auto answer = good ? std::optional(std::move(found)) : std::nullopt;
    step([&](Effects& out) { lobby.messages_read(what, std::move(answer), now, out); });
  }
  void keep_report(bool kept = true) {
    auto const report = taken_from(to_report);
    step([&](Effects& out) { lobby.report_kept(report.ask, report.report.id, kept, out); });
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
  std::deque<KeepReport> to_report;
  bool hold_chats = false, hold_reading = false, hold_reports = false;  ///< answer only when told

  // What has been stored.
  std::map<SessionKey, SessionRecord> sessions;
  std::map<RoomId, ChatRecord> chats;
  std::map<RoomId, std::map<std::uint64_t, Message>> rooms;  ///< by `seq`
  std::vector<BlockRecord> blocks;
  std::set<std::string>
      erased_meanwhile;  ///< messages, and chats by number, that were erased before the storage answered
  Effects all_effects;

 private:
  template <class T>
  static T taken_from(std::deque<T>& waiting) {
    REQUIRE_FALSE(waiting.empty());
    auto first = std::move(waiting.front());
    waiting.pop_front();
    return first;
  }

  /// Takes note of what the storage is asked to do.
  void note(Effect const& effect) {
    if (auto const* store = std::get_if<Store>(&effect)) to_store.push_back(*store->message);
    if (auto const* chat = std::get_if<KeepChat>(&effect)) chats_to_keep.push_back(*chat);
    if (auto const* what = std::get_if<ReadMessages>(&effect)) to_read.push_back(*what);
    if (auto const* report = std::get_if<KeepReport>(&effect)) to_report.push_back(*report);
    if (auto const* kept = std::get_if<KeepSession>(&effect)) sessions[kept->session.key] = kept->session;
    if (auto const* block = std::get_if<KeepBlock>(&effect)) blocks.push_back(block->block);
    if (auto const* delivery = std::get_if<MarkDelivered>(&effect)) {
      auto& room = rooms[delivery->delivery.room];
      if (auto const told = room.find(delivery->delivery.seq); told != room.end()) {
        told->second.delivered_at = delivery->delivery.at;
      }
    }
    if (auto const* over = std::get_if<EraseRoom>(&effect)) {
      // What was asked for earlier takes effect earlier, and is erased too.
      for (auto const& each : to_store) {
        if (each.room == over->room) erased_meanwhile.insert(each.id.str());
      }
      for (auto const& each : chats_to_keep) {
        if (each.chat.room == over->room) erased_meanwhile.insert(std::to_string(each.conversation));
      }
      rooms.erase(over->room);
      chats.erase(over->room);
    }
    if (auto const* gone = std::get_if<EraseSession>(&effect)) {
      sessions.erase(gone->key);
      std::erase_if(blocks, [&](BlockRecord const& each) { return each.by == gone->id || each.whom == gone->id; });
    }
  }

  LobbyConfig config_;
  Storing storing_;
};

/// What a refusal looks like in an acknowledgement.
inline std::string code_of(Json const& answer) {
  return std::string(answer["error"]["code"].as_string().value_or(answer["ok"].as_bool() == true ? "ok" : "none"));
}

}  // namespace parley::chat
