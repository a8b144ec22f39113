#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace bench {

/// Monotonic time in nanoseconds.
std::uint64_t now_ns();
/// CPU time this process has used, in nanoseconds.
std::uint64_t own_cpu_ns();

/// Counts durations in buckets 3 % wide; a quantile is the upper edge of its bucket.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds);
  std::uint64_t quantile(double part) const;
  void clear() { *this = {}; }

 private:
  static constexpr unsigned steps = 32;  // buckets per doubling
  std::array<std::uint32_t, 64 * steps> buckets_{};
  std::uint64_t total_ = 0;
};

/// The server process, seen from outside.
class ServerProbe {
 public:
  explicit ServerProbe(pid_t pid);

  /// User and system time of all threads, living and ended, as the scheduler counts it.
  std::uint64_t cpu_ns() const;
  /// The same by the kernel's 10 ms ticks, in nanoseconds: coarse, kept as a cross-check.
  std::uint64_t cpu_ticks_ns() const;
  /// Resident memory in bytes, counted page by page (`VmRSS` may lag behind by some hundred KiB).
  std::uint64_t resident_bytes() const;

 private:
  pid_t pid_;
  clockid_t cpu_clock_{};
};

/// The measured window: what came back between `start` and `stop`, and what it cost.
class Meter {
 public:
  explicit Meter(ServerProbe const& server) : server_(server) {}

  void start();
  void stop();

  /// Counts messages that arrived at `now` and had been sent at `sent_at`. Free to call outside the window.
  void delivered(std::uint64_t now, std::uint64_t sent_at) {
    ++delivered_ever_;
    if (!running_) return;
    ++delivered_;
    latency_.add(now > sent_at ? now - sent_at : 0);
  }

  bool running() const { return running_; }
  std::uint64_t delivered_ever() const { return delivered_ever_; }
  std::uint64_t delivered() const { return delivered_; }

  /// The window's figures as JSON members, without the braces around them.
  std::string report() const;

 private:
  struct Cost {
    std::uint64_t time = 0, server_cpu = 0, server_ticks = 0, own_cpu = 0;
  };
  Cost cost_so_far() const;

  ServerProbe const& server_;
  Histogram latency_;
  Cost begin_, spent_;
  std::uint64_t delivered_ = 0;
  std::uint64_t delivered_ever_ = 0;
  bool running_ = false;
};

/// `"name":value`, the value with three decimals.
std::string json_number(std::string const& name, double value);

}  // namespace bench
