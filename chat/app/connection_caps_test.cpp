#include "chat/app/connection_caps.h"

#include <doctest/doctest.h>

using namespace parley::chat;

TEST_CASE("a network has as many sockets as it may, and another when one has gone") {
  ConnectionCaps caps(2);
  CHECK(caps.is_limited());
  CHECK(caps.take("a"));
  CHECK(caps.take("a"));
  CHECK_FALSE(caps.take("a"));
  CHECK(caps.take("b"));
  caps.give_back("a");
  CHECK(caps.take("a"));
  CHECK_FALSE(caps.take("a"));
}

TEST_CASE("a network without sockets is forgotten") {
  ConnectionCaps caps(1);
  for (int i = 0; i < 1000; ++i) {
    CHECK(caps.take(std::to_string(i)));
    CHECK_FALSE(caps.take(std::to_string(i)));
  }
  CHECK(caps.networks() == 1000);
  for (int i = 0; i < 1000; ++i) caps.give_back(std::to_string(i));
  CHECK(caps.networks() == 0);
}

TEST_CASE("without a limit nothing is to be counted") { CHECK_FALSE(ConnectionCaps(0).is_limited()); }
