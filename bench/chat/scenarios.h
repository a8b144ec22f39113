#pragma once

#include <string>

#include "bench/chat/options.h"
#include "bench/load/meter.h"

namespace bench {

// The scenarios. Each opens its guests, warms up, measures and returns its figures as JSON members. Each throws when
// a guest hears something wrong, or when nothing moves for ten seconds.

/// Guests come, search, are matched and leave, as fast as the server lets them. A guest counts as delivered when it
/// is matched, its latency from the POST on.
std::string measure_meetings(ChatOptions const& options, ServerProbe const& server);

/// Pairs talk: each guest keeps `in_flight` messages on their way. A message counts when its author is told that it
/// was delivered.
///
/// With a fixed rate messages have a planned time, and latency counts from there, to the arrival at the partner and
/// to the author's knowing; a server that stalls cannot hide it by being asked less.
std::string measure_talk(ChatOptions const& options, ServerProbe const& server);

/// Guests who are connected and do nothing: the resident memory that each costs, and all together.
std::string measure_idle_guests(ChatOptions const& options, ServerProbe const& server);

}  // namespace bench
