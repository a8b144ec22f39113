#pragma once

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

  /// Opens the sessions, warms up, measures. Throws when an answer is wrong or five seconds pass without one.
  void run();

 private:
  void turn();

  Options const& options_;
  Meter& meter_;
  Poller poller_;
  std::vector<std::unique_ptr<PollingClient>> clients_;
};

}  // namespace bench
