#include "chat/domain/event_limits.h"

#include <doctest/doctest.h>

#include "chat/domain/testing/seeded_random.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Duration;
using parley::base::TimePoint;

namespace {

TimePoint at(Duration time) { return TimePoint{} + 1h + time; }

SocketId a_socket(std::uint32_t seed) {
  SeededRandom random(seed);
  return SocketId::make(0, random);
}
GuestId const ada("guest_ada");
GuestId const bob("guest_bob");
SocketId const first = a_socket(1);
SocketId const second = a_socket(2);

/// How many of `sent` events at one moment are let through.
std::size_t admitted(EventMeter& meter, GuestId const& guest, EventClass kind, std::size_t sent, TimePoint now) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < sent; ++i) count += meter.admit(guest, first, kind, now).has_value() ? 1u : 0u;
  return count;
}

}  // namespace

TEST_CASE(
    "§13.2-messages, §13.2-control, §13.2-receipts, §13.2-ice, §13.2-typing: a burst may use up a window's allowance, "
    "each class its own") {
  EventMeter meter({.events_max = 100, .window = 60s});
  CHECK(admitted(meter, ada, EventClass::messages, 500, at(0s)) == 100);
  CHECK(admitted(meter, ada, EventClass::control, 500, at(0s)) == 100);
  CHECK(admitted(meter, ada, EventClass::candidates, 2000, at(0s)) == 500);
  CHECK(admitted(meter, ada, EventClass::receipts, 2000, at(0s)) == 1000);
  CHECK(admitted(meter, ada, EventClass::typing, 2000, at(0s)) == 1000);
}

TEST_CASE("the allowance comes back evenly and never grows beyond a window's worth") {
  EventMeter meter({.events_max = 60, .window = 60s});
  REQUIRE(admitted(meter, ada, EventClass::messages, 60, at(0s)) == 60);
  CHECK(admitted(meter, ada, EventClass::messages, 5, at(999ms)) == 0);
  CHECK(admitted(meter, ada, EventClass::messages, 5, at(1s)) == 1);
  CHECK(admitted(meter, ada, EventClass::messages, 50, at(11s)) == 10);
  CHECK(admitted(meter, ada, EventClass::messages, 500, at(1h)) == 60);
}

TEST_CASE("whoever waits as long as it was told to is let through, and not a moment sooner") {
  EventMeter meter({.events_max = 7, .window = 1s});
  REQUIRE(admitted(meter, ada, EventClass::messages, 7, at(0s)) == 7);
  auto const refused = meter.admit(ada, first, EventClass::messages, at(10ms));
  REQUIRE_FALSE(refused);
  auto const wait = refused.error().retry_after;
  CHECK(wait == 133ms);
  CHECK_FALSE(meter.admit(ada, first, EventClass::messages, at(10ms + wait - 1ms)));
  CHECK(meter.admit(ada, first, EventClass::messages, at(10ms + wait)));
}

TEST_CASE("one guest's flood costs another nothing") {
  EventMeter meter({.events_max = 10, .window = 60s});
  admitted(meter, ada, EventClass::messages, 1000, at(0s));
  CHECK(admitted(meter, bob, EventClass::messages, 20, at(0s)) == 10);
}

TEST_CASE("a new socket brings no new allowance") {
  EventMeter meter({.events_max = 3, .window = 60s});
  REQUIRE(admitted(meter, ada, EventClass::messages, 3, at(0s)) == 3);
  CHECK_FALSE(meter.admit(ada, second, EventClass::messages, at(1s)));
}

TEST_CASE("a socket with more than ten times all allowances refused in a window is expelled once") {
  EventMeter meter({.events_max = 2, .window = 60s});
  REQUIRE(meter.refusals_max() == 10 * (1 + 1 + 5 + 10 + 10) * 2);
  admitted(meter, ada, EventClass::messages, 2, at(0s));
  auto const expelled = [&](SocketId const& socket, TimePoint now) {
    auto const verdict = meter.admit(ada, socket, EventClass::messages, now);
    REQUIRE_FALSE(verdict);
    return verdict.error().expel;
  };
  for (std::uint64_t i = 0; i < meter.refusals_max(); ++i) REQUIRE_FALSE(expelled(first, at(1s)));
  CHECK(expelled(first, at(1s)));
  CHECK_FALSE(expelled(first, at(1s)));
  // Another socket's refusals, and those of another window, are counted from the start.
  CHECK_FALSE(expelled(second, at(1s)));
}

TEST_CASE("refusals of an earlier window are no longer held against a socket") {
  EventMeter meter({.events_max = 1, .window = 60s});
  auto const flood = [&](std::uint64_t events, TimePoint now) {
    bool expelled = false;
    for (std::uint64_t i = 0; i < events; ++i) {
      auto const verdict = meter.admit(ada, first, EventClass::control, now);
      expelled = expelled || (!verdict && verdict.error().expel);
    }
    return expelled;
  };
  // One event of each flood is let through.
  CHECK_FALSE(flood(meter.refusals_max() + 1, at(0s)));
  CHECK_FALSE(flood(meter.refusals_max() + 1, at(61s)));
  CHECK(flood(2, at(62s)));
}

TEST_CASE("handshakes are counted by guest as well, apart from events") {
  EventMeter meter({.events_max = 5, .window = 60s});
  for (int i = 0; i < 5; ++i) REQUIRE(meter.admit_handshake(ada, at(0s)));
  auto const refused = meter.admit_handshake(ada, at(0s));
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == 12s);
  CHECK(meter.admit_handshake(bob, at(0s)));
  CHECK(meter.admit(ada, first, EventClass::control, at(0s)));
  CHECK(meter.admit_handshake(ada, at(12s)));
}

TEST_CASE("§13.2-off: without a limit everything is let through and nobody remembered") {
  EventMeter meter({.events_max = 0, .window = 60s});
  CHECK(admitted(meter, ada, EventClass::messages, 10'000, at(0s)) == 10'000);
  CHECK(meter.admit_handshake(ada, at(0s)));
  CHECK(meter.guests_remembered() == 0);
}

TEST_CASE("guests who have been quiet for a window are forgotten, others are not") {
  EventMeter meter({.events_max = 100, .window = 60s});
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(meter.admit(GuestId("guest_" + std::to_string(i)), first, EventClass::typing, at(0s)));
  }
  REQUIRE(admitted(meter, ada, EventClass::messages, 100, at(30s)) == 100);
  CHECK(meter.guests_remembered() == 1001);
  REQUIRE(meter.admit(bob, first, EventClass::control, at(61s)));
  CHECK(meter.guests_remembered() == 2);
  CHECK_FALSE(admitted(meter, ada, EventClass::messages, 100, at(61s)) == 100);
}

TEST_CASE("a window shorter than its tokens still fills, a nanosecond for each") {
  TokenBucket bucket;
  BucketSize const tiny{10'000'000'000, 1ms};
  CHECK_FALSE(bucket.take(tiny, at(0s)));
  CHECK_FALSE(bucket.is_full(at(0s)));
  CHECK(bucket.is_full(at(1ms)));
}
