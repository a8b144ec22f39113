#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "parley/base/time.h"

namespace parley::net {

class Timers;

/// Something that wants to be called at a time. Cancels itself when it is destroyed.
/// Lives on  one worker.
class Timer {
 public:
  Timer() = default;
  Timer(Timer const&) = delete;
  Timer& operator=(Timer const&) = delete;
  bool is_set() const { return place_ != nowhere; }

 protected:
  virtual ~Timer();
  virtual void on_timer(base::TimePoint now) = 0;
  /// The loop has ended, and the time will never come.
  virtual void on_abandoned() {}

 private:
  friend class Timers;
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
  Timers* timers_ = nullptr;
  std::uint32_t place_ = nowhere;
};

/// The timers of one loop: a binary heap, earliest first. Setting, moving and cancelling cost O(log n).
class Timers {
 public:
  ~Timers();
  /// Sets or moves.
  void set(Timer& timer, base::TimePoint when);
  void cancel(Timer& timer);
  /// Calls every timer that is due. A timer set again during its call waits for the next turn.
  void run_due(base::TimePoint now);
  /// Forgets all timers and tells them so.
  void abandon();
  /// `TimePoint::max()` when none is set.
  base::TimePoint next() const { return heap_.empty() ? base::TimePoint::max() : heap_.front().when; }

 private:
  struct Entry {
    base::TimePoint when;
    Timer* timer;
  };
  void place(std::size_t at, Entry entry);
  void rise(std::size_t at, Entry entry);
  void sink(std::size_t at, Entry entry);

  std::vector<Entry> heap_;
};

}  // namespace parley::net
