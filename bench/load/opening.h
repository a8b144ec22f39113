#pragma once

#include <functional>

#include "bench/load/handshake.h"
#include "bench/load/poller.h"

namespace bench {

struct OpeningPlan {
  Endpoint endpoint;
  std::size_t count = 1;     ///< how many connections to open
  std::size_t at_once = 64;  ///< handshakes under way at the same moment
  ClientKind kind = ClientKind::lean;
  bool raw = false;  ///< TCP only: ready as soon as connected
  std::function<std::string(std::size_t)> room_of = [](std::size_t) { return std::string{}; };
};

/// Opens connections and brings each through its handshake. `opened` gets the number of the connection, in the
/// order in which they were started, and its socket; it returns whether to go on. Those still under way when it
/// says no are dropped. Throws when a handshake fails, or when nothing moves for ten seconds.
void open_connections(OpeningPlan const& plan, std::function<bool(std::size_t, Descriptor)> const& opened);

}  // namespace bench
