#include "chat/domain/ban_list.h"

#include <algorithm>

namespace parley::chat {
namespace {

bool is_over(Ban const& ban, base::Timestamp now) { return ban.until && *ban.until <= now; }

Ban const* find(std::unordered_map<std::string, Ban> const& bans, std::string const& value, base::Timestamp now) {
  auto const found = bans.find(value);
  return found == bans.end() || is_over(found->second, now) ? nullptr : &found->second;
}

}  // namespace

void BanList::put(Ban ban) {
  auto& bans = bans_of(ban.of);
  auto value = ban.value;
  bans.insert_or_assign(std::move(value), std::move(ban));
}

bool BanList::lift(Ban::Of of, std::string const& value) { return bans_of(of).erase(value) > 0; }

std::vector<Ban> BanList::take_ended(base::Timestamp now) {
  std::vector<Ban> ended;
  for (auto* bans : {&guests_, &networks_}) {
    std::erase_if(*bans, [&](auto& entry) {
      if (!is_over(entry.second, now)) return false;
      ended.push_back(std::move(entry.second));
      return true;
    });
  }
  return ended;
}

Ban const* BanList::of_guest(GuestId const& guest, base::Timestamp now) const {
  return find(guests_, guest.str(), now);
}

Ban const* BanList::of_network(std::string const& network, base::Timestamp now) const {
  return find(networks_, network, now);
}

std::vector<Ban> BanList::in_force(base::Timestamp now) const {
  std::vector<Ban> bans;
  for (auto const* each : {&guests_, &networks_}) {
    for (auto const& [value, ban] : *each) {
      if (!is_over(ban, now)) bans.push_back(ban);
    }
  }
  std::ranges::sort(bans, {}, [](Ban const& ban) { return std::pair(ban.at, ban.value); });
  return bans;
}

}  // namespace parley::chat
