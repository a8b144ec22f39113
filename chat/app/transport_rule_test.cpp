#include "chat/app/transport_rule.h"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::chat;

namespace {

server::HttpRequest request(std::string peer, http::Headers headers = {}) {
  server::HttpRequest made;
  made.head.headers = std::move(headers);
  made.peer = std::move(peer);
  return made;
}

server::HttpRequest over_tls(std::string peer) {
  auto made = request(std::move(peer));
  made.secure = true;
  return made;
}

TransportRule rule(std::optional<bool> require, bool production, unsigned trusted_proxies = 0) {
  Config config;
  config.require_secure = require;
  config.production = production;
  config.trusted_proxies = trusted_proxies;
  return TransportRule(config);
}

}  // namespace

TEST_CASE("a secure transport is required as told, and by default in production from elsewhere") {
  CHECK_FALSE(rule(std::nullopt, false).refuses(request("203.0.113.9")));
  CHECK_FALSE(rule(false, true).refuses(request("203.0.113.9")));
  CHECK(rule(std::nullopt, true).refuses(request("203.0.113.9")));
  CHECK_FALSE(rule(std::nullopt, true).refuses(over_tls("203.0.113.9")));
  for (auto const* here : {"127.0.0.1", "127.8.9.1", "::1"}) {
    CHECK_FALSE(rule(std::nullopt, true).refuses(request(here)));
    CHECK(rule(true, false).refuses(request(here)));
    CHECK_FALSE(rule(true, false).refuses(over_tls(here)));
  }
}

TEST_CASE("a proxy's word about the protocol counts when the proxy is trusted") {
  auto const proxied = request("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}});
  CHECK(rule(true, true, 0).refuses(proxied));
  CHECK_FALSE(rule(true, true, 1).refuses(proxied));
  // The client has written it before the proxy has.
  CHECK(rule(true, true, 1).refuses(request("127.0.0.1", {{"X-Forwarded-Proto", "https, http"}})));
}

TEST_CASE("a client behind a proxy of this machine is not on this machine") {
  http::Headers const forwarded{{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "http"}};
  CHECK(rule(std::nullopt, true, 1).refuses(request("127.0.0.1", forwarded)));
  // Nor is one that claims to be, when it reaches the port by itself.
  CHECK(rule(std::nullopt, true, 1).refuses(request("203.0.113.9", {{"X-Forwarded-For", "127.0.0.1"}})));
  CHECK_FALSE(rule(std::nullopt, true, 1).refuses(request("127.0.0.1")));
}
