#include "parley/socketio/ack.h"

#include <doctest/doctest.h>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

namespace {

struct Asked {
  Asked() {
    world.on_connection([this](Socket& joined) { socket = joined.shared_from_this(); });
    peer = std::make_unique<Peer>(world);
    peer->join();
  }
  /// Asks, and returns the id under which the client was asked.
  std::string ask(std::optional<base::Duration> timeout) {
    answer = result_of(socket->emit_with_ack(timeout, "question", 1));
    auto const told = peer->take();
    REQUIRE(told.size() == 1);
    return told[0].substr(1, told[0].find('[') - 1);
  }
  World world;
  std::shared_ptr<Socket> socket;
  std::unique_ptr<Peer> peer;
  std::shared_ptr<std::optional<Answer>> answer;
};

}  // namespace

TEST_CASE("a client's answer arrives with all its arguments") {
  Asked asked;
  auto const id = asked.ask(1s);
  CHECK_FALSE(asked.answer->has_value());
  asked.peer->say("3" + id + R"(["yes",{"n":1}])");
  REQUIRE(asked.answer->has_value());
  REQUIRE(**asked.answer);
  CHECK((***asked.answer)[0].as_string() == "yes");
  CHECK((***asked.answer)[1]["n"].as_int() == 1);
  CHECK((***asked.answer).size() == 2);
}

TEST_CASE("a client's answer may be binary") {
  Asked asked;
  auto const id = asked.ask({});
  asked.peer->say("61-" + id + R"([{"_placeholder":true,"num":0}])");
  asked.peer->say(base::Bytes{1, 2});
  REQUIRE(asked.answer->has_value());
  CHECK(*(***asked.answer)[0].as_binary() == base::Bytes{1, 2});
}

TEST_CASE("an answer that does not come in time is given up, and one that comes later is ignored") {
  Asked asked;
  auto const id = asked.ask(1s);
  asked.world.pass(999ms);
  CHECK_FALSE(asked.answer->has_value());
  asked.world.pass(1ms);
  REQUIRE(asked.answer->has_value());
  CHECK((*asked.answer)->error() == AckError::timeout);
  CHECK(to_string(AckError::timeout) == "operation has timed out");
  asked.peer->say("3" + id + R"(["late"])");
  CHECK_FALSE(asked.peer->closed);
}

TEST_CASE("a time-out after the answer changes nothing") {
  Asked asked;
  auto const id = asked.ask(1s);
  asked.peer->say("3" + id + "[1]");
  asked.world.pass(2s);
  CHECK((***asked.answer)[0].as_int() == 1);
}

TEST_CASE("without a time-out a question waits as long as its socket lives") {
  Asked asked;
  asked.ask({});
  asked.world.pass(24h);
  CHECK_FALSE(asked.answer->has_value());
  asked.peer->lose(CloseReason::transport_close);
  REQUIRE(asked.answer->has_value());
  CHECK((*asked.answer)->error() == AckError::disconnected);
}

TEST_CASE("a socket that has left is asked in vain, and at once") {
  Asked asked;
  asked.peer->lose(CloseReason::transport_close);
  auto const answer = result_of(asked.socket->emit_with_ack({}, "question"));
  REQUIRE(answer->has_value());
  CHECK((*answer)->error() == AckError::disconnected);
}

TEST_CASE("an answer is taken once, and answers to nothing are ignored") {
  Asked asked;
  auto const id = asked.ask({});
  for (std::string const stray : {"3[1]", "3999999[1]", "318446744073709551615[1]"}) asked.peer->say(stray);
  CHECK_FALSE(asked.answer->has_value());
  asked.peer->say("3" + id + "[1]");
  asked.peer->say("3" + id + "[2]");
  CHECK((***asked.answer)[0].as_int() == 1);
  CHECK_FALSE(asked.peer->closed);
}

TEST_CASE("questions are told apart, in whatever order their answers come") {
  Asked asked;
  auto const first_id = asked.ask(1s);
  auto const first = asked.answer;
  auto const second_id = asked.ask(1s);
  CHECK(first_id != second_id);
  asked.peer->say("3" + second_id + "[2]");
  CHECK_FALSE(first->has_value());
  asked.peer->say("3" + first_id + "[1]");
  CHECK((***first)[0].as_int() == 1);
  CHECK((***asked.answer)[0].as_int() == 2);
}

TEST_CASE("one client cannot answer what another was asked") {
  Asked asked;
  auto const id = asked.ask({});
  auto const socket = asked.socket;
  Peer other(asked.world);
  other.join();
  other.say("3" + id + R"(["not mine"])");
  CHECK_FALSE(asked.answer->has_value());
  asked.peer->say("3" + id + R"(["mine"])");
  CHECK((***asked.answer)[0].as_string() == "mine");
}

TEST_CASE("a coroutine that is told that its socket has left may ask again without harm") {
  Asked asked;
  int turns = 0;
  base::start(
      [](Socket& socket, int& count) -> base::Task<> {
        for (; count < 5; ++count) {
          auto const answer = co_await socket.emit_with_ack({}, "question");
          CHECK(answer.error() == AckError::disconnected);
        }
      }(*asked.socket, turns),
      [](std::exception_ptr) {});
  CHECK(turns == 0);
  asked.peer->lose(CloseReason::transport_close);
  CHECK(turns == 5);
}
