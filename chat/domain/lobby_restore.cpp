#include <algorithm>

#include "chat/domain/lobby.h"

// How the lobby goes on after a stop, and how it makes sure that it could.
namespace parley::chat {

void Lobby::restore(Snapshot snapshot, Now now, Effects& out) {
  for (auto& record : snapshot.sessions) restore(std::move(record), now, out);
  for (auto const& chat : snapshot.chats) restore(chat, now, out);
  for (auto& block : snapshot.blocks) {
    if (guests_.contains(block.by) && guests_.contains(block.whom)) blocks_.add(block);
  }
  for (auto& ban : snapshot.bans) bans_.put(std::move(ban));
  restore(std::move(snapshot.files), now, out);
  if (!sessions_.empty()) out.push_back(StatsChanged{});
}

void Lobby::restore(SessionRecord record, Now now, Effects& out) {
  bool const over = !record.is_online && record.expires_at <= now.wall;
  if (over || sessions_.contains(record.key) || guests_.contains(record.id)) {
    if (!sessions_.contains(record.key)) out.push_back(EraseSession{record.key, record.id});
    return;
  }
  auto restored = std::make_unique<GuestSession>();
  restored->id = std::move(record.id);
  restored->key = std::move(record.key);
  restored->username = std::move(record.username);
  restored->profile = std::move(record.profile);
  restored->device_id = std::move(record.device_id);
  restored->previous_partner = std::move(record.previous_partner);
  restored->created_at = record.created_at;
  restored->last_seen = record.last_seen;
  // A clock that was set back meanwhile must not make the session last longer than any.
  auto const rest =
      record.is_online ? config_.session_life : std::min(record.expires_at - now.wall, config_.session_life);
  restored->expires_at = restored->kept_expires_at = now.steady + rest;
  auto& session = add(std::move(restored));
  if (record.is_online) keep(session, now, out);
}

void Lobby::restore(Snapshot::Chat const& chat, Now now, Effects& out) {
  auto const& [room, first, second, began_at] = chat.record;
  auto const a = guests_.find(first), b = guests_.find(second);
  bool const fits = a != guests_.end() && b != guests_.end() && a != b && room == room_of(first, second) &&
                    !a->second->conversation() && !b->second->conversation();
  if (!fits) {
    erase_room(room, out);
    return;
  }
  bind(*a->second, *b->second, std::make_unique<Conversation>(chat.record, ++conversations_begun_, chat.messages));
  for (auto* each : {a->second, b->second}) {
    each->place_online = online_.insert(online_.begin(), each);
    each->away_until = now.steady + config_.disconnect_grace;
    grace_ends_.push({*each->away_until, each->key});
    keep(*each, now, out);
  }
}

void Lobby::keep_all(Now now, Effects& out) {
  for (auto const& [key, session] : sessions_) keep(*session, now, out);
  for (auto const& [room, chat] : conversations_) out.push_back(KeepChat{chat->record(), chat->number()});
  for (auto& block : blocks_.all()) out.push_back(KeepBlock{std::move(block)});
}

void Lobby::shut_down(Now now, Effects& out) {
  stopping_ = true;
  std::vector<Conversation*> chats;
  for (auto const& [room, chat] : conversations_) chats.push_back(chat.get());
  for (auto* chat : chats) {
    for (auto const* id : {&chat->first(), &chat->second()}) {
      auto const& partner = guest(chat->partner_of(*id));
      if (!chat->is_open()) continue;
      tell(guest(*id),
           RoomClosed{.user_id = partner.id,
                      .username = partner.username,
                      .message = "Server is restarting. Room closed.",
                      .reason = "server_shutdown"},
           out);
    }
    if (config_.disconnect_grace > base::Duration::zero()) continue;
    GuestSession* const both[] = {&guest(chat->first()), &guest(chat->second())};
    abandon_messages(*chat, out);
    auto const ended = std::move(conversations_.extract(chat->room()).mapped());
    for (auto* each : both) {
      release(*ended, *each, out);
      keep(*each, now, out);
    }
    erase_room(ended->room(), out);
  }
}

}  // namespace parley::chat
