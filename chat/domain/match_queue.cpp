#include "chat/domain/match_queue.h"

#include <algorithm>

#include "chat/domain/random_choice.h"

namespace parley::chat {

std::string MatchQueue::line_of(std::optional<std::string> const& language, std::optional<std::string> const& country) {
  // Lengths go first, so that no two pairs of words make the same key.
  std::string key;
  if (language) key += "l" + std::to_string(language->size()) + ":" + *language;
  if (country) key += "c" + *country;
  return key;
}

void MatchQueue::enter(GuestId const& guest, Profile const& profile) {
  std::optional<std::string> const& language = profile.language;
  auto const country = profile.location ? profile.location->country : std::nullopt;
  std::vector<std::string> keys{line_of({}, {})};
  if (language) keys.push_back(line_of(language, {}));
  if (country) keys.push_back(line_of({}, country));
  if (language && country) keys.push_back(line_of(language, country));

  leave(guest);
  auto& places = places_[guest];
  for (auto& key : keys) {
    auto& line = lines_[key];
    places.push_back({std::move(key), line.size()});
    line.push_back(guest);
  }
}

void MatchQueue::leave(GuestId const& guest) {
  auto const left = places_.extract(guest);
  if (!left) return;
  for (auto const& place : left.mapped()) {
    auto const found = lines_.find(place.line);
    auto& line = found->second;
    // The last one moves into the gap; places mean nothing, since the choice is random.
    if (place.at + 1 != line.size()) {
      line[place.at] = std::move(line.back());
      auto& moved = places_.at(line[place.at]);
      std::ranges::find(moved, place.line, &Place::line)->at = place.at;
    }
    line.pop_back();
    if (line.empty()) lines_.erase(found);
  }
}

std::optional<GuestId> MatchQueue::choose_from(std::string const& line, std::vector<GuestId> const& barred,
                                               base::RandomSource& random) const {
  auto const found = lines_.find(line);
  if (found == lines_.end()) return std::nullopt;
  auto const& waiting = found->second;
  std::vector<std::size_t> taken;
  for (auto const& each : barred) {
    auto const places = places_.find(each);
    if (places == places_.end()) continue;
    auto const place = std::ranges::find(places->second, line, &Place::line);
    if (place != places->second.end()) taken.push_back(place->at);
  }
  std::ranges::sort(taken);
  auto const repeated = std::ranges::unique(taken);
  taken.erase(repeated.begin(), repeated.end());
  if (taken.size() == waiting.size()) return std::nullopt;
  // Draw among as many places as are free; each barred place drawn past shifts the draw by one.
  auto at = random_below(waiting.size() - taken.size(), random);
  for (auto const place : taken) at += at >= place ? 1 : 0;
  return waiting[at];
}

std::optional<GuestId> MatchQueue::choose_for(GuestId const& guest, Wish const& wish,
                                              base::RandomSource& random) const {
  std::vector<GuestId> barred(wish.barred.begin(), wish.barred.end());
  barred.push_back(guest);
  auto const all = line_of({}, {});
  auto const fitting = line_of(wish.prefer.language, wish.prefer.country);
  if (wish.avoided) barred.push_back(*wish.avoided);
  if (fitting != all) {
    if (auto const chosen = choose_from(fitting, barred, random)) return chosen;
  }
  auto const chosen = choose_from(all, barred, random);
  if (chosen || !wish.avoided) return chosen;
  barred.pop_back();
  return choose_from(all, barred, random);
}

}  // namespace parley::chat
