#include "chat/domain/match_queue.h"

#include <algorithm>

#include "chat/domain/random_choice.h"

namespace parley::chat {

void MatchQueue::enter(GuestId const& guest) {
  if (places_.try_emplace(guest, waiting_.size()).second) waiting_.push_back(guest);
}

void MatchQueue::leave(GuestId const& guest) {
  auto const found = places_.find(guest);
  if (found == places_.end()) return;
  auto const place = found->second;
  places_.erase(found);
  // The last one moves into the gap; places mean nothing, since the choice is random.
  if (place + 1 != waiting_.size()) {
    waiting_[place] = std::move(waiting_.back());
    places_[waiting_[place]] = place;
  }
  waiting_.pop_back();
}

std::optional<GuestId> MatchQueue::choose_for(GuestId const& guest, std::optional<GuestId> const& avoided,
                                              base::RandomSource& random) const {
  std::vector<std::size_t> barred;
  if (auto const self = places_.find(guest); self != places_.end()) barred.push_back(self->second);
  if (barred.size() == waiting_.size()) return std::nullopt;
  if (avoided && *avoided != guest && waiting_.size() > barred.size() + 1) {
    if (auto const previous = places_.find(*avoided); previous != places_.end()) barred.push_back(previous->second);
  }
  // Draw among as many places as are free; each barred place drawn past shifts the draw by one.
  std::ranges::sort(barred);
  auto place = random_below(waiting_.size() - barred.size(), random);
  for (auto const taken : barred) place += place >= taken ? 1 : 0;
  return waiting_[place];
}

}  // namespace parley::chat
