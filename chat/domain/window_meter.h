#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "parley/base/time.h"

namespace parley::chat {

/// Counts what comes from each of many sources, in windows of fixed length: a source's window begins with the first
/// thing that comes from it. No more than `sources_max` are remembered; beyond that the one whose window ends first is
/// forgotten, so that a crowd of sources costs memory no more than it costs those who keep to the limit.
///
/// Lives on  one worker.
class WindowMeter {
 public:
  struct Limit {
    std::uint64_t amount = 100;
    base::Duration window = std::chrono::minutes(15);
  };
  explicit WindowMeter(Limit const& limit, std::size_t sources_max = 100'000)
      : limit_(limit), sources_max_(sources_max) {}

  /// Where a source stands after one more of what is counted.
  struct Standing {
    bool admitted = true;
    std::uint64_t limit = 0;
    std::uint64_t remaining = 0;
    base::Duration resets_in{};  ///< until the source's window is over
  };
  Standing count(std::string_view source, base::TimePoint now);

  std::size_t sources() const { return windows_.size(); }

 private:
  struct Window {
    std::string source;
    base::TimePoint ends_at;
    std::uint64_t counted = 0;
  };
  void forget_ended(base::TimePoint now);

  Limit limit_;
  std::size_t sources_max_;
  std::list<Window> windows_;                                                    ///< the one that ends first in front
  std::unordered_map<std::string_view, std::list<Window>::iterator> by_source_;  ///< keys live in `windows_`
};

}  // namespace parley::chat
