#pragma once

#include <chrono>
#include <string>

namespace parley::base {

using Duration = std::chrono::milliseconds;
/// Steady time, for deadlines. Pure code is handed it as `now`.
using TimePoint = std::chrono::steady_clock::time_point;
/// Wall time, for people.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// ISO 8601 in UTC with milliseconds: `2026-11-22T10:00:00.000Z`.
std::string to_iso8601(Timestamp time);

}  // namespace parley::base
