#include <algorithm>

#include "chat/domain/lobby.h"

// How guests come and go.
namespace parley::chat {
namespace {

/// A token lives by the clock on the wall, which may be set anew: its end is looked at again at least this often.
constexpr auto token_examined_every = std::chrono::hours(1);

}  // namespace

void Lobby::connect(SessionKey const& key, SocketId socket, Arrival arrival, Now now, Effects& out) {
  auto* const found = session(key, now);
  if (!found) {
    auto const [message, code] = text_of(Refusal::connection_failed);
    out.push_back(Tell{socket, Refused{"connection:error", message, code}});
    out.push_back(Tell{socket, Refused{"error", message, code}});
    out.push_back(CloseSocket{socket, CloseHow::transport});
    return;
  }
  auto& open = sockets_[socket];
  open.session = key;
  open.token_expires_at = arrival.token_expires_at;
  watch_token(socket, open, now);

  bool const was_online = found->is_online();
  bool const was_away = found->is_away();
  if (found->socket) {
    auto const [message, code] = text_of(Refusal::session_replaced);
    tell(*found, Refused{"error", message, code}, out);
    out.push_back(CloseSocket{*found->socket, CloseHow::stay_away});
  }
  if (!was_online) found->place_online = online_.insert(online_.begin(), found);
  found->socket = socket;
  found->away_until.reset();
  found->address = std::move(arrival.address);
  touch(*found, config_.session_life, now);
  if (!was_online) keep(*found, now, out);
  welcome(*found, now, out);
  if (was_away) tell_partner_of(*found, "presence:user_online", out);
  out.push_back(StatsChanged{});
}

void Lobby::welcome(GuestSession& session, Now now, Effects& out) {
  auto const socket = *session.socket;
  out.push_back(JoinRoom{socket, session.id.str()});
  ConnectionEstablished established{.user_id = session.id,
                                    .username = session.username,
                                    .socket_id = socket,
                                    .session_id = session.key,
                                    .active_chat = {},
                                    .is_searching = session.is_searching(),
                                    .server_time = written(now.wall)};
  auto const* chat = session.open_chat();
  if (chat) {
    out.push_back(JoinRoom{socket, chat->room().str()});
    established.active_chat = ActiveChat{chat->room(), described(guest(chat->partner_of(session.id)))};
  }
  tell(session, std::move(established), out);
  if (auto const missed = std::exchange(session.missed_end, nullptr)) tell(session, *missed, out);
  if (!chat) {
    out.push_back(JoinRoom{socket, std::string(everyone)});
    return;
  }
  auto& missed_call_end = std::get<GuestSession::InChat>(session.state).missed_call_end;
  if (auto const ending = std::exchange(missed_call_end, nullptr)) tell(session, *ending, out);
  catch_up(session, out);
}

void Lobby::disconnect(SocketId socket, Parting how, Now now, Effects& out) {
  auto const found = sockets_.find(socket);
  if (found == sockets_.end()) return;
  auto const of = sessions_.find(found->second.session);
  token_ends_.erase({found->second.examine_at, socket});
  sockets_.erase(found);
  out.push_back(StatsChanged{});
  if (of == sessions_.end() || of->second->socket != socket) return;
  auto& session = *of->second;
  if (how == Parting::lost && session.conversation() && config_.disconnect_grace > base::Duration::zero()) {
    go_away(session, now);
    if (session.open_chat()) tell_partner_of(session, "presence:user_offline", out);
    return;
  }
  go_offline(session, now);
  end_chat(session, how == Parting::lost ? EndBy::vanishing : EndBy::disconnecting, now, out);
  keep(session, now, out);
}

void Lobby::go_away(GuestSession& session, Now now) {
  session.socket.reset();
  session.away_until = now.steady + config_.disconnect_grace;
  std::get<GuestSession::InChat>(session.state).catching_up.reset();
  touch(session, config_.session_life, now);
  grace_ends_.push({*session.away_until, session.key});
}

void Lobby::go_offline(GuestSession& session, Now now) {
  if (session.is_searching()) {
    queue_.leave(session.id);
    session.state = GuestSession::Idle{};
  }
  online_.erase(session.place_online);
  // Whoever was away has not been seen since.
  if (session.socket) session.last_seen = now.wall;
  session.socket.reset();
  session.away_until.reset();
  session.expires_at = now.steady + config_.session_life;
  queue_expiry(session);
}

void Lobby::tell_partner_of(GuestSession const& session, std::string_view event, Effects& out) {
  auto const* chat = session.open_chat();
  if (!chat) return;
  tell(guest(chat->partner_of(session.id)),
       PartnerPresence{event, session.id, session.username, session.socket.has_value(), written(session.last_seen)},
       out);
}

void Lobby::watch_token(SocketId socket, OpenSocket& open, Now now) {
  // Compared before they are subtracted, since a token may last nearly as long as the clock.
  auto const next = open.token_expires_at < now.wall + token_examined_every
                        ? std::max(open.token_expires_at - now.wall, base::Duration::zero())
                        : base::Duration(token_examined_every);
  open.examine_at = now.steady + next;
  token_ends_.insert({open.examine_at, socket});
}

}  // namespace parley::chat
