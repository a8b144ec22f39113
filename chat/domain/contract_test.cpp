#include <doctest/doctest.h>

#include <map>
#include <set>

#include "chat/domain/content_rules.h"
#include "chat/domain/events.h"
#include "chat/domain/testing/contract_examples.h"

using namespace parley::chat;
using parley::base::JsonParser;

namespace {

GuestId const ada("guest_0b9c6d1e-5a3f-4c27-9d81-2e4f6a8b0c1d");
GuestId const grace("guest_7f1e2d3c-4b5a-4697-8f0e-1d2c3b4a5968");
RoomId const room(ada.str() + "_" + grace.str());
SessionKey const key_of_ada("c5d4e3f2-a1b0-4c9d-8e7f-6a5b4c3d2e1f");
MessageId const message_id("msg_1795551330123_k3j9x0q2m7ab");
MessageId const next_id("msg_1795551331004_0000000zzzzz");
std::string const name_of_ada = "Ada_1815";
std::string const written_at = "2026-11-24T20:15:30.123Z";
std::string const later = "2026-11-24T20:15:31.004Z";
std::string const sdp = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n";

Location helsinki() {
  Location place;
  place.country = "FI";
  place.region = "Uusimaa";
  place.city = "Helsinki";
  return place;
}

MatchedUser const about_grace{.id = grace, .username = "Grace", .location = {}, .gender = {}, .language = {}};
MatchedUser const about_ada{
    .id = ada, .username = name_of_ada, .location = helsinki(), .gender = "f", .language = "fi"};

Stats const numbers{.total_users = 5,
                    .online_users = 4,
                    .active_users = 4,
                    .available_users = 1,
                    .connected_users = 1,
                    .users_in_chat = 2};

std::vector<OnlineUser> online() {
  Location finland;
  finland.country = "FI";
  return {{.id = grace,
           .username = "Grace",
           .is_searching = true,
           .last_seen = later,
           .location = {},
           .gender = {},
           .language = {}},
          {.id = ada,
           .username = name_of_ada,
           .last_seen = written_at,
           .location = finland,
           .gender = "f",
           .language = "fi"}};
}

Refused refused(std::string_view event, Refusal why) {
  auto const [message, code] = text_of(why);
  return {event, message, code};
}

ConnectionEstablished established(bool searching, std::optional<ActiveChat> chat) {
  ConnectionEstablished event{.user_id = ada,
                              .username = name_of_ada,
                              .socket_id = *parley::base::SocketId::parse("Xq3vB7_aLw-0ZkR9tYcA"),
                              .session_id = key_of_ada,
                              .active_chat = {},
                              .is_searching = searching,
                              .server_time = written_at};
  if (chat) event.active_chat = std::move(*chat);
  return event;
}

ChatMessage said(MessageType type, Json content, std::string at = written_at) {
  Message message{.id = message_id,
                  .room = {},
                  .sender = ada,
                  .sender_username = name_of_ada,
                  .recipient = {},
                  .type = type,
                  .content = std::move(content),
                  .timestamp = std::move(at)};
  return {std::make_shared<Message>(std::move(message))};
}

Json picture() {
  constexpr std::string_view base = "http://localhost:3001/api/temp-files/";
  std::string const id = "9e8d7c6b-5a49-4382-b716-05f4e3d2c1b0";
  return Json::object({{"filename", "sää.png"},
                       {"fileType", "image/png"},
                       {"fileSize", 20480},
                       {"fileId", id},
                       {"tempUrl", std::string(base) + "temp/" + id},
                       {"downloadUrl", std::string(base) + "download/" + id},
                       {"isImage", true},
                       {"fileTypeCategory", "image"},
                       {"expiresAt", "2026-11-24T22:15:30.123Z"}});
}

RoomClosed closed(std::string_view reason) { return {.user_id = ada, .username = name_of_ada, .reason = reason}; }

/// What is to be written, by the example that shows it.
std::map<std::string, ServerEvent> const written_events{
    {"connection.established/idle", established(false, {})},
    {"connection.established/searching", established(true, {})},
    {"connection.established/back-in-chat", established(false, ActiveChat{room, about_grace})},
    {"connection.error/only", refused("connection:error", Refusal::connection_failed)},
    {"error/replaced", refused("error", Refusal::session_replaced)},
    {"error/token-expired", refused("error", Refusal::authentication_expired)},
    {"error/session-erased", refused("error", Refusal::authentication_lost)},
    {"error/set-up-failed", refused("error", Refusal::connection_failed)},
    {"user.match.searching/only", match_searching},
    {"user.match.no_users/only", match_no_users},
    {"user.match.cancelled/only", match_cancelled},
    {"user.match.error/own", refused("user:match:error", Refusal::matching_failed)},
    {"user.match.error/session-gone", refused("user:match:error", Refusal::session_unknown)},
    {"user.match.cancel.error/session-gone", refused("user:match:cancel:error", Refusal::session_unknown)},
    {"user.matched/bare", Matched{about_grace, room}},
    {"user.matched/full", Matched{about_ada, room}},
    {"chat.message/text", said(MessageType::text, "Is this a < b?")},
    {"chat.message/edge", said(MessageType::text, "  🙂\n", "2026-11-24T22:15:30+02:00")},
    {"chat.message/file", said(MessageType::file, picture())},
    {"chat.message/bare-voice", said(MessageType::voice, Json::object({{"duration", 0.1}, {"fileSize", 0}}))},
    {"chat.message.sent/plain", ChatSent{.message_id = message_id, .timestamp = written_at, .client_message_id = {}}},
    {"chat.message.sent/echoed",
     ChatSent{.message_id = message_id, .timestamp = "2026-11-24T22:15:30+02:00", .client_message_id = "tmp-1"}},
    {"chat.message.delivered/plain", ChatDelivered{.message_id = message_id, .timestamp = later}},
    {"chat.message.delivered/next", ChatDelivered{.message_id = next_id, .timestamp = later}},
    {"chat.typing.start/ada", Typing{"chat:typing:start", ada, name_of_ada}},
    {"chat.typing.stop/grace", Typing{"chat:typing:stop", grace, "Grace"}},
    {"chat.cleared/ada", ChatCleared{.user_id = ada, .username = name_of_ada}},
    {"chat.clear.confirmed/only", chat_clear_confirmed},
    {"chat.error/own", refused("chat:error", Refusal::not_in_chat)},
    {"chat.error/store-unavailable", refused("chat:error", Refusal::store_unavailable)},
    {"room.user_joined/ada", RoomChanged{"room:user_joined", ada, name_of_ada, "Ada_1815 has joined the chat"}},
    {"room.user_left/grace", RoomChanged{"room:user_left", grace, "Grace", "Grace has left the chat"}},
    {"room.closed/user-disconnected", closed("user_disconnected")},
    {"room.closed/session-ended", closed("session_ended")},
    {"webrtc.offer/video", CallOffer{Json::object({{"type", "offer"}, {"sdp", sdp}}), "video", ada, name_of_ada}},
    {"webrtc.offer/audio", CallOffer{Json::object(), "audio", ada, name_of_ada}},
    {"webrtc.answer/full", CallAnswer{Json::object({{"type", "answer"}, {"sdp", sdp}}), ada, name_of_ada}},
    {"webrtc.ice-candidate/last", CallCandidate{{}, ada}},
    {"webrtc.call-end/ada", CallEnding{"webrtc:call-end", ada, name_of_ada}},
    {"webrtc.call-reject/ada", CallEnding{"webrtc:call-reject", ada, name_of_ada}},
    {"webrtc.call-timeout/grace", CallEnding{"webrtc:call-timeout", grace, "Grace"}},
    {"webrtc.error/own", refused("webrtc:error", Refusal::signal_outside_chat)},
    {"realtime.stats/busy", RealtimeStats{{numbers, online(), later}}},
    {"realtime.stats/empty", RealtimeStats{{{}, {}, written_at}}},
    {"realtime.stats.error/own", refused("realtime:stats:error", Refusal::statistics_failed)},
    {"stats.update/busy", StatsUpdate{numbers}},
    {"users.online.update/two", UsersOnlineUpdate{online()}},
    {"users.online.update/nobody", UsersOnlineUpdate{}},
    {"presence.user_offline/ada", PartnerPresence{"presence:user_offline", ada, name_of_ada, false, written_at}},
    {"presence.user_online/grace", PartnerPresence{"presence:user_online", grace, "Grace", true, later}},
    {"presence.update/searching", PresenceUpdate{ada, true, true, later}},
};

std::string folder_of(std::string const& example) { return example.substr(0, example.find('/')); }

}  // namespace

