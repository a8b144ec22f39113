#include "chat/domain/lobby.h"

// How guests find each other and part again.
namespace parley::chat {

MatchedUser Lobby::described(GuestSession const& session) {
  return {.id = session.id,
          .username = session.username,
          .location = session.profile.location,
          .gender = session.profile.gender,
          .language = session.profile.language};
}

Conversation* Lobby::conversation(RoomId const& room, std::uint64_t number) {
  auto const found = conversations_.find(room);
  return found != conversations_.end() && found->second->number() == number ? found->second.get() : nullptr;
}

void Lobby::match(Ask ask, Preference const& prefer, Now now, Effects& out) {
  constexpr std::string_view error_event = "user:match:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  if (!store_available_) return refuse(ask, error_event, Refusal::matching_failed, out);
  // Asking for a partner while there is one means asking for the next; a partner it has not been told of is the next.
  if (session->open_chat()) end_chat(*session, EndBy::leaving_room, now, out);
  tell(*session, match_searching, out);
  if (session->conversation()) return agree(ask, out);
  auto const barred = blocks_.barred_for(session->id);
  MatchQueue::Wish const wish{.prefer = prefer, .avoided = session->previous_partner, .barred = barred};
  if (auto const chosen = queue_.choose_for(session->id, wish, random_)) {
    pair(*session, guest(*chosen), now, out);
  } else {
    queue_.enter(session->id, session->profile);
    if (!session->is_searching()) session->state = GuestSession::Searching{now.steady};
    tell(*session, match_no_users, out);
  }
  out.push_back(StatsChanged{});
  agree(ask, out);
}

void Lobby::bind(GuestSession& a, GuestSession& b, std::unique_ptr<Conversation> chat) {
  for (auto* each : {&a, &b}) {
    queue_.leave(each->id);
    each->state = GuestSession::InChat{chat.get()};
  }
  conversations_[chat->room()] = std::move(chat);
}

void Lobby::pair(GuestSession& requester, GuestSession& waiting, Now now, Effects& out) {
  auto chat = std::make_unique<Conversation>(requester.id, waiting.id, ++conversations_begun_, now.wall);
  out.push_back(KeepChat{chat->record(), chat->number()});
  for (auto const* each : {&requester, &waiting}) {
    auto const* search = std::get_if<GuestSession::Searching>(&each->state);
    auto const waited = search ? now.steady - search->since : base::TimePoint::duration::zero();
    tally_.match_wait.add(std::chrono::floor<base::Histogram::Duration>(waited));
  }
  bind(requester, waiting, std::move(chat));
}

void Lobby::chat_kept(RoomId const& room, std::uint64_t number, bool kept, Now now, Effects& out) {
  auto* const chat = conversation(room, number);
  if (!chat || chat->is_open()) return;
  if (kept) return open(*chat, out);
  GuestSession* const both[] = {&guest(chat->first()), &guest(chat->second())};
  auto const undone = std::move(conversations_.extract(room).mapped());
  for (auto* each : both) {
    each->state = GuestSession::Idle{};
    if (each->is_away()) {
      go_offline(*each, now);
      keep(*each, now, out);
      continue;
    }
    auto const [message, code] = text_of(Refusal::matching_failed);
    tell(*each, Refused{"user:match:error", message, code}, out);
  }
  // Whatever of it was written all the same must not come back.
  erase_room(room, out);
  out.push_back(StatsChanged{});
}

void Lobby::open(Conversation& chat, Effects& out) {
  chat.open();
  tally_.matches.add();
  auto& requester = guest(chat.first());
  auto& waiting = guest(chat.second());
  GuestSession* const both[] = {&requester, &waiting};
  for (auto* each : both) {
    if (each->socket) out.push_back(JoinRoom{*each->socket, chat.room().str()});
  }
  tell(requester, Matched{described(waiting), chat.room()}, out);
  tell(waiting, Matched{described(requester), chat.room()}, out);
  for (auto const* newcomer : both) {
    for (auto const* member : both) {
      tell(*member,
           RoomChanged{"room:user_joined", newcomer->id, newcomer->username,
                       newcomer->username + " has joined the chat"},
           out);
    }
  }
  for (auto const* each : both) {
    if (each->is_away()) tell_partner_of(*each, "presence:user_offline", out);
  }
}

void Lobby::cancel_match(Ask ask, Now now, Effects& out) {
  auto* const session = asker(ask, "user:match:cancel:error", now, out);
  if (!session) return;
  // A pair that was formed first stands: its guest has been told, or is about to be.
  if (session->conversation()) return refuse(ask, Refusal::matched_already, out);
  if (session->is_searching()) {
    queue_.leave(session->id);
    session->state = GuestSession::Idle{};
    out.push_back(StatsChanged{});
  }
  tell(*session, match_cancelled, out);
  agree(ask, out);
}

void Lobby::leave(Ask ask, LeaveBy how, Now now, Effects& out) {
  auto* const session = asker(ask, "chat:error", now, out);
  if (!session) return;
  if (session->conversation()) {
    end_chat(*session, how == LeaveBy::closing_room ? EndBy::closing_room : EndBy::leaving_room, now, out);
  } else {
    tell(*session, chat_clear_confirmed, out);
  }
  agree(ask, out);
}

void Lobby::end_chat(GuestSession& leaver, EndBy how, Now now, Effects& out) {
  auto* const chat = leaver.conversation();
  if (!chat) return;
  // Told in one breath that it began and that it is over: just as if the storage had been quicker.
  if (!chat->is_open()) open(*chat, out);
  auto& partner = guest(chat->partner_of(leaver.id));
  abandon_messages(*chat, out);
  // From here on the two are strangers; what follows only tells them so.
  auto const ended = std::move(conversations_.extract(chat->room()).mapped());
  release(*ended, leaver, out);
  release(*ended, partner, out);

  tally_.undelivered.add(
      static_cast<std::int64_t>(ended->unconfirmed_by(leaver.id) + ended->unconfirmed_by(partner.id)));
  if (ended->call() != Call::none) tally_.end_call(CallOutcome::cut_off);
  if (ended->call() != Call::none) tell(partner, CallEnding{"webrtc:call-end", leaver.id, leaver.username}, out);
  RoomClosed closed{.user_id = leaver.id, .username = leaver.username, .reason = "user_disconnected"};
  if (how == EndBy::leaving_room || how == EndBy::closing_room) {
    RoomChanged const left{"room:user_left", leaver.id, leaver.username, leaver.username + " has left the chat"};
    tell(leaver, left, out);
    tell(partner, left, out);
    tell(partner, ChatCleared{.user_id = leaver.id, .username = leaver.username}, out);
    tell(leaver, chat_clear_confirmed, out);
    closed.reason = "room_closed";
  }
  if (how == EndBy::deleting_session) closed.reason = "session_ended";
  if (how != EndBy::leaving_room) tell(partner, closed, out);

  for (auto const* each : {&leaver, &partner}) {
    if (each->socket) out.push_back(LeaveRoom{*each->socket, ended->room().str()});
  }
  erase_room(ended->room(), out);
  if (how == EndBy::vanishing) miss_end_with(leaver, partner);
  if (partner.is_away()) {
    miss_end_with(partner, leaver);
    go_offline(partner, now);
  }
  // Of a leaver that goes for good whoever sends it away takes care.
  if (how == EndBy::leaving_room || how == EndBy::closing_room) keep(leaver, now, out);
  keep(partner, now, out);
  out.push_back(StatsChanged{});
}

void Lobby::release(Conversation const& chat, GuestSession& member, Effects& out) {
  // What everyone is told was held back until its unconfirmed messages had been read.
  if (std::get<GuestSession::InChat>(member.state).catching_up && member.socket) {
    out.push_back(JoinRoom{*member.socket, std::string(everyone)});
  }
  member.state = GuestSession::Idle{};
  member.previous_partner = chat.partner_of(member.id);
}

void Lobby::miss_end_with(GuestSession& member, GuestSession const& partner) {
  member.missed_end = std::make_unique<RoomClosed>(
      RoomClosed{.user_id = partner.id, .username = partner.username, .reason = "partner_offline"});
}

}  // namespace parley::chat
