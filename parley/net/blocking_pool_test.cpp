#include "parley/net/blocking_pool.h"

#include <doctest/doctest.h>

#include <latch>
#include <stdexcept>

using parley::net::BlockingPool;

TEST_CASE("one thread does its work in the order in which it was posted, and all of it before it ends") {
  std::vector<int> done;
  {
    BlockingPool pool(1, 1000);
    for (int i = 0; i < 1000; ++i) REQUIRE(pool.post([&done, i] { done.push_back(i); }));
  }
  REQUIRE(done.size() == 1000);
  CHECK(std::ranges::is_sorted(done));
}

TEST_CASE("several threads work at the same time") {
  BlockingPool pool(3, 3);
  std::latch all_here(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.post([&] { all_here.arrive_and_wait(); }));
  all_here.wait();
}

TEST_CASE("a pool takes no more work than it may hold, and none once it has finished") {
  BlockingPool pool(1, 2);
  std::latch begun(1), go_on(1);
  REQUIRE(pool.post([&] {
    begun.count_down();
    go_on.wait();
  }));
  begun.wait();
  int done = 0;
  CHECK(pool.post([&] { ++done; }));
  CHECK(pool.post([&] { ++done; }));
  CHECK_FALSE(pool.post([&] { ++done; }));
  go_on.count_down();
  pool.finish();
  CHECK(done == 2);
  CHECK_FALSE(pool.post([&] { ++done; }));
}

TEST_CASE("work that throws does not end its thread") {
  BlockingPool pool(1, 10);
  REQUIRE(pool.post([] { throw std::runtime_error("a disk has failed"); }));
  std::latch done(1);
  REQUIRE(pool.post([&] { done.count_down(); }));
  done.wait();
}
