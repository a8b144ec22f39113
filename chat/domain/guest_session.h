#pragma once

#include <list>
#include <optional>
#include <string>
#include <variant>

#include "chat/domain/conversation.h"
#include "chat/domain/profile.h"

namespace parley::chat {

/// One anonymous identity, and what it is doing. It has a socket exactly while it is online.
///
///   Idle ──match──► Searching ──paired──► InChat ──ended──► Idle
///                       └──cancel, disconnect──► Idle
///
/// Lives on  the lobby's worker.
struct GuestSession {
  struct Idle {};
  struct Searching {};
  struct InChat {
    Conversation* with;
  };

  GuestId id;
  SessionKey key;
  std::string username;
  Profile profile;
  OrNull<std::string> device_id;

  std::optional<SocketId> socket;  ///< the active one: a newer socket takes an older one's place
  std::variant<Idle, Searching, InChat> state = Idle{};
  std::optional<GuestId> previous_partner;

  base::Timestamp created_at;
  base::Timestamp last_seen;
  base::TimePoint expires_at;  ///< counts while the guest has no socket
  bool expiry_queued = false;
  std::list<GuestSession*>::iterator place_online;  ///< valid while online

  bool is_online() const { return socket.has_value(); }
  bool is_searching() const { return std::holds_alternative<Searching>(state); }
  Conversation* conversation() const {
    auto const* chat = std::get_if<InChat>(&state);
    return chat ? chat->with : nullptr;
  }
  std::optional<GuestId> connected_user() const {
    auto const* chat = conversation();
    return chat ? std::optional(chat->partner_of(id)) : std::nullopt;
  }
};

}  // namespace parley::chat
