#include <algorithm>
#include <array>
#include <charconv>

#include "chat/domain/lobby.h"
#include "chat/domain/random_choice.h"

// What two guests in a chat send each other.
namespace parley::chat {
namespace {

/// `msg_<unix ms>_<12 random characters>`
MessageId make_message_id(base::Timestamp now, base::RandomSource& random) {
  constexpr std::string_view base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string id = "msg_" + std::to_string(now.time_since_epoch().count()) + "_";
  for (int i = 0; i < 12; ++i) id += base36[random_below(base36.size(), random)];
  return MessageId(std::move(id));
}

/// When the message of that id was said.
std::optional<base::Timestamp> time_of(MessageId const& id) {
  auto const& text = id.str();
  constexpr std::string_view prefix = "msg_";
  std::int64_t ms = 0;
  auto const* const from = text.data() + std::min(prefix.size(), text.size());
  if (std::from_chars(from, text.data() + text.size(), ms).ec != std::errc{}) return std::nullopt;
  return base::Timestamp(base::Duration(ms));
}

/// How long a guest is asked to wait whose messages come faster than they can be kept.
constexpr base::Duration storage_catches_up = std::chrono::seconds(1);

ServerEvent relayed(SignalBody signal, GuestSession const& from) {
  switch (signal.signal) {
    case Signal::offer:
      return CallOffer{std::move(signal.body), signal.media, from.id, from.username};
    case Signal::answer:
      return CallAnswer{std::move(signal.body), from.id, from.username};
    case Signal::candidate:
      return CallCandidate{std::move(signal.body), from.id};
    case Signal::reject:
      return CallEnding{"webrtc:call-reject", from.id, from.username};
    case Signal::timeout:
      return CallEnding{"webrtc:call-timeout", from.id, from.username};
    case Signal::end:
      break;
  }
  return CallEnding{"webrtc:call-end", from.id, from.username};
}

/// What is worth telling even later.
bool hangs_up(Signal signal) { return signal == Signal::reject || signal == Signal::timeout || signal == Signal::end; }

Json sent_answer(ChatSent const& sent) {
  return Json::object(
      {{"ok", true}, {"messageId", sent.message_id.str()}, {"timestamp", sent.timestamp}, {"status", sent.status}});
}

}  // namespace

void Lobby::say(Ask ask, std::optional<NewMessage> message, Now now, Effects& out) {
  constexpr std::string_view error_event = "chat:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  auto* const chat = session->open_chat();
  if (!chat) return refuse(ask, error_event, Refusal::not_in_chat, out);
  bool const good = message && (message->type == MessageType::text ||
                                tell_truth_about_file(message->content, chat->room(), files_, now));
  if (!good) return refuse(ask, error_event, Refusal::invalid_message, out);
  auto said = chat->say({session->id, session->username}, std::move(*message), make_message_id(now.wall, random_), ask,
                        now.wall, config_.unstored_messages_max);
  if (auto* store = std::get_if<Store>(&said)) {
    out.push_back(std::move(*store));
  } else if (auto* before = std::get_if<Conversation::SentBefore>(&said)) {
    answer(ask, sent_answer(before->confirmation), out);
    tell(*session, std::move(before->confirmation), out);
  } else if (std::holds_alternative<Conversation::TooMany>(said)) {
    auto const [text, code] = text_of(Refusal::rate_limited);
    auto const wait = storage_catches_up.count();
    out.push_back(Tell{ask.socket, Refused{error_event, text, code, wait}});
    answer(ask,
           Json::object(
               {{"ok", false}, {"error", Json::object({{"message", text}, {"code", code}, {"retryAfterMs", wait}})}}),
           out);
  }
}

void Lobby::stored(RoomId const& room, MessageId const& id, bool kept, Effects& out) {
  auto const found = conversations_.find(room);
  if (found == conversations_.end()) return;
  for (auto& settled : found->second->stored(id, kept)) {
    auto const& message = *settled.message;
    auto const& author = guest(message.sender);
    auto& counted = tally_.of(message.type);
    (settled.kept ? counted.sent : counted.failed).add();
    for (auto& asked : settled.asked) {
      // The author may have come back on another socket meanwhile; only there it listens.
      if (!settled.kept) {
        auto const [text, code] = text_of(Refusal::sending_failed);
        tell(author, Refused{"chat:error", text, code}, out);
        refuse(asked.ask, Refusal::sending_failed, out);
        continue;
      }
      ChatSent sent{
          .message_id = message.id, .timestamp = message.timestamp, .client_message_id = std::move(asked.echoed_id)};
      answer(asked.ask, sent_answer(sent), out);
      tell(author, std::move(sent), out);
    }
    if (!settled.kept) continue;
    auto const& recipient = guest(message.recipient);
    if (!recipient.socket) tally_.held_back.add();
    // Whoever is still reading what was sent before will read this one in its turn.
    if (std::get<GuestSession::InChat>(recipient.state).catching_up) continue;
    tell(recipient, ChatMessage{std::move(settled.message)}, out);
  }
}

void Lobby::abandon_messages(Conversation& conversation, Effects& out) {
  for (auto const& settled : conversation.abandon()) {
    tally_.of(settled.message->type).abandoned.add();
    auto const& author = guest(settled.message->sender);
    for (auto const& asked : settled.asked) {
      auto const [message, code] = text_of(Refusal::partner_unavailable);
      tell(author, Refused{"chat:error", message, code}, out);
      refuse(asked.ask, Refusal::partner_unavailable, out);
    }
  }
}

void Lobby::confirm(Ask ask, std::optional<MessageId> const& id, Now now, Effects& out) {
  auto* const session = asker(ask, "", now, out);
  if (!session) return;
  if (!id) return refuse(ask, Refusal::invalid_message, out);
  auto* const chat = session->open_chat();
  if (!chat) return refuse(ask, Refusal::not_in_chat, out);
  if (!chat->has_received(session->id, *id)) return refuse(ask, Refusal::invalid_message, out);
  if (auto const seq = chat->confirm(session->id, *id)) {
    out.push_back(MarkDelivered{{chat->room(), *seq, now.wall}});
    tally_.delivered.add();
    if (auto const said_at = time_of(*id)) {
      // The clock on the wall may have been set back.
      tally_.delivery.add(std::max(now.wall - *said_at, base::Duration::zero()));
    }
    tell(guest(chat->partner_of(session->id)), ChatDelivered{.message_id = *id, .timestamp = written(now.wall)}, out);
  }
  agree(ask, out);
}

void Lobby::typing(Ask ask, std::string_view event, Now now, Effects& out) {
  auto* const session = asker(ask, "", now, out);
  if (!session) return;
  auto* const chat = session->open_chat();
  if (!chat) return refuse(ask, Refusal::not_in_chat, out);
  tell(guest(chat->partner_of(session->id)), Typing{event, session->id, session->username}, out);
  agree(ask, out);
}

void Lobby::tell_call_ending(GuestSession& member, CallEnding ending, Effects& out) {
  if (!member.is_away()) return tell(member, std::move(ending), out);
  std::get<GuestSession::InChat>(member.state).missed_call_end = std::make_unique<CallEnding>(std::move(ending));
}

void Lobby::signal(Ask ask, std::optional<SignalBody> signal, Now now, Effects& out) {
  constexpr std::string_view error_event = "webrtc:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  auto* const chat = session->open_chat();
  if (!chat) return refuse(ask, error_event, Refusal::signal_outside_chat, out);
  if (!signal) return refuse(ask, error_event, Refusal::invalid_signal, out);
  auto& partner = guest(chat->partner_of(session->id));
  if (partner.is_away() && !hangs_up(signal->signal)) {
    return refuse(ask, error_event, Refusal::partner_unavailable, out);
  }
  auto const before = chat->call();
  bool const rings = chat->signal(session->id, signal->signal);
  if (rings && config_.call_answer_time > base::Duration::zero()) {
    ring_ends_.push({now.steady + config_.call_answer_time, chat->room(), chat->number(), chat->ringing_number()});
  }
  tally_.signalled(signal->signal, before, chat->call());
  if (partner.socket) tally_.signals[static_cast<std::size_t>(signal->signal)].add();
  auto event = relayed(std::move(*signal), *session);
  if (auto* ending = std::get_if<CallEnding>(&event)) {
    tell_call_ending(partner, std::move(*ending), out);
  } else {
    tell(partner, std::move(event), out);
  }
  agree(ask, out);
}

}  // namespace parley::chat
