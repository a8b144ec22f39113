#pragma once

#include <thread>
#include <vector>

#include "parley/base/function.h"
#include "parley/base/mailbox.h"

namespace parley::net {

/// Threads for work that may block: disks, databases, hashing. It is written plainly; answers go back by the mailbox
/// of whoever asked.
///
/// Order  with one thread, jobs run in the order in which they were posted.
/// Bound  `jobs_waiting_max` jobs wait at most.
class BlockingPool {
 public:
  using Job = base::Function<void()>;

  BlockingPool(unsigned threads, std::size_t jobs_waiting_max);
  ~BlockingPool() { finish(); }
  BlockingPool(BlockingPool const&) = delete;
  BlockingPool& operator=(BlockingPool const&) = delete;

  /// Any thread. False: too many jobs wait, or the pool has finished.
  [[nodiscard]] bool post(Job job) { return jobs_.post(std::move(job)); }
  /// Does what has been posted, then ends the threads. From then on nothing can be posted.
  void finish();

 private:
  void work();

  base::WorkQueue<Job> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::net
