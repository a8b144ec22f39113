#include "chat/domain/lobby.h"

#include "chat/domain/username.h"

// Sessions, sockets and presence. The other verbs stand in lobby_matching.cpp and lobby_chat.cpp.
namespace parley::chat {

void Lobby::tell(GuestSession const& session, ServerEvent event, Effects& out) {
  if (session.socket) out.push_back(Tell{*session.socket, std::move(event)});
}

void Lobby::answer(Ask ask, Json body, Effects& out) {
  if (ask.id != 0) out.push_back(Answer{ask, std::move(body)});
}

void Lobby::refuse(Ask ask, Refusal why, Effects& out) {
  auto const [message, code] = text_of(why);
  answer(ask, Json::object({{"ok", false}, {"error", Json::object({{"message", message}, {"code", code}})}}), out);
}

void Lobby::refuse(Ask ask, std::string_view error_event, Refusal why, Effects& out) {
  auto const [message, code] = text_of(why);
  if (!error_event.empty()) out.push_back(Tell{ask.socket, Refused{error_event, message, code}});
  refuse(ask, why, out);
}

void Lobby::touch(GuestSession& session, base::Duration life, Now now) {
  session.last_seen = now.wall;
  session.expires_at = now.steady + life;
}

void Lobby::queue_expiry(GuestSession& session) {
  if (!std::exchange(session.expiry_queued, true)) expiries_.push({session.expires_at, session.key});
}

GuestSession const& Lobby::create_session(std::optional<std::string> username, ProfileUpdate const& profile, Now now) {
  auto created = std::make_unique<GuestSession>();
  auto& session = *created;
  session.id = GuestId("guest_" + base::make_uuid(random_));
  session.key = SessionKey(base::make_uuid(random_));
  session.username = username ? std::move(*username) : propose_username(random_);
  session.created_at = now.wall;
  apply(session, profile);
  touch(session, config_.session_life, now);
  queue_expiry(session);
  guests_[session.id] = &session;
  sessions_[session.key] = std::move(created);
  return session;
}

GuestSession* Lobby::session(SessionKey const& key, Now now) {
  auto const found = sessions_.find(key);
  if (found == sessions_.end()) return nullptr;
  auto* const session = found->second.get();
  // One that is over stays in the table until `advance` comes by, and must not be found meanwhile.
  return session->is_online() || session->expires_at > now.steady ? session : nullptr;
}

GuestSession const* Lobby::find(SessionKey const& key, Now now) { return session(key, now); }

GuestSession const* Lobby::use(SessionKey const& key, GuestId const& id, Now now) {
  auto* const found = session(key, now);
  if (!found || found->id != id) return nullptr;
  found->expires_at = now.steady + config_.session_life;
  return found;
}

void Lobby::apply(GuestSession& session, ProfileUpdate const& update) {
  if (update.location) session.profile.location = *update.location;
  if (update.gender) session.profile.gender = *update.gender;
  if (update.language) session.profile.language = *update.language;
  if (update.device_id) session.device_id = *update.device_id;
}

GuestSession const* Lobby::update_profile(SessionKey const& key, ProfileUpdate const& update, Now now) {
  auto* const found = session(key, now);
  if (found) apply(*found, update);
  return found;
}

void Lobby::update_profile(Ask ask, ProfileUpdate const& update, Now now, Effects& out) {
  auto* const session = asker(ask, "", now, out);
  if (!session) return;
  apply(*session, update);
  agree(ask, out);
}

void Lobby::forget(GuestSession& session) {
  guests_.erase(session.id);
  sessions_.erase(SessionKey(session.key));
}

void Lobby::erase_session(SessionKey const& key, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (!found) return;
  end_chat(*found, EndBy::deleting_session, out);
  if (auto const socket = found->socket) {
    auto const [message, code] = text_of(Refusal::authentication_lost);
    tell(*found, Refused{"error", message, code}, out);
    out.push_back(CloseSocket{*socket, CloseHow::transport});
    go_offline(*found, now);
  }
  forget(*found);
  out.push_back(StatsChanged{});
}

void Lobby::connect(SessionKey const& key, SocketId socket, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (!found) {
    auto const [message, code] = text_of(Refusal::connection_failed);
    out.push_back(Tell{socket, Refused{"connection:error", message, code}});
    out.push_back(Tell{socket, Refused{"error", message, code}});
    out.push_back(CloseSocket{socket, CloseHow::transport});
    return;
  }
  sockets_[socket] = key;
  touch(*found, config_.session_life, now);
  if (found->socket) {
    auto const [message, code] = text_of(Refusal::session_replaced);
    tell(*found, Refused{"error", message, code}, out);
    out.push_back(CloseSocket{*found->socket, CloseHow::stay_away});
  } else {
    found->place_online = online_.insert(online_.begin(), found);
  }
  found->socket = socket;

  out.push_back(JoinRoom{socket, found->id.str()});
  ConnectionEstablished established{.user_id = found->id,
                                    .username = found->username,
                                    .socket_id = socket,
                                    .session_id = found->key,
                                    .active_chat = {},
                                    .is_searching = found->is_searching(),
                                    .server_time = written(now.wall)};
  if (auto const* chat = found->conversation()) {
    out.push_back(JoinRoom{socket, chat->room().str()});
    established.active_chat = ActiveChat{chat->room(), described(guest(chat->partner_of(found->id)))};
  }
  tell(*found, std::move(established), out);
  out.push_back(JoinRoom{socket, std::string(everyone)});
  out.push_back(StatsChanged{});
}

void Lobby::go_offline(GuestSession& session, Now now) {
  if (session.is_searching()) {
    queue_.leave(session.id);
    session.state = GuestSession::Idle{};
  }
  online_.erase(session.place_online);
  session.socket.reset();
  touch(session, config_.session_life, now);
  queue_expiry(session);
}

void Lobby::disconnect(SocketId socket, Now now, Effects& out) {
  auto const found = sockets_.find(socket);
  if (found == sockets_.end()) return;
  auto const of = sessions_.find(found->second);
  sockets_.erase(found);
  out.push_back(StatsChanged{});
  if (of == sessions_.end() || of->second->socket != socket) return;
  // Here a grace period would begin for a chat whose transport was lost; without one every end is final.
  auto& session = *of->second;
  go_offline(session, now);
  end_chat(session, EndBy::disconnecting, out);
}

GuestSession* Lobby::asker(Ask ask, std::string_view error_event, Now now, Effects& out) {
  auto const found = sockets_.find(ask.socket);
  auto const of = found == sockets_.end() ? sessions_.end() : sessions_.find(found->second);
  if (of == sessions_.end()) {
    refuse(ask, error_event, Refusal::session_unknown, out);
    return nullptr;
  }
  if (of->second->socket != ask.socket) {
    refuse(ask, Refusal::session_replaced, out);
    return nullptr;
  }
  touch(*of->second, config_.session_life, now);
  return of->second.get();
}

void Lobby::notice(Ask ask, Now now, Effects& out) {
  if (asker(ask, "", now, out)) agree(ask, out);
}

void Lobby::ask_for(Ask ask, Question question, Now now, Effects& out) {
  auto const about_numbers = question != Question::presence;
  auto* const session = asker(ask, about_numbers ? "realtime:stats:error" : "", now, out);
  if (!session) return;
  switch (question) {
    case Question::realtime_stats:
      tell(*session, RealtimeStats{report(now)}, out);
      break;
    case Question::stats:
      tell(*session, StatsUpdate{stats()}, out);
      break;
    case Question::online_users:
      tell(*session, UsersOnlineUpdate{online_users()}, out);
      break;
    case Question::presence:
      tell(*session, PresenceUpdate{session->id, true, session->is_searching(), written(session->last_seen)}, out);
      break;
  }
  agree(ask, out);
}

Stats Lobby::stats() const {
  return {.total_users = sessions_.size(),
          .online_users = online_.size(),
          .active_users = sockets_.size(),
          .available_users = queue_.size(),
          .connected_users = conversations_.size(),
          .users_in_chat = 2 * conversations_.size()};
}

std::vector<OnlineUser> Lobby::online_users() const {
  std::vector<OnlineUser> users;
  for (auto const* each : online_) {
    if (users.size() == online_users_listed_max) break;
    users.push_back({.id = each->id,
                     .username = each->username,
                     .is_searching = each->is_searching(),
                     .last_seen = written(each->last_seen),
                     .location = each->profile.location,
                     .gender = each->profile.gender,
                     .language = each->profile.language});
  }
  return users;
}

void Lobby::shut_down(Effects& out) {
  for (auto const& [room, conversation] : conversations_) {
    for (auto const* id : {&conversation->first(), &conversation->second()}) {
      auto const& partner = guest(conversation->partner_of(*id));
      tell(guest(*id),
           RoomClosed{.user_id = partner.id,
                      .username = partner.username,
                      .message = "Server is restarting. Room closed.",
                      .reason = "server_shutdown"},
           out);
    }
  }
}

void Lobby::advance(Now now, Effects& out) {
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
      forget(session);
      out.push_back(StatsChanged{});
    }
  }
  while (!ring_ends_.empty() && ring_ends_.top().at <= now.steady) {
    auto const due = ring_ends_.top();
    ring_ends_.pop();
    auto const found = conversations_.find(due.room);
    if (found == conversations_.end()) continue;
    auto& chat = *found->second;
    if (chat.number() != due.conversation || chat.ringing_number() != due.ringing || chat.call() != Call::ringing) {
      continue;
    }
    auto const& caller = guest(chat.caller());
    chat.signal(caller.id, Signal::timeout);
    for (auto const& each : {chat.first(), chat.second()}) {
      tell(guest(each), CallEnding{"webrtc:call-timeout", caller.id, caller.username}, out);
    }
  }
}

base::TimePoint Lobby::deadline() const {
  auto const expiry = expiries_.empty() ? base::TimePoint::max() : expiries_.top().at;
  auto const ring_end = ring_ends_.empty() ? base::TimePoint::max() : ring_ends_.top().at;
  return std::min(expiry, ring_end);
}

}  // namespace parley::chat
