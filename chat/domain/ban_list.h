#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/domain/records.h"

namespace parley::chat {

/// Who may not come in, as long as each ban lasts. Addresses are networks: an IPv4 address, or the /64 of an IPv6 one.
///
/// Lives on  the lobby's worker.
class BanList {
 public:
  /// A ban of the same guest or network is replaced.
  void put(Ban ban);
  /// False if there is no such ban.
  bool lift(Ban::Of of, std::string const& value);
  /// Takes out what is over, and returns it.
  std::vector<Ban> take_ended(base::Timestamp now);

  /// The ban in force; null when there is none. Valid until the list changes.
  Ban const* of_guest(GuestId const& guest, base::Timestamp now) const;
  Ban const* of_network(std::string const& network, base::Timestamp now) const;
  /// Those in force, oldest first.
  std::vector<Ban> in_force(base::Timestamp now) const;

 private:
  using Bans = std::unordered_map<std::string, Ban>;
  Bans& bans_of(Ban::Of of) { return of == Ban::Of::session ? guests_ : networks_; }

  Bans guests_, networks_;
};

}  // namespace parley::chat
