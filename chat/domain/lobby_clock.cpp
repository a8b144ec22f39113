#include <algorithm>

#include "chat/domain/lobby.h"

// What ends because its time has come.
namespace parley::chat {

void Lobby::advance(Now now, Effects& out) {
  end_graces(now, out);
  end_sessions(now, out);
  end_tokens(now, out);
  end_ringing(now, out);
  end_files(now, out);
  read_again(now, out);
}

base::TimePoint Lobby::deadline() const {
  auto const first_of = [](auto const& due) { return due.empty() ? base::TimePoint::max() : due.top().at; };
  auto const token_end = token_ends_.empty() ? base::TimePoint::max() : token_ends_.begin()->first;
  auto const grace_end = stopping_ ? base::TimePoint::max() : first_of(grace_ends_);
  return std::min(
      {first_of(expiries_), grace_end, token_end, first_of(ring_ends_), first_of(second_readings_), files_.deadline()});
}

void Lobby::end_sessions(Now now, Effects& out) {
  while (!expiries_.empty() && expiries_.top().at <= now.steady) {
    auto const key = expiries_.top().key;
    expiries_.pop();
    auto const found = sessions_.find(key);
    if (found == sessions_.end()) continue;
    auto& session = *found->second;
    session.expiry_queued = false;
    if (session.is_online()) continue;
    if (session.expires_at > now.steady) {
      queue_expiry(session);
    } else {
      forget(session, out);
      out.push_back(StatsChanged{});
    }
  }
}

void Lobby::end_graces(Now now, Effects& out) {
  // A stopping server leaves the chats for the next start.
  if (stopping_) return;
  while (!grace_ends_.empty() && grace_ends_.top().at <= now.steady) {
    auto const key = grace_ends_.top().key;
    grace_ends_.pop();
    auto const found = sessions_.find(key);
    if (found == sessions_.end()) continue;
    auto& session = *found->second;
    if (!session.is_away() || *session.away_until > now.steady) continue;
    go_offline(session, now);
    end_chat(session, EndBy::vanishing, now, out);
    keep(session, now, out);
  }
}

void Lobby::end_tokens(Now now, Effects& out) {
  while (!token_ends_.empty() && token_ends_.begin()->first <= now.steady) {
    auto const socket = token_ends_.begin()->second;
    token_ends_.erase(token_ends_.begin());
    auto& open = sockets_.at(socket);
    if (open.token_expires_at > now.wall) {
      watch_token(socket, open, now);
      continue;
    }
    // The client is invited to come back, with a new token. What becomes of the chat is the disconnect's affair.
    auto const [message, code] = text_of(Refusal::authentication_expired);
    out.push_back(Tell{socket, Refused{"error", message, code}});
    out.push_back(CloseSocket{socket, CloseHow::transport});
  }
}

void Lobby::end_ringing(Now now, Effects& out) {
  while (!ring_ends_.empty() && ring_ends_.top().at <= now.steady) {
    auto const due = ring_ends_.top();
    ring_ends_.pop();
    auto* const chat = conversation(due.room, due.conversation);
    if (!chat || chat->ringing_number() != due.ringing || chat->call() != Call::ringing) continue;
    auto const& caller = guest(chat->caller());
    chat->signal(caller.id, Signal::timeout);
    tally_.end_call(CallOutcome::unanswered);
    for (auto const& each : {chat->first(), chat->second()}) {
      tell_call_ending(guest(each), {"webrtc:call-timeout", caller.id, caller.username}, out);
    }
  }
}

void Lobby::read_again(Now now, Effects& out) {
  while (!second_readings_.empty() && second_readings_.top().at <= now.steady) {
    auto const what = second_readings_.top().what;
    second_readings_.pop();
    auto const found = guests_.find(*what.undelivered_to);
    if (found == guests_.end() || found->second->socket != what.ask.socket) continue;
    if (conversation(what.room, what.conversation)) read_on(*found->second, out);
  }
}

}  // namespace parley::chat
