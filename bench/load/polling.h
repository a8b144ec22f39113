#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/meter.h"
#include "bench/load/options.h"
#include "bench/load/poller.h"

namespace bench {

class PollingClient;

/// Clients on HTTP long-polling, each with two kept-alive TCP connections as a browser has them: one on which a
/// poll is always pending, one for posts. One echo in flight per client; a message counts as delivered when the
/// poll has brought its answer.
class PollingTraffic {
 public:
  PollingTraffic(Options const& options, Meter& meter);
  ~PollingTraffic();

  /// Opens the sessions, warms up, measures, and waits for the last answers. Throws when an answer is wrong or
  /// missing, or five seconds pass without one.
  void run();

 private:
  void turn();
  bool time_to_go_on(std::uint64_t began);
  void wait_for_the_last();
  void check_progress();

  Options const& options_;
  Meter& meter_;
  Poller poller_;
  std::vector<std::unique_ptr<PollingClient>> clients_;
  std::uint64_t progress_ = 0;     // how many messages had been delivered …
  std::uint64_t progress_at_ = 0;  // … when that number last changed
};

}  // namespace bench
