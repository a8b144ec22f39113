#pragma once

#include <cstdint>
#include <vector>

#include "chat/domain/profile.h"

namespace parley::chat {

/// How many there are of everything at one moment.
struct Stats {
  std::uint64_t total_users = 0;      ///< live sessions
  std::uint64_t online_users = 0;     ///< sessions with a socket
  std::uint64_t active_users = 0;     ///< open sockets
  std::uint64_t available_users = 0;  ///< searching guests
  std::uint64_t connected_users = 0;  ///< chats, that is pairs
  std::uint64_t users_in_chat = 0;
  friend bool operator==(Stats const&, Stats const&) = default;
};
constexpr auto json_fields(Stats*) {
  return base::fields(
      base::field("totalUsers", &Stats::total_users), base::field("onlineUsers", &Stats::online_users),
      base::field("activeUsers", &Stats::active_users), base::field("availableUsers", &Stats::available_users),
      base::field("connectedUsers", &Stats::connected_users), base::field("usersInChat", &Stats::users_in_chat));
}

/// What everyone may know about a guest who is online: never the session's secret, its socket or its partner.
struct OnlineUser {
  GuestId id;
  std::string username;
  bool is_online = true;
  bool is_searching = false;
  std::string last_seen;
  OrNull<Location> location;
  OrNull<std::string> gender, language;
  bool is_guest = true;
};
constexpr auto json_fields(OnlineUser*) {
  return base::fields(base::field("id", &OnlineUser::id), base::field("username", &OnlineUser::username),
                      base::field("isOnline", &OnlineUser::is_online),
                      base::field("isSearching", &OnlineUser::is_searching),
                      base::field("lastSeen", &OnlineUser::last_seen), base::field("location", &OnlineUser::location),
                      base::field("gender", &OnlineUser::gender), base::field("language", &OnlineUser::language),
                      base::field("isGuest", &OnlineUser::is_guest));
}

/// The list of who is online stops here.
inline constexpr std::size_t online_users_listed_max = 100;

/// Numbers and names together, as they are broadcast.
struct StatsReport {
  Stats stats;
  std::vector<OnlineUser> online_users;
  std::string timestamp;
};
constexpr auto json_fields(StatsReport*) {
  return base::fields(base::field("stats", &StatsReport::stats), base::field("onlineUsers", &StatsReport::online_users),
                      base::field("timestamp", &StatsReport::timestamp));
}

}  // namespace parley::chat
