#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "chat/domain/conversation.h"
#include "chat/domain/profile.h"

namespace parley::chat {

/// One anonymous identity, and what it is doing.
///
///   Idle ──match──► Searching ──paired──► InChat ──ended──► Idle
///                       └──cancel, disconnect──► Idle
///
/// It is online while it has a socket. One that lost its connection in a chat is away: it counts as online, and as its
/// partner's partner, until it is back or its grace is over.
///
/// Lives on  the lobby's worker.
struct GuestSession {
  /// The messages that a returning guest has not confirmed are read from the storage before new ones reach it.
  struct CatchingUp {
    std::uint64_t read_seq = 0;   ///< up to here the guest has been told everything
    std::uint64_t asked_seq = 0;  ///< the last message that had been sent when the reading was asked for
  };
  struct Idle {};
  struct Searching {
    base::TimePoint since;
  };
  struct InChat {
    Conversation* with;
    std::optional<CatchingUp> catching_up{};
    std::unique_ptr<CallEnding const> missed_call_end{};  ///< of a call that ended while it was away
  };

  GuestId id;
  SessionKey key;
  std::string username;
  Profile profile;
  OrNull<std::string> device_id;
  std::string address;  ///< of the newest connection; empty before the first

  std::optional<SocketId> socket;               ///< the active one: a newer socket takes an older one's place
  std::optional<base::TimePoint> away_until{};  ///< while away, and only in a chat
  std::variant<Idle, Searching, InChat> state = Idle{};
  std::optional<GuestId> previous_partner;
  std::unique_ptr<RoomClosed const> missed_end;  ///< of a chat that ended while it was away, to be told on its return

  base::Timestamp created_at;
  base::Timestamp last_seen;
  base::TimePoint expires_at;       ///< counts while the guest is not online
  base::TimePoint kept_expires_at;  ///< as the storage was last told
  bool expiry_queued = false;
  std::list<GuestSession*>::iterator place_online;  ///< valid while online

  bool is_away() const { return away_until.has_value(); }
  bool is_online() const { return socket.has_value() || is_away(); }
  bool is_searching() const { return std::holds_alternative<Searching>(state); }
  /// The chat it is bound to, which it may not have been told of yet.
  Conversation* conversation() const {
    auto const* chat = std::get_if<InChat>(&state);
    return chat ? chat->with : nullptr;
  }
  /// The chat in which it can talk.
  Conversation* open_chat() const {
    auto* const chat = conversation();
    return chat && chat->is_open() ? chat : nullptr;
  }
  std::optional<GuestId> connected_user() const {
    auto const* chat = conversation();
    return chat ? std::optional(chat->partner_of(id)) : std::nullopt;
  }
};

}  // namespace parley::chat
