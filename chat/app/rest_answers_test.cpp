#include "chat/app/rest_answers.h"

#include <doctest/doctest.h>

#include "chat/domain/content_rules.h"
#include "chat/domain/testing/contract_examples.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::JsonParser;
namespace http = parley::http;

namespace {

GuestSession ada() {
  Location helsinki;
  helsinki.country = "FI";
  helsinki.region = "Uusimaa";
  helsinki.city = "Helsinki";
  GuestSession session;
  session.id = GuestId("guest_0b9c6d1e-5a3f-4c27-9d81-2e4f6a8b0c1d");
  session.key = SessionKey("c5d4e3f2-a1b0-4c9d-8e7f-6a5b4c3d2e1f");
  session.username = "Ada_1815";
  session.profile = {helsinki, "f", "fi"};
  // 2026-11-24T20:15:30.123Z
  session.last_seen = parley::base::Timestamp{1'795'551'330'123ms};
  return session;
}

std::string const token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VySWQiOiJndWVzdCJ9.p7Qf3mYw0Xc5sJt1VhKb9uZaLr8NgD2eOiTx4RkWyB6";

void check(std::string_view example, http::Response const& answer, unsigned status) {
  CAPTURE(example);
  auto const slash = example.find('/');
  CHECK(answer.status == status);
  CHECK(answer.headers.find("content-type") == "application/json; charset=utf-8");
  for (auto const& each : contract_examples("rest/" + std::string(example.substr(0, slash)))) {
    if (each.name == example.substr(slash + 1)) {
      CHECK(comparable(answer.body) == comparable(each.text));
      return;
    }
  }
  FAIL("there is no such example");
}

}  // namespace

TEST_CASE("a guest is told about itself as the contract's examples show") {
  auto const session = ada();
  auto const with_token = [&] { return Json::object({{"token", token}, {"user", new_user(session)}}); };
  check("guest.created/full", success(with_token(), 201, "Guest session created successfully"), 201);
  check("guest.refreshed/full", success(with_token()), 200);
  check("guest.me/ada", success(Json::object({{"user", own_user(session)}})), 200);
  check("guest.location/full", success(to_tree(session.profile), 200, "Location updated successfully"), 200);
  check("guest.location/nothing", success(to_tree(Profile{}), 200, "Location updated successfully"), 200);
}

TEST_CASE("a guest is told to others as the contract's examples show") {
  Conversation chat(GuestId("guest_7f1e2d3c-4b5a-4697-8f0e-1d2c3b4a5968"), ada().id, 1, {});
  auto chatting = ada();
  chatting.socket = SocketId{};
  chatting.state = GuestSession::InChat{&chat};
  check("guest.session/chatting", success(Json::object({{"user", known_user(chatting)}})), 200);
  auto offline = ada();
  offline.profile = {};
  check("guest.session/offline", success(Json::object({{"user", known_user(offline)}})), 200);
}

TEST_CASE("refusals over REST are written as the contract's examples show") {
  check("unauthorized/required", unauthorized(Refusal::token_required_over_rest), 401);
  check("unauthorized/invalid", unauthorized(Refusal::token_invalid), 401);
  check("unauthorized/expired", unauthorized(Refusal::token_expired), 401);
  check("unauthorized/not-guest", unauthorized(Refusal::not_guest), 401);
  check("unauthorized/gone", unauthorized(Refusal::session_expired), 401);
  check("not.found/only", not_found(), 404);
  check("session.not.found/read", failure(404, text_of(Refusal::session_expired).message), 404);
  check("failure/coded", failure(503, text_of(Refusal::shutting_down).message, text_of(Refusal::shutting_down).code),
        503);
  check("done/only", success({}), 200);
}

TEST_CASE("faults of a body are told as the contract's example shows, with the value where there was one") {
  JsonParser parser;
  auto const body = parser.parse(R"({"username":"<b>x</b>"})");
  REQUIRE(body);
  std::vector<FieldFault> faults;
  read_username(*body, faults);
  check("validation.failed/one", validation_failed(faults), 400);
}

TEST_CASE("bodies that clients send are read if they are good examples of the contract, and not otherwise") {
  for (auto const* folder : {"guest.request", "guest.location.request"}) {
    for (auto const& example : contract_examples("rest/" + std::string(folder))) {
      CAPTURE(folder);
      CAPTURE(example.name);
      JsonParser parser;
      auto const body = parser.parse(example.text);
      REQUIRE(body);
      std::vector<FieldFault> faults;
      read_username(*body, faults);
      read_profile_update(*body, faults);
      CHECK(faults.empty() == example.is_good);
    }
  }
}
