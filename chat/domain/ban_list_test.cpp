#include "chat/domain/ban_list.h"

#include <doctest/doctest.h>

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Timestamp;

namespace {

Timestamp at(std::chrono::seconds time) { return Timestamp{} + time; }

Ban ban(Ban::Of of, std::string value, std::optional<Timestamp> until = {}, Timestamp made = at(0s)) {
  return {.of = of, .value = std::move(value), .reason = "spam", .at = made, .until = until};
}
std::vector<std::string> values(std::vector<Ban> const& bans) {
  std::vector<std::string> all;
  for (auto const& each : bans) all.push_back(each.value);
  return all;
}

}  // namespace

TEST_CASE("a banned guest is found, and nobody else") {
  BanList list;
  list.put(ban(Ban::Of::session, "guest_ada"));
  REQUIRE(list.of_guest(GuestId("guest_ada"), at(1s)));
  CHECK(list.of_guest(GuestId("guest_ada"), at(1s))->reason == "spam");
  CHECK_FALSE(list.of_guest(GuestId("guest_bob"), at(1s)));
  CHECK_FALSE(list.of_network("guest_ada", at(1s)));
}

TEST_CASE("a banned network is found, and no guest is named like it") {
  BanList list;
  list.put(ban(Ban::Of::address, "192.0.2.1"));
  CHECK(list.of_network("192.0.2.1", at(1s)));
  CHECK_FALSE(list.of_network("192.0.2.2", at(1s)));
  CHECK_FALSE(list.of_guest(GuestId("192.0.2.1"), at(1s)));
}

TEST_CASE("a ban ends at its time, one without end never does") {
  BanList list;
  list.put(ban(Ban::Of::session, "guest_ada", at(60s)));
  list.put(ban(Ban::Of::session, "guest_bob"));
  CHECK(list.of_guest(GuestId("guest_ada"), at(59s)));
  CHECK_FALSE(list.of_guest(GuestId("guest_ada"), at(60s)));
  CHECK(list.of_guest(GuestId("guest_bob"), at(1'000'000'000s)));
  CHECK(values(list.in_force(at(60s))) == std::vector<std::string>{"guest_bob"});
  CHECK(values(list.take_ended(at(60s))) == std::vector<std::string>{"guest_ada"});
  CHECK(list.take_ended(at(60s)).empty());
}

TEST_CASE("banning again replaces the ban") {
  BanList list;
  list.put(ban(Ban::Of::address, "192.0.2.1", at(10s)));
  list.put(ban(Ban::Of::address, "192.0.2.1", at(90s)));
  CHECK(list.of_network("192.0.2.1", at(50s)));
  CHECK(list.in_force(at(50s)).size() == 1);
}

TEST_CASE("a ban that is lifted is gone, and can be lifted only once") {
  BanList list;
  list.put(ban(Ban::Of::session, "guest_ada"));
  CHECK_FALSE(list.lift(Ban::Of::address, "guest_ada"));
  CHECK(list.lift(Ban::Of::session, "guest_ada"));
  CHECK_FALSE(list.lift(Ban::Of::session, "guest_ada"));
  CHECK_FALSE(list.of_guest(GuestId("guest_ada"), at(1s)));
}

TEST_CASE("bans are listed in the order in which they were made") {
  BanList list;
  list.put(ban(Ban::Of::address, "192.0.2.9", {}, at(30s)));
  list.put(ban(Ban::Of::session, "guest_b", {}, at(10s)));
  list.put(ban(Ban::Of::session, "guest_a", {}, at(20s)));
  CHECK(values(list.in_force(at(40s))) == std::vector<std::string>{"guest_b", "guest_a", "192.0.2.9"});
}
