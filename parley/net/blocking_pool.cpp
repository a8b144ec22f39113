#include "parley/net/blocking_pool.h"

#include <exception>

#include "parley/base/log.h"

namespace parley::net {

BlockingPool::BlockingPool(unsigned threads, std::size_t jobs_waiting_max) : jobs_(jobs_waiting_max) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void BlockingPool::finish() {
  jobs_.close();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void BlockingPool::work() {
  while (auto job = jobs_.take()) {
    try {
      (*job)();
    } catch (std::exception const& exception) {
      base::log_error("blocking work has thrown", {{"what", exception.what()}});
    }
  }
}

}  // namespace parley::net
