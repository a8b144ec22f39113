#include "chat/auth/turn_credentials.h"

#include <doctest/doctest.h>

using namespace parley::chat;

TEST_CASE("a TURN user name tells until when it is good, and its credential is the keyed digest of that name") {
  auto const made = issue_turn_credentials("a secret shared with coturn", "guest_1f0c",
                                           std::chrono::sys_seconds{std::chrono::seconds{1'800'003'600}});
  CHECK(made.username == "1800003600:guest_1f0c");
  // printf %s 1800003600:guest_1f0c | openssl dgst -sha1 -hmac 'a secret shared with coturn' -binary | base64
  CHECK(made.credential == "mx/Dp535+oJGtnekNwmLXIaUfpA=");
}

TEST_CASE("TURN credentials of another secret, guest or time are others") {
  using std::chrono::seconds, std::chrono::sys_seconds;
  auto const credential = [](std::string_view secret, std::string_view name, int at) {
    return issue_turn_credentials(secret, name, sys_seconds{seconds{at}}).credential;
  };
  auto const one = credential("secret", "guest_1", 100);
  CHECK(one == credential("secret", "guest_1", 100));
  CHECK(one != credential("secreT", "guest_1", 100));
  CHECK(one != credential("secret", "guest_2", 100));
  CHECK(one != credential("secret", "guest_1", 101));
}
