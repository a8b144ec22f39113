#pragma once

#include <optional>

namespace parley::chat {

/// What this process takes of its machine; absent is what the system does not tell.
struct ProcessUsage {
  std::optional<double> cpu_seconds;
  std::optional<double> start_time_seconds;  ///< since 1970
  std::optional<double> resident_bytes, virtual_bytes;
  std::optional<double> open_descriptors, descriptors_max;
  std::optional<double> threads;
};

/// Reads /proc, which takes some ten microseconds.
ProcessUsage read_process_usage();

}  // namespace parley::chat
