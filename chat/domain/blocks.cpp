#include "chat/domain/blocks.h"

namespace parley::chat {

bool Blocks::add(BlockRecord const& block) {
  blockers_of_[block.whom].insert(block.by);
  return blocked_by_[block.by].insert(block.whom).second;
}

void Blocks::forget(GuestId const& guest) {
  auto const erase = [&guest](auto& own, auto& others) {
    auto const found = own.extract(guest);
    if (!found) return;
    for (auto const& other : found.mapped()) {
      auto const facing = others.find(other);
      facing->second.erase(guest);
      if (facing->second.empty()) others.erase(facing);
    }
  };
  erase(blocked_by_, blockers_of_);
  erase(blockers_of_, blocked_by_);
}

std::vector<GuestId> Blocks::barred_for(GuestId const& guest) const {
  std::vector<GuestId> barred;
  for (auto const* map : {&blocked_by_, &blockers_of_}) {
    if (auto const found = map->find(guest); found != map->end()) {
      barred.insert(barred.end(), found->second.begin(), found->second.end());
    }
  }
  return barred;
}

std::vector<BlockRecord> Blocks::all() const {
  std::vector<BlockRecord> all;
  for (auto const& [by, blocked] : blocked_by_) {
    for (auto const& whom : blocked) all.push_back({by, whom});
  }
  return all;
}

}  // namespace parley::chat
