#include "chat/domain/window_meter.h"

#include <doctest/doctest.h>

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Duration;
using parley::base::TimePoint;

namespace {

TimePoint at(Duration time) { return TimePoint{} + 1h + time; }

}  // namespace

TEST_CASE("a source is admitted up to its limit, and told what is left and for how long") {
  WindowMeter meter({.amount = 3, .window = 60s});
  auto standing = meter.count("192.0.2.1", at(0s));
  CHECK(standing.admitted);
  CHECK(standing.limit == 3);
  CHECK(standing.remaining == 2);
  CHECK(standing.resets_in == 60s);
  meter.count("192.0.2.1", at(10s));
  standing = meter.count("192.0.2.1", at(20s));
  CHECK(standing.admitted);
  CHECK(standing.remaining == 0);
  standing = meter.count("192.0.2.1", at(30s));
  CHECK_FALSE(standing.admitted);
  CHECK(standing.remaining == 0);
  CHECK(standing.resets_in == 30s);
}

TEST_CASE("trying on beyond the limit does not make the wait longer") {
  WindowMeter meter({.amount = 1, .window = 60s});
  meter.count("a", at(0s));
  for (auto time = 1s; time < 60s; ++time) REQUIRE_FALSE(meter.count("a", at(time)).admitted);
  CHECK(meter.count("a", at(60s)).admitted);
}

TEST_CASE("what one source uses up is not missing to another") {
  WindowMeter meter({.amount = 1, .window = 60s});
  CHECK(meter.count("a", at(0s)).admitted);
  CHECK_FALSE(meter.count("a", at(0s)).admitted);
  CHECK(meter.count("b", at(0s)).admitted);
}

TEST_CASE("sources whose window is over are forgotten") {
  WindowMeter meter({.amount = 5, .window = 60s});
  for (int i = 0; i < 1000; ++i) meter.count(std::to_string(i), at(0s));
  meter.count("late", at(59s));
  CHECK(meter.sources() == 1001);
  meter.count("late", at(60s));
  CHECK(meter.sources() == 1);
}

TEST_CASE("however many sources there are, no more than a fixed number is remembered, the newest") {
  WindowMeter meter({.amount = 1, .window = 60s}, 100);
  for (int i = 0; i < 100'000; ++i) meter.count(std::to_string(i), at(0s));
  CHECK(meter.sources() == 100);
  CHECK_FALSE(meter.count("99999", at(1s)).admitted);
  CHECK(meter.count("0", at(1s)).admitted);
}
