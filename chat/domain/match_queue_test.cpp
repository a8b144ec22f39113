#include "chat/domain/match_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "chat/domain/testing/seeded_random.h"

using namespace parley::chat;

namespace {

GuestId g(int number) { return GuestId("guest_" + std::to_string(number)); }

}  // namespace

TEST_CASE("an empty queue and a queue of oneself have nobody to offer") {
  SeededRandom random(1);
  MatchQueue queue;
  CHECK_FALSE(queue.choose_for(g(1), {}, random));
  queue.enter(g(1), {});
  CHECK_FALSE(queue.choose_for(g(1), {}, random));
  CHECK_FALSE(queue.choose_for(g(1), {.avoided = g(1)}, random));
  CHECK(queue.choose_for(g(2), {}, random) == g(1));
}

TEST_CASE("M4: the previous partner is chosen only when nobody else waits") {
  SeededRandom random(2);
  MatchQueue queue;
  queue.enter(g(1), {});
  CHECK(queue.choose_for(g(9), {.avoided = g(1)}, random) == g(1));
  queue.enter(g(2), {});
  queue.enter(g(9), {});
  for (int i = 0; i < 100; ++i) CHECK(queue.choose_for(g(9), {.avoided = g(1)}, random) == g(2));
}

TEST_CASE("M4, M9: everyone but oneself and the previous partner is chosen about equally often") {
  SeededRandom random(3);
  MatchQueue queue;
  for (int i = 0; i < 6; ++i) queue.enter(g(i), {});
  std::map<std::string, int> chosen;
  for (int i = 0; i < 4000; ++i) ++chosen[queue.choose_for(g(0), {.avoided = g(3)}, random)->str()];
  CHECK(chosen.size() == 4);
  CHECK_FALSE(chosen.contains("guest_0"));
  CHECK_FALSE(chosen.contains("guest_3"));
  for (auto const& [who, times] : chosen) {
    CAPTURE(who);
    CHECK(times > 800);
    CHECK(times < 1200);
  }
}

TEST_CASE("entering twice and leaving twice change nothing, in any order of comings and goings") {
  SeededRandom random(4);
  MatchQueue queue;
  std::set<int> waiting;
  for (int step = 0; step < 5000; ++step) {
    int const who = static_cast<int>(random.below(12));
    if (random.below(2) == 0) {
      queue.enter(g(who), {});
      waiting.insert(who);
    } else {
      queue.leave(g(who));
      waiting.erase(who);
    }
    REQUIRE(queue.size() == waiting.size());
    for (int i = 0; i < 12; ++i) REQUIRE(queue.contains(g(i)) == waiting.contains(i));
    auto const chosen = queue.choose_for(g(0), {}, random);
    REQUIRE(chosen.has_value() == (waiting.size() > (waiting.contains(0) ? 1U : 0U)));
    if (chosen) REQUIRE(queue.contains(*chosen));
  }
}

namespace {

Profile from(std::optional<std::string> language, std::optional<std::string> country) {
  Profile profile;
  if (language) profile.language.emplace(*language);
  if (country) profile.location.emplace(Location{.country = std::move(country), .region = {}, .city = {}});
  return profile;
}

}  // namespace

TEST_CASE("M4a: nobody barred is ever chosen, neither for fitting nor for being the last") {
  SeededRandom random(5);
  MatchQueue queue;
  for (int i = 0; i < 5; ++i) queue.enter(g(i), from("de", {}));
  std::vector<GuestId> const barred{g(1), g(2), g(2), g(7)};
  for (int i = 0; i < 200; ++i) {
    auto const chosen = queue.choose_for(g(0), {.prefer = {.language = "de", .country = {}}, .barred = barred}, random);
    CHECK((chosen == g(3) || chosen == g(4)));
  }
  std::vector<GuestId> const all{g(1), g(2), g(3), g(4)};
  CHECK_FALSE(queue.choose_for(g(0), {.barred = all}, random));
  CHECK_FALSE(queue.choose_for(g(0), {.avoided = g(1), .barred = all}, random));
}

TEST_CASE("M4: the previous partner is not chosen for fitting while anybody else waits") {
  SeededRandom random(6);
  MatchQueue queue;
  queue.enter(g(1), from("de", {}));
  queue.enter(g(2), {});
  for (int i = 0; i < 50; ++i) {
    CHECK(queue.choose_for(g(0), {.prefer = {.language = "de", .country = {}}, .avoided = g(1)}, random) == g(2));
  }
  queue.leave(g(2));
  CHECK(queue.choose_for(g(0), {.prefer = {.language = "de", .country = {}}, .avoided = g(1)}, random) == g(1));
}

TEST_CASE("M4a: language and country are one wish, and a word of one is not taken for the other") {
  SeededRandom random(7);
  MatchQueue queue;
  queue.enter(g(1), from("de", "AT"));
  queue.enter(g(2), from("AT", "de"));
  queue.enter(g(3), from("de", {}));
  for (int i = 0; i < 50; ++i) {
    CHECK(queue.choose_for(g(0), {.prefer = {.language = "de", .country = "AT"}}, random) == g(1));
    CHECK(queue.choose_for(g(0), {.prefer = {.language = {}, .country = "de"}}, random) == g(2));
  }
  queue.enter(g(3), from("it", {}));
  CHECK(queue.choose_for(g(0), {.prefer = {.language = "it", .country = {}}}, random) == g(3));
  queue.leave(g(3));
  CHECK(queue.choose_for(g(0), {.prefer = {.language = "it", .country = {}}}, random));
  CHECK(queue.size() == 2);
}

TEST_CASE("M4a: lines of language and country keep step with any comings and goings") {
  SeededRandom random(8);
  MatchQueue queue;
  std::map<int, int> waiting;
  std::vector<std::string> const words{"de", "fr", "it"};
  for (int step = 0; step < 5000; ++step) {
    int const who = 1 + static_cast<int>(random.below(12));
    if (random.below(2) == 0) {
      auto const word = random.below(3);
      queue.enter(g(who), from(words[word], words[word]));
      waiting[who] = static_cast<int>(word);
    } else {
      queue.leave(g(who));
      waiting.erase(who);
    }
    for (int word = 0; word < 3; ++word) {
      auto const chosen = queue.choose_for(
          g(0), {.prefer = {.language = words[static_cast<std::size_t>(word)], .country = {}}}, random);
      REQUIRE(chosen.has_value() == !waiting.empty());
      if (!chosen) continue;
      bool const anyone_fits = std::ranges::any_of(waiting, [&](auto const& each) { return each.second == word; });
      auto const number = std::stoi(chosen->str().substr(6));
      REQUIRE(waiting.contains(number));
      REQUIRE((waiting[number] == word) == anyone_fits);
    }
  }
}
