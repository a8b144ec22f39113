#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "chat/domain/records.h"

namespace parley::chat {

/// Who does not want to meet whom again. It holds for both, as long as both sessions live.
class Blocks {
 public:
  /// False if that was known already.
  bool add(BlockRecord const& block);
  /// Whatever `guest` has blocked, and whoever has blocked it.
  void forget(GuestId const& guest);
  /// Whom `guest` must not meet, in either direction.
  std::vector<GuestId> barred_for(GuestId const& guest) const;
  std::vector<BlockRecord> all() const;

 private:
  std::unordered_map<GuestId, std::set<GuestId>> blocked_by_, blockers_of_;
};

}  // namespace parley::chat
