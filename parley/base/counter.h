#pragma once

#include <atomic>
#include <cstdint>

namespace parley::base {

/// A number that every worker may change and anybody may read; no order between counters is promised.
class Counter {
 public:
  void add(std::int64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// A switch that is thrown once and seen by all.
class Latch {
 public:
  /// True for the one caller who threw it.
  bool set() { return !set_.exchange(true, std::memory_order_acq_rel); }
  bool is_set() const { return set_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> set_{false};
};

}  // namespace parley::base
