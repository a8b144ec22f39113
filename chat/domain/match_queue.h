#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "chat/domain/names.h"

namespace parley::chat {

/// Who waits for a partner. Entering, leaving and choosing take the same time however many wait.
class MatchQueue {
 public:
  /// Entering twice keeps the first place.
  void enter(GuestId const& guest);
  void leave(GuestId const& guest);

  /// One of the others by chance; not `avoided` unless nobody else waits. The chosen one still waits.
  std::optional<GuestId> choose_for(GuestId const& guest, std::optional<GuestId> const& avoided,
                                    base::RandomSource& random) const;

  bool contains(GuestId const& guest) const { return places_.contains(guest); }
  std::size_t size() const { return waiting_.size(); }

 private:
  std::vector<GuestId> waiting_;
  std::unordered_map<GuestId, std::size_t> places_;  ///< where in `waiting_`
};

}  // namespace parley::chat
