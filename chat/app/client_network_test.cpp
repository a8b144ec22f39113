#include "chat/app/client_network.h"

#include <doctest/doctest.h>

using namespace parley::chat;

TEST_CASE("an IPv4 address stands for itself, however it is wrapped") {
  CHECK(network_of("192.0.2.7") == "192.0.2.7");
  CHECK(network_of("::ffff:192.0.2.7") == "192.0.2.7");
}

TEST_CASE("§13.1-address: all addresses of one IPv6 /64 are one network") {
  CHECK(network_of("2001:db8:0:1::1") == "2001:db8:0:1::/64");
  CHECK(network_of("2001:DB8:0:1:ffff:ffff:ffff:ffff") == "2001:db8:0:1::/64");
  CHECK(network_of("2001:db8:0:1::/64") == "2001:db8:0:1::/64");
  CHECK(network_of("2001:db8:0:2::1") == "2001:db8:0:2::/64");
  CHECK(network_of("::1") == "::/64");
}

TEST_CASE("what is no address is no network") {
  for (auto const* text : {"", "localhost", "192.0.2", "192.0.2.7/64", "192.0.2.7/24", "2001:db8::/48", "1:2", "/64"}) {
    CHECK_MESSAGE(!network_of(text), text);
  }
}
