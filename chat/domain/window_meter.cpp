#include "chat/domain/window_meter.h"

namespace parley::chat {

WindowMeter::Standing WindowMeter::count(std::string_view source, base::TimePoint now) {
  forget_ended(now);
  auto found = by_source_.find(source);
  if (found == by_source_.end()) {
    if (windows_.size() >= sources_max_) {
      by_source_.erase(windows_.front().source);
      windows_.pop_front();
    }
    windows_.push_back({std::string(source), now + limit_.window, 0});
    found = by_source_.emplace(windows_.back().source, std::prev(windows_.end())).first;
  }
  auto& window = *found->second;
  bool const admitted = window.counted < limit_.amount;
  if (admitted) ++window.counted;
  return {.admitted = admitted,
          .limit = limit_.amount,
          .remaining = limit_.amount - window.counted,
          .resets_in = std::chrono::ceil<base::Duration>(window.ends_at - now)};
}

void WindowMeter::forget_ended(base::TimePoint now) {
  while (!windows_.empty() && windows_.front().ends_at <= now) {
    by_source_.erase(windows_.front().source);
    windows_.pop_front();
  }
}

}  // namespace parley::chat
