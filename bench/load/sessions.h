#pragma once

#include <string>

#include "bench/load/meter.h"
#include "bench/load/options.h"

namespace bench {

/// The cases about sessions rather than messages.

/// Opens sessions as fast as the server lets it, 64 handshakes at a time, and drops each at once; every finished
/// handshake counts as one message delivered, its latency from the TCP connect on.
void measure_connects(Options const& options, Meter& meter);

/// Opens the connections, lets them lie idle with their heartbeats answered, and returns JSON members: resident
/// bytes per connection and the CPU time the idle server uses. Each connection has echoed one message before, so
/// that buffers which a connection takes for its first message and keeps are counted.
std::string measure_idle(Options const& options, ServerProbe const& server);

}  // namespace bench