TEST_CASE("every event that the server sends is written as the contract's example of it shows") {
  std::set<std::string> shown, compared{"connect_error"};
  for (auto const& example : contract_examples("server")) {
    CAPTURE(example.name);
    shown.insert(folder_of(example.name));
    auto const event = written_events.find(example.name);
    if (event == written_events.end()) continue;
    auto folder = std::string(name_of(event->second));
    std::ranges::replace(folder, ':', '.');
    CHECK(folder_of(example.name) == folder);
    CHECK(comparable(payload_json(event->second)) == comparable(example.text));
    compared.insert(folder);
  }
  // CONNECT_ERROR is no event, and made elsewhere.
  CHECK(shown == compared);
}

TEST_CASE("the contract's examples cover every kind of event") {
  std::set<std::size_t> kinds;
  for (auto const& [example, event] : written_events) kinds.insert(event.index());
  CHECK(kinds.size() == std::variant_size_v<ServerEvent>);
}

TEST_CASE("the readers of what clients send take every good example of the contract and no bad one") {
  using Reader = bool (*)(JsonView);
  std::map<std::string, Reader> const readers{
      {"chat.message", [](JsonView payload) { return read_message(payload, {}).has_value(); }},
      {"chat.message.delivered", [](JsonView payload) { return read_confirmation(payload).has_value(); }},
      {"webrtc.offer", [](JsonView payload) { return read_signal(Signal::offer, payload).has_value(); }},
      {"webrtc.answer", [](JsonView payload) { return read_signal(Signal::answer, payload).has_value(); }},
      {"webrtc.ice-candidate", [](JsonView payload) { return read_signal(Signal::candidate, payload).has_value(); }},
      {"chat.history", [](JsonView payload) { return read_history_start(payload).has_value(); }},
      {"user.report", [](JsonView payload) { return read_complaint(payload).has_value(); }},
      {"guest.update",
       [](JsonView payload) {
         std::vector<FieldFault> faults;
         read_profile_update(payload, faults);
         return faults.empty();
       }},
  };
  for (auto const& [folder, reads] : readers) {
    for (auto const& example : contract_examples("client/" + folder)) {
      CAPTURE(folder);
      CAPTURE(example.name);
      JsonParser parser;
      auto const payload = parser.parse(example.text);
      REQUIRE(payload);
      CHECK(reads(*payload) == example.is_good);
    }
  }
}

TEST_CASE("a message is read with everything that its example holds") {
  auto const read = [](std::string_view name) {
    for (auto const& example : contract_examples("client/chat.message")) {
      if (example.name != name) continue;
      JsonParser parser;
      return read_message(*parser.parse(example.text), {}).value();
    }
    FAIL("there is no such example");
    return NewMessage{};
  };
  auto const full = read("full");
  CHECK(full.type == MessageType::text);
  CHECK(full.content == Json("Is this a < b?"));
  CHECK(full.timestamp == written_at);
  CHECK(full.client_message_id == "tmp-1");
  CHECK(full.echoed_id == "tmp-1");
  auto const legacy = read("legacy");
  CHECK_FALSE(legacy.client_message_id);
  CHECK(legacy.echoed_id == "temp_1");
  auto const file = read("file");
  CHECK(file.type == MessageType::file);
  CHECK(comparable(file.content.dump()) == comparable(picture().dump()));
}
