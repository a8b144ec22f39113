#include "chat/app/connection_caps.h"

#include "parley/base/assert.h"

namespace parley::chat {

bool ConnectionCaps::take(std::string const& network) {
  auto const [at, is_new] = open_.try_emplace(network, 0);
  if (at->second >= per_network_max_) return false;
  ++at->second;
  return true;
}

void ConnectionCaps::give_back(std::string const& network) {
  auto const at = open_.find(network);
  PARLEY_ASSERT(at != open_.end());
  if (--at->second == 0) open_.erase(at);
}

}  // namespace parley::chat
