#include "chat/app/rest_limits.h"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

base::TimePoint at(base::Duration time) { return base::TimePoint{} + 1h + time; }

Config limited_to(std::uint64_t requests) {
  Config config;
  config.rest_requests_max = requests;
  return config;
}

}  // namespace

TEST_CASE("only the paths of guests, files and statistics are limited, with all below them") {
  RestLimits limits{Config{}};
  for (auto const* path : {"/api/guest", "/api/guest/me", "/api/files/upload", "/api/files/nonsense", "/api/stats",
                           "/api/stats/online-users", "/api/socket/stats"}) {
    CHECK_MESSAGE(limits.count_request(path, "a", at(0s)), path);
  }
  for (auto const* path : {"/health", "/health/ready", "/metrics", "/api/temp-files/temp/x", "/api/guests", "/api",
                           "/api/webrtc/ice-servers", "/api/socket", "/"}) {
    CHECK_MESSAGE(!limits.count_request(path, "a", at(0s)), path);
  }
}

TEST_CASE("all limited paths draw on one allowance") {
  RestLimits limits(limited_to(2));
  CHECK(limits.count_request("/api/guest", "a", at(0s))->admitted);
  CHECK(limits.count_request("/api/stats", "a", at(0s))->admitted);
  CHECK_FALSE(limits.count_request("/api/files/upload", "a", at(0s))->admitted);
  CHECK(limits.count_request("/api/files/upload", "b", at(0s))->admitted);
}

TEST_CASE("§13.1-uploads: uploads have an allowance of their own, for an hour") {
  Config config;
  config.uploads_per_hour_max = 1;
  RestLimits limits(config);
  CHECK(limits.count_upload("a", at(0s)).admitted);
  auto const refused = limits.count_upload("a", at(1min));
  CHECK_FALSE(refused.admitted);
  CHECK(refused.resets_in == 59min);
  CHECK(limits.count_request("/api/files/upload", "a", at(1min))->admitted);
  CHECK(limits.count_upload("a", at(1h)).admitted);
}

TEST_CASE("a refusal says in words and headers how long to wait, in whole seconds that are enough") {
  RestLimits limits(limited_to(1));
  limits.count_request("/api/guest", "a", at(0s));
  auto const standing = *limits.count_request("/api/guest", "a", at(500ms));
  auto const refused = too_many_requests("/api/guest", standing);
  CHECK(refused.status == 429);
  CHECK(refused.headers.find("RateLimit-Limit") == "1");
  CHECK(refused.headers.find("RateLimit-Remaining") == "0");
  CHECK(refused.headers.find("RateLimit-Reset") == "900");
  CHECK(refused.headers.find("Retry-After") == "900");
  CHECK(refused.body == R"({"success":false,"message":"Too many API requests, please try again later."})");
}

TEST_CASE("routes of files repeat the text as an error") {
  RestLimits limits{Config{}};
  auto const standing = *limits.count_request("/api/files/upload", "a", at(0s));
  CHECK(too_many_requests("/api/files/upload", standing).body ==
        R"({"success":false,"message":"Too many API requests, please try again later.",)"
        R"("error":"Too many API requests, please try again later."})");
  CHECK(too_many_uploads(standing).body ==
        R"({"success":false,"message":"Too many file uploads, please try again in an hour.",)"
        R"("error":"Too many file uploads, please try again in an hour."})");
}
