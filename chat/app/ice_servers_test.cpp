#include "chat/app/ice_servers.h"

#include <doctest/doctest.h>

#include "chat/auth/turn_credentials.h"

using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

constexpr parley::base::Timestamp now{1'800'000'000'500ms};
GuestId const guest("guest_1f0c");

std::string told(Config const& config) { return IceServers(config).for_guest(guest, now).dump(); }

}  // namespace

TEST_CASE("without any setting guests are told of a public STUN server alone") {
  CHECK(told({}) == R"({"iceServers":[{"urls":["stun:stun.l.google.com:19302"]}]})");
}

TEST_CASE("lists of servers are told in their order, and a fixed user goes with the TURN servers only") {
  Config config;
  config.stun_server = "stun:a.example, stun:b.example:3479";
  config.turn_server = "turn:a.example?transport=udp,turns:a.example:5349";
  config.turn_username = "parley";
  config.turn_credential = "pass";
  CHECK(told(config) == R"({"iceServers":[{"urls":["stun:a.example","stun:b.example:3479"]},)"
                        R"({"urls":["turn:a.example?transport=udp","turns:a.example:5349"],)"
                        R"("username":"parley","credential":"pass"}]})");
}

TEST_CASE("with a shared secret each guest gets credentials of its own for one hour, and is told until when") {
  Config config;
  config.stun_server = "";
  config.turn_server = "turn:a.example";
  config.turn_username = "unused";
  config.turn_secret = "shared";
  auto const made = issue_turn_credentials("shared", "guest_1f0c", std::chrono::sys_seconds{1'800'003'600s});
  CHECK(told(config) == R"({"iceServers":[{"urls":["turn:a.example"],"username":"1800003600:guest_1f0c",)"
                        R"("credential":")" +
                            made.credential + R"("}],"ttl":3600,"expiresAt":"2027-01-15T09:00:00.000Z"})");
}

TEST_CASE("without servers the list is empty") {
  Config config;
  config.stun_server = "";
  CHECK(told(config) == R"({"iceServers":[]})");
}

TEST_CASE("a list of ICE servers holds URLs of its own scheme") {
  for (auto const* good : {"", "turn:a", "turns:a:5349?transport=tcp", "turn:a:3478?transport=udp, turn:[::1]:3478"}) {
    CAPTURE(good);
    CHECK(!fault_of_ice_urls(good, "turn"));
  }
  for (auto const* bad : {"a.example", "stun:a", "turn:", "turn://a", "turn:a, b", "turn:a b", "turnx:a"}) {
    CAPTURE(bad);
    CHECK(fault_of_ice_urls(bad, "turn") == "must be URLs such as turn:turn.example:3478, separated by commas");
  }
}
