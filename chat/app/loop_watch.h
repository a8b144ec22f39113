#pragma once

#include "chat/app/meters.h"
#include "parley/server/server.h"

namespace parley::chat {

/// Sets a timer on every worker, again and again, and counts how late it rings: a worker that something keeps busy, or
/// that the machine does not run, is late. Call it once the server listens; both must outlive the workers.
void watch_loops(server::Server& io, Meters& meters);

}  // namespace parley::chat
