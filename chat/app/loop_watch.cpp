#include "chat/app/loop_watch.h"

#include "parley/base/log.h"

namespace parley::chat {
namespace {

/// Ten times in a scrape of the usual 5 s or more, and no load to speak of.
constexpr base::Duration interval = std::chrono::milliseconds(500);

void ring_again(server::Server& io, Meters& meters) {
  auto const due = std::chrono::steady_clock::now() + interval;
  io.after(interval, [&io, &meters, due] {
    auto const late = std::chrono::steady_clock::now() - due;
    meters.loop_delayed(server::Server::this_worker(), std::chrono::floor<base::Histogram::Duration>(late));
    ring_again(io, meters);
  });
}

}  // namespace

void watch_loops(server::Server& io, Meters& meters) {
  for (unsigned worker = 0; worker < io.workers(); ++worker) {
    bool const posted = io.post(static_cast<base::WorkerId>(worker), [&io, &meters] { ring_again(io, meters); });
    if (!posted) base::log_error("a worker is not watched", {{"worker", worker}});
  }
}

}  // namespace parley::chat
