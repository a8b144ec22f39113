#include "chat/domain/match_queue.h"

#include <doctest/doctest.h>

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
