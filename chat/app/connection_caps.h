#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace parley::chat {

/// How many sockets each client network has open, and whether it may open another.
/// Lives on  the lobby's worker.
class ConnectionCaps {
 public:
  /// 0: any number, and nothing is counted.
  explicit ConnectionCaps(std::uint64_t per_network_max) : per_network_max_(per_network_max) {}

  bool is_limited() const { return per_network_max_ != 0; }
  /// False: the network has as many as it may. Else it has one more, until `give_back`.
  bool take(std::string const& network);
  void give_back(std::string const& network);
  /// Networks that have a socket.
  std::size_t networks() const { return open_.size(); }

 private:
  std::uint64_t per_network_max_;
  std::unordered_map<std::string, std::uint64_t> open_;
};

}  // namespace parley::chat
