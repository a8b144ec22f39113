#include "chat/app/rest.h"

#include <doctest/doctest.h>

#include "chat/app/rest_answers.h"
#include "chat/app/web_policy.h"
#include "chat/domain/testing/seeded_random.h"
#include "chat/storage/memory_storage.h"

using namespace parley::chat;
using namespace std::chrono_literals;
namespace http = parley::http;

namespace {

/// A desk that reaches nobody, asked over REST.
struct Counter {
  Counter() { desk.go_on_from(Snapshot{}); }
  using Answer = rest::Task<http::Response> (*)(LobbyDesk&, rest::HttpRequest const&);
  struct Reply {
    unsigned status;
    Json body;
  };

  Reply ask(Answer answer, std::string body = {}, std::string token = {}) {
    rest::HttpRequest request;
    request.body = std::move(body);
    request.parameters = parameters;
    if (!token.empty()) request.head.headers.set("Authorization", "Bearer " + token);
    std::optional<http::Response> answered;
    auto const run = [](rest::Task<http::Response> task, auto& out) -> rest::Task<void> {
      out.emplace(co_await std::move(task));
    };
    parley::base::start(run(answer(desk, request), answered), [](std::exception_ptr thrown) { CHECK_FALSE(thrown); });
    REQUIRE(answered);
    auto const& response = *answered;
    CHECK(response.headers.find("content-type") == "application/json; charset=utf-8");
    return {response.status, *Json::parse(response.body)};
  }
  std::string guest(std::string body = {}) {
    auto const made = ask(rest::create_guest, std::move(body));
    REQUIRE(made.status == 201);
    return std::string(*made.body["data"]["token"].as_string());
  }

  Now now{parley::base::TimePoint{} + 1h, parley::base::Timestamp{1'800'000'000'000ms}};
  SeededRandom random{1};
  MemoryStorage storage;
  std::vector<std::pair<std::string, std::string>> parameters;
  LobbyDesk desk{{},
                 1s,
                 TokenAuthority("a secret of at least thirty-two bytes", 1h),
                 storage,
                 random,
                 {[](Effects const&) {}, [](RealtimeStats const&) {},
                  [](parley::base::Duration, parley::base::Function<void()> const&) {}, [this] { return now; }}};
};

http::RequestHead from(std::string_view origin) {
  http::RequestHead head;
  head.headers.set("Host", "chat.example:3001");
  if (!origin.empty()) head.headers.set("Origin", origin);
  return head;
}

}  // namespace

TEST_CASE("a new guest is told everything about itself, unset values as null") {
  Counter counter;
  auto const [status, body] = counter.ask(rest::create_guest, R"({"username":" Ada ","language":"fi"})");
  CHECK(status == 201);
  auto const& user = body["data"]["user"];
  CHECK(user["username"] == Json("Ada"));
  CHECK(user["language"] == Json("fi"));
  CHECK(user.find("location") != nullptr);
  CHECK(user["location"].is_null());
  CHECK(user["id"].as_string()->starts_with("guest_"));
  CHECK(body["message"] == Json("Guest session created successfully"));
}

TEST_CASE("a body may be missing but not broken, and its faults are told by field") {
  Counter counter;
  CHECK(counter.ask(rest::create_guest, "").status == 201);
  CHECK(counter.ask(rest::create_guest, " \n").status == 201);
  CHECK(counter.ask(rest::create_guest, "{").body["message"] == Json("Invalid JSON body"));
  auto const [status, body] = counter.ask(rest::create_guest, R"({"username":"a","gender":1})");
  CHECK(status == 400);
  REQUIRE(body["errors"].elements().size() == 2);
  CHECK(body["errors"].elements()[0]["path"] == Json("username"));
  CHECK(body["errors"].elements()[1]["value"] == Json(1));
}

TEST_CASE("routes for a guest need its token") {
  Counter counter;
  for (auto const route :
       {rest::tell_me, rest::update_profile, rest::refresh, rest::delete_me, rest::statistics, rest::online_users}) {
    auto const [status, body] = counter.ask(route);
    CHECK(status == 401);
    CHECK(body["message"] == Json("Access token is required"));
    CHECK(counter.ask(route, "", "nonsense").body["code"] == Json("TOKEN_INVALID"));
  }
  auto const token = counter.guest();
  CHECK(counter.ask(rest::tell_me, "", token).status == 200);
  CHECK(counter.ask(rest::delete_me, "", token).status == 200);
  CHECK(counter.ask(rest::tell_me, "", token).body["code"] == Json("SESSION_NOT_FOUND"));
}

TEST_CASE("a session is found by its secret name") {
  Counter counter;
  auto const made = counter.ask(rest::create_guest).body["data"]["user"];
  counter.parameters = {{"sessionId", std::string(*made["sessionId"].as_string())}};
  auto const found = counter.ask(rest::tell_guest).body["data"]["user"];
  CHECK(found["id"] == made["id"]);
  CHECK(found["isOnline"] == Json(false));
  CHECK(found["connectedUser"].is_null());
  counter.parameters = {{"sessionId", std::string(*made["id"].as_string())}};
  CHECK(counter.ask(rest::tell_guest).status == 404);
}

TEST_CASE("a profile keeps what an update does not name, and loses what it names as null") {
  Counter counter;
  auto const token = counter.guest(R"({"gender":"f","language":"fi"})");
  auto const [status, body] =
      counter.ask(rest::update_profile, R"({"gender":null,"location":{"city":"Espoo"}})", token);
  CHECK(status == 200);
  CHECK(body["data"].dump() == R"({"location":{"city":"Espoo"},"gender":null,"language":"fi"})");
  CHECK(counter.ask(rest::update_profile, R"({"language":7})", token).status == 400);
}

TEST_CASE("a server that stops is no longer ready") {
  Counter counter;
  CHECK(counter.ask(rest::ready).status == 200);
  counter.desk.shut_down();
  CHECK(counter.ask(rest::ready).status == 503);
}

TEST_CASE("the token of a header counts in its own scheme alone") {
  CHECK(rest::bearer_token("Bearer abc") == "abc");
  CHECK(rest::bearer_token("bearer  abc ") == "abc");
  for (std::string_view const none : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "Token abc"}) {
    CAPTURE(none);
    CHECK(rest::bearer_token(none).empty());
  }
}

TEST_CASE("listed origins, a star and the server's own are allowed, nothing else") {
  using enum WebPolicy::Came;
  WebPolicy const policy({"https://one.example"});
  auto const allows = [&](std::string_view origin, WebPolicy::Came came) {
    return policy.allows(origin, from(origin), came);
  };
  CHECK(allows("https://one.example", plainly));
  CHECK(allows("http://chat.example:3001", plainly));
  CHECK(allows("https://chat.example:3001", securely));
  CHECK_FALSE(allows("http://chat.example:3001", securely));
  for (std::string_view const stranger :
       {"https://chat.example:3001", "http://chat.example", "https://two.example", "https://one.example:444", "null",
        "https://one.example,https://two.example"}) {
    CAPTURE(stranger);
    CHECK_FALSE(allows(stranger, plainly));
    http::Headers headers;
    policy.add_cors_headers(from(stranger), headers, plainly);
    CHECK_FALSE(headers.find("Access-Control-Allow-Origin"));
    CHECK(headers.find("Vary") == "Origin");
  }
  CHECK(WebPolicy({"*"}).allows("https://anyone.example", from("https://anyone.example"), plainly));
}
