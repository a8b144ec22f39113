#include "chat/domain/lobby.h"

#include "chat/domain/username.h"

// Sessions, and what everyone may ask. The other verbs stand in the files beside this one, lobby_….cpp.
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

GuestSession& Lobby::add(std::unique_ptr<GuestSession> session) {
  auto& added = *session;
  guests_[added.id] = &added;
  sessions_[added.key] = std::move(session);
  queue_expiry(added);
  return added;
}

GuestSession const& Lobby::create_session(std::optional<std::string> username, ProfileUpdate const& profile, Now now,
                                          Effects& out) {
  auto created = std::make_unique<GuestSession>();
  created->id = GuestId("guest_" + base::make_uuid(random_));
  created->key = SessionKey(base::make_uuid(random_));
  created->username = username ? std::move(*username) : propose_username(random_);
  created->created_at = now.wall;
  touch(*created, config_.session_life, now);
  apply(*created, profile, now, out);
  return add(std::move(created));
}

GuestSession* Lobby::session(SessionKey const& key, Now now) {
  auto const found = sessions_.find(key);
  if (found == sessions_.end()) return nullptr;
  auto* const session = found->second.get();
  // One that is over stays in the table until `advance` comes by, and must not be found meanwhile.
  return session->is_online() || session->expires_at > now.steady ? session : nullptr;
}

GuestSession const* Lobby::find(SessionKey const& key, Now now) { return session(key, now); }

GuestSession const* Lobby::use(SessionKey const& key, GuestId const& id, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (!found || found->id != id) return nullptr;
  found->expires_at = now.steady + config_.session_life;
  // While it is online its expiry does not count; otherwise the storage need not know it to the second.
  if (!found->is_online() && found->expires_at - found->kept_expires_at > config_.session_life / 8) {
    keep(*found, now, out);
  }
  return found;
}

void Lobby::apply(GuestSession& session, ProfileUpdate const& update, Now now, Effects& out) {
  if (update.location) session.profile.location = *update.location;
  if (update.gender) session.profile.gender = *update.gender;
  if (update.language) session.profile.language = *update.language;
  if (update.device_id) session.device_id = *update.device_id;
  if (session.is_searching()) queue_.enter(session.id, session.profile);
  keep(session, now, out);
}

GuestSession const* Lobby::update_profile(SessionKey const& key, ProfileUpdate const& update, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (found) apply(*found, update, now, out);
  return found;
}

void Lobby::update_profile(Ask ask, ProfileUpdate const& update, Now now, Effects& out) {
  auto* const session = asker(ask, "", now, out);
  if (!session) return;
  apply(*session, update, now, out);
  agree(ask, out);
}

void Lobby::keep(GuestSession& session, Now now, Effects& out) {
  session.kept_expires_at = session.expires_at;
  out.push_back(
      KeepSession{{.id = session.id,
                   .key = session.key,
                   .username = session.username,
                   .profile = session.profile,
                   .device_id = session.device_id,
                   .previous_partner = session.previous_partner,
                   .created_at = session.created_at,
                   .last_seen = session.last_seen,
                   .expires_at = now.wall + std::chrono::floor<base::Duration>(session.expires_at - now.steady),
                   .is_online = session.is_online()}});
}

void Lobby::forget(GuestSession& session, Effects& out) {
  out.push_back(EraseSession{session.key, session.id});
  blocks_.forget(session.id);
  guests_.erase(session.id);
  sessions_.erase(SessionKey(session.key));
}

void Lobby::erase_session(SessionKey const& key, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (!found) return;
  end_chat(*found, EndBy::deleting_session, now, out);
  if (auto const socket = found->socket) {
    auto const [message, code] = text_of(Refusal::authentication_lost);
    tell(*found, Refused{"error", message, code}, out);
    out.push_back(CloseSocket{*socket, CloseHow::transport});
  }
  if (found->is_online()) go_offline(*found, now);
  forget(*found, out);
  out.push_back(StatsChanged{});
}

GuestSession* Lobby::asker(Ask ask, std::string_view error_event, Now now, Effects& out) {
  auto const found = sockets_.find(ask.socket);
  auto const of = found == sockets_.end() ? sessions_.end() : sessions_.find(found->second.session);
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

std::uint64_t Lobby::unconfirmed_messages() const {
  std::uint64_t all = 0;
  for (auto const& [room, chat] : conversations_) {
    all += chat->unconfirmed_by(chat->first()) + chat->unconfirmed_by(chat->second());
  }
  return all;
}

GuestSession const* Lobby::guest_at(SocketId socket) const {
  auto const found = sockets_.find(socket);
  auto const of = found == sockets_.end() ? sessions_.end() : sessions_.find(found->second.session);
  return of == sessions_.end() || of->second->socket != socket ? nullptr : of->second.get();
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

}  // namespace parley::chat
