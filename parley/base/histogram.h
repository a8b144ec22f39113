#pragma once

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

#include "parley/base/counter.h"

namespace parley::base {

/// How often something took how long: a counter for each range of durations, and the sum of all.
/// Any worker may add, anybody may read; a reader may see an addition's count before its sum.
class Histogram {
 public:
  using Duration = std::chrono::microseconds;

  /// `bounds` ascend, and outlive the histogram; what is longer than the last has a range of its own.
  explicit Histogram(std::span<Duration const> bounds) : bounds_(bounds), counts_(bounds.size() + 2) {}

  void add(Duration took) {
    auto const range = std::ranges::lower_bound(bounds_, took) - bounds_.begin();
    counts_[static_cast<std::size_t>(range)].add();
    counts_.back().add(took.count());
  }

  std::span<Duration const> bounds() const { return bounds_; }
  /// How many were longer than the bound before `range` and not longer than its own.
  std::int64_t count(std::size_t range) const { return counts_[range].read(); }
  std::int64_t count() const {
    std::int64_t all = 0;
    for (std::size_t range = 0; range <= bounds_.size(); ++range) all += count(range);
    return all;
  }
  Duration sum() const { return Duration(counts_.back().read()); }

 private:
  std::span<Duration const> bounds_;
  std::vector<Counter> counts_;  ///< one for each range, and the sum
};

}  // namespace parley::base
