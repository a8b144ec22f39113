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

void Lobby::match(Ask ask, Now now, Effects& out) {
  auto* const session = asker(ask, "user:match:error", now, out);
  if (!session) return;
  // Asking for a partner while there is one means asking for the next.
  end_chat(*session, EndBy::leaving_room, out);
  tell(*session, match_searching, out);
  if (auto const chosen = queue_.choose_for(session->id, session->previous_partner, random_)) {
    pair(*session, guest(*chosen), out);
  } else {
    queue_.enter(session->id);
    session->state = GuestSession::Searching{};
    tell(*session, match_no_users, out);
  }
  out.push_back(StatsChanged{});
  agree(ask, out);
}

void Lobby::pair(GuestSession& requester, GuestSession& waiting, Effects& out) {
  queue_.leave(requester.id);
  queue_.leave(waiting.id);
  auto owned = std::make_unique<Conversation>(requester.id, waiting.id, ++conversations_begun_);
  auto& chat = *owned;
  conversations_[chat.room()] = std::move(owned);
  GuestSession* const both[] = {&requester, &waiting};
  for (auto* each : both) {
    each->state = GuestSession::InChat{&chat};
    out.push_back(JoinRoom{*each->socket, chat.room().str()});
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
    end_chat(*session, how == LeaveBy::closing_room ? EndBy::closing_room : EndBy::leaving_room, out);
  } else {
    tell(*session, chat_clear_confirmed, out);
  }
  agree(ask, out);
}

void Lobby::end_chat(GuestSession& leaver, EndBy how, Effects& out) {
  auto* const chat = leaver.conversation();
  if (!chat) return;
  auto& partner = guest(chat->partner_of(leaver.id));
  abandon_messages(*chat, out);
  // From here on the two are strangers; what follows only tells them so.
  auto const ended = std::move(conversations_.extract(chat->room()).mapped());
  for (auto* each : {&leaver, &partner}) each->state = GuestSession::Idle{};
  leaver.previous_partner = partner.id;
  partner.previous_partner = leaver.id;

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
  out.push_back(EraseRoom{ended->room()});
  out.push_back(StatsChanged{});
}

}  // namespace parley::chat
