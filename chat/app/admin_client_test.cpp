#include "chat/app/admin_client.h"

#include <doctest/doctest.h>

using namespace parley::chat;
using parley::base::Json;

namespace {

Json asked(std::string_view what) { return Json::object({{"do", what}}); }
Json parsed(std::string_view text) {
  auto json = Json::parse(text);
  REQUIRE(json);
  return *json;
}

}  // namespace

TEST_CASE("a report is told with who, about whom, from where, and what was said last") {
  auto const answer = parsed(R"({"ok":true,"total":7,"reports":[{"id":"r1","at":"2026-01-02T03:04:05.678Z",
    "roomId":"x","by":{"id":"guest_a","username":"Ada"},"about":{"id":"guest_b","username":"Bob",
    "address":"192.0.2.1"},"reason":"spam","details":"buys gold","messages":[
    {"senderUsername":"Bob","type":"text","content":"cheap gold"},
    {"senderUsername":"Ada","type":"voice","content":{"duration":3}}]}]})");
  CHECK(told(asked("reports"), answer) ==
        "report r1  2026-01-02T03:04:05.678Z  spam\n"
        "  by     Ada  guest_a\n"
        "  about  Bob  guest_b  192.0.2.1\n"
        "  says   buys gold\n"
        "  | Bob: cheap gold\n"
        "  | Ada: (voice) {\"duration\":3}\n"
        "\n"
        "1 of 7 reports\n");
  CHECK(told(asked("reports"), parsed(R"({"ok":true,"total":0,"reports":[]})")) == "no reports\n");
}

TEST_CASE("what guests write cannot reach the terminal as a command") {
  auto const answer = parsed(R"({"ok":true,"total":1,"reports":[{"id":"r1","at":"","by":{},"about":{},"reason":"abuse",
    "details":"a\u001b[2Jb\nc\u009b31md\u007f","messages":[{"senderUsername":"Bob","content":"\u001b]0;x\u0007 é"}]}]})");
  auto const shown = told(asked("reports"), answer);
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find("says   a?[2Jb?c?31md?\n") != std::string::npos);
  CHECK(shown.find("| Bob: ?]0;x? é\n") != std::string::npos);
}

TEST_CASE("bans are told with their end and their reason") {
  auto const answer = parsed(R"({"ok":true,"bans":[
    {"of":"session","value":"guest_a","reason":"","at":"T1","until":null},
    {"of":"address","value":"192.0.2.1","reason":"spam","at":"T2","until":"T3"}]})");
  CHECK(told(asked("bans"), answer) ==
        "session guest_a  since T1  for good\n"
        "address 192.0.2.1  since T2  until T3  spam\n");
  CHECK(told(asked("bans"), parsed(R"({"ok":true,"bans":[]})")) == "no bans\n");
}
