#include "parley/net/timers.h"

#include <utility>

namespace parley::net {

Timer::~Timer() {
  if (is_set()) timers_->cancel(*this);
}

Timers::~Timers() { abandon(); }

void Timers::abandon() {
  // Whoever is told may cancel others, or set new ones.
  while (!heap_.empty()) {
    auto& timer = *heap_.back().timer;
    cancel(timer);
    timer.on_abandoned();
  }
}

void Timers::set(Timer& timer, base::TimePoint when) {
  Entry const entry{when, &timer};
  if (!timer.is_set()) {
    timer.timers_ = this;
    heap_.push_back(entry);
    rise(heap_.size() - 1, entry);
    return;
  }
  bool const earlier = when < heap_[timer.place_].when;
  earlier ? rise(timer.place_, entry) : sink(timer.place_, entry);
}

void Timers::cancel(Timer& timer) {
  if (!timer.is_set()) return;
  auto const hole = std::exchange(timer.place_, Timer::nowhere);
  auto const last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  bool const earlier = hole > 0 && last.when < heap_[(hole - 1) / 2].when;
  earlier ? rise(hole, last) : sink(hole, last);
}

void Timers::run_due(base::TimePoint now) {
  while (!heap_.empty() && heap_.front().when <= now) {
    auto& timer = *heap_.front().timer;
    cancel(timer);
    timer.on_timer(now);
  }
}

void Timers::place(std::size_t at, Entry entry) {
  heap_[at] = entry;
  entry.timer->place_ = static_cast<std::uint32_t>(at);
}

void Timers::rise(std::size_t at, Entry entry) {
  while (at > 0) {
    auto const parent = (at - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, entry);
}

void Timers::sink(std::size_t at, Entry entry) {
  for (;;) {
    auto child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

}  // namespace parley::net
