#include "parley/engineio/session.h"

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace parley;
using namespace parley::engineio;
using namespace std::chrono_literals;

namespace {

constexpr auto polling = TransportKind::polling;
constexpr auto websocket = TransportKind::websocket;

base::TimePoint at(std::chrono::milliseconds ms) { return base::TimePoint{ms}; }

SessionConfig const config{};  // 25 s, 20 s, 10 s

/// Outputs as text, so that a whole list can be compared at a glance.
std::string told(Output const& output) {
  struct Teller {
    std::string operator()(Deliver const& deliver) const { return "deliver " + std::string(deliver.packet.text()); }
    std::string operator()(Send const& send) const {
      return std::string("send ") + to_digit(send.type) + std::string(send.data) + " by " +
             std::string(to_string(send.via));
    }
    std::string operator()(SwitchToWebsocket) const { return "switch"; }
    std::string operator()(DropWebsocket) const { return "drop websocket"; }
    std::string operator()(SessionClosed const& closed) const { return std::string(to_string(closed.why)); }
  };
  return std::visit(Teller{}, output);
}

using Told = std::vector<std::string>;

Told told(Outputs const& outputs) {
  Told all;
  for (auto const& output : outputs) all.push_back(told(output));
  return all;
}

Told receive(Session& session, TransportKind from, std::string text, base::TimePoint now = at(1s)) {
  Outputs out;
  auto const packet = read_text_packet({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  session.receive(from, *packet, now, out);
  return told(out);
}

Told advance(Session& session, base::TimePoint now) {
  Outputs out;
  session.advance(now, out);
  return told(out);
}

Told lose(Session& session, TransportKind which, CloseReason why = CloseReason::transport_error) {
  Outputs out;
  session.transport_lost(which, why, out);
  return told(out);
}

Told close(Session& session, CloseReason why) {
  Outputs out;
  session.close(why, out);
  return told(out);
}

Session begun(TransportKind first) { return Session(config, first, at(0s)); }

enum class In { polls, probing, probed, upgraded, closed };

/// A session in the given state, at the time of one second.
Session session_in(In state) {
  auto session = begun(state == In::upgraded ? websocket : polling);
  if (state == In::probing || state == In::probed) session.websocket_opened(at(1s));
  if (state == In::probed) receive(session, websocket, "2probe");
  if (state == In::closed) close(session, CloseReason::forced_close);
  return session;
}

/// The outside does not show whether a probe was answered; there the test takes its own word for it.
In state_of(Session const& session, In before) {
  if (session.is_closed()) return In::closed;
  if (session.is_on(websocket)) return In::upgraded;
  if (session.may_probe()) return In::polls;
  return before == In::probed ? In::probed : In::probing;
}

struct Step {
  In state;
  TransportKind from;
  char const* packet;
  Told out;
  In then;
};

}  // namespace

TEST_CASE("every packet, in every state, from each transport moves a session as the picture says") {
  Told const nothing{};
  std::vector<Step> steps;
  // On the transport that carries the session.
  for (auto const& [state, from] : {std::pair{In::polls, polling}, std::pair{In::probing, polling},
                                    std::pair{In::probed, polling}, std::pair{In::upgraded, websocket}}) {
    steps.push_back({state, from, "4hello", {"deliver hello"}, state});
    steps.push_back({state, from, "3", nothing, state});
    steps.push_back({state, from, "1", {"transport close"}, In::closed});
    steps.push_back({state, from, "2", {"transport error"}, In::closed});
    steps.push_back({state, from, "2probe", {"transport error"}, In::closed});
    for (char const* ignored : {"0", "5", "6"}) steps.push_back({state, from, ignored, nothing, state});
  }
  // On the WebSocket that would like to.
  for (auto const state : {In::probing, In::probed}) {
    steps.push_back({state, websocket, "2probe", {"send 3probe by websocket", "send 6 by polling"}, In::probed});
    steps.push_back({state, websocket, "5", {"switch"}, In::upgraded});
    for (char const* wrong : {"0", "1", "2", "2other", "3", "3probe", "4hello", "6"}) {
      steps.push_back({state, websocket, wrong, {"drop websocket"}, In::polls});
    }
  }
  for (auto const from : {polling, websocket}) {
    for (char const* any : {"0", "1", "2", "2probe", "3", "4hello", "5", "6"}) {
      steps.push_back({In::closed, from, any, nothing, In::closed});
    }
  }
  CHECK(steps.size() == 4 * 8 + 2 * 10 + 2 * 8);
  for (auto const& step : steps) {
    CAPTURE(static_cast<int>(step.state));
    CAPTURE(to_string(step.from));
    CAPTURE(step.packet);
    auto session = session_in(step.state);
    CHECK(receive(session, step.from, step.packet) == step.out);
    CHECK(state_of(session, step.then) == step.then);
  }
}

TEST_CASE("the loss of a transport ends the session that it carries, and no other") {
  struct Case {
    In state;
    TransportKind which;
    Told out;
    In then;
  };
  for (auto const& each :
       {Case{In::polls, polling, {"transport error"}, In::closed}, Case{In::polls, websocket, {}, In::polls},
        Case{In::probing, polling, {"transport error"}, In::closed}, Case{In::probing, websocket, {}, In::polls},
        Case{In::probed, polling, {"transport error"}, In::closed}, Case{In::probed, websocket, {}, In::polls},
        Case{In::upgraded, polling, {}, In::upgraded}, Case{In::upgraded, websocket, {"transport error"}, In::closed},
        Case{In::closed, polling, {}, In::closed}, Case{In::closed, websocket, {}, In::closed}}) {
    CAPTURE(static_cast<int>(each.state));
    CAPTURE(to_string(each.which));
    auto session = session_in(each.state);
    CHECK(lose(session, each.which) == each.out);
    CHECK(state_of(session, each.then) == each.then);
  }
}

TEST_CASE("a session that is closed says so once, and has no deadline any more") {
  for (auto const state : {In::polls, In::probing, In::probed, In::upgraded}) {
    auto session = session_in(state);
    CHECK(session.deadline() < base::TimePoint::max());
    CHECK(close(session, CloseReason::server_shutting_down) == Told{"server shutting down"});
    CHECK(session.is_closed());
    CHECK_FALSE(session.may_probe());
    CHECK_FALSE(session.is_on(polling));
    CHECK_FALSE(session.is_on(websocket));
    CHECK(session.deadline() == base::TimePoint::max());
    CHECK(close(session, CloseReason::transport_error).empty());
    CHECK(advance(session, at(1h)).empty());
  }
}

TEST_CASE("only a session that polls may be probed, and a probe that has failed may be repeated") {
  CHECK(session_in(In::polls).may_probe());
  CHECK_FALSE(session_in(In::probing).may_probe());
  CHECK_FALSE(session_in(In::probed).may_probe());
  CHECK_FALSE(session_in(In::upgraded).may_probe());
  CHECK_FALSE(session_in(In::closed).may_probe());

  auto session = session_in(In::probing);
  lose(session, websocket);
  REQUIRE(session.may_probe());
  session.websocket_opened(at(2s));
  CHECK(receive(session, websocket, "2probe") == Told{"send 3probe by websocket", "send 6 by polling"});
  CHECK(receive(session, websocket, "5") == Told{"switch"});
  CHECK(session.is_on(websocket));
}

TEST_CASE("messages go by polling until the client has finished its upgrade") {
  for (auto const state : {In::polls, In::probing, In::probed}) {
    CHECK(session_in(state).is_on(polling));
    CHECK_FALSE(session_in(state).is_on(websocket));
  }
}

TEST_CASE("a session whose pong is overdue closes with ping timeout") {
  for (auto const first : {polling, websocket}) {
    auto session = begun(first);
    auto const ping = "send 2 by " + std::string(to_string(first));
    CHECK(session.deadline() == at(25s));
    CHECK(advance(session, at(25s) - 1ns).empty());
    CHECK(advance(session, at(25s)) == Told{ping});
    CHECK(session.deadline() == at(45s));
    CHECK(advance(session, at(45s) - 1ns).empty());
    CHECK(advance(session, at(45s)) == Told{"ping timeout"});
    CHECK(session.is_closed());
  }
}

TEST_CASE("a pong begins the next interval when it comes") {
  auto session = begun(websocket);
  CHECK(advance(session, at(25s)).size() == 1);
  CHECK(receive(session, websocket, "3", at(30s)).empty());
  CHECK(session.deadline() == at(55s));
  CHECK(advance(session, at(54s)).empty());
  CHECK(advance(session, at(55s)) == Told{"send 2 by websocket"});
  CHECK(session.deadline() == at(75s));
}

TEST_CASE("a ping is sent once, however often and late the clock is looked at") {
  auto session = begun(polling);
  CHECK(advance(session, at(30s)).size() == 1);
  CHECK(advance(session, at(31s)).empty());
  CHECK(session.deadline() == at(50s));
}

TEST_CASE("messages do not put off the heartbeat") {
  auto session = begun(websocket);
  receive(session, websocket, "4x", at(24s));
  CHECK(advance(session, at(25s)) == Told{"send 2 by websocket"});
  receive(session, websocket, "4x", at(44s));
  CHECK(advance(session, at(45s)) == Told{"ping timeout"});
}

TEST_CASE("while the probe waits for the client to pause, a poll is ended every 100 ms") {
  auto session = begun(polling);
  session.websocket_opened(at(1s));
  CHECK(session.deadline() == at(11s));
  CHECK(advance(session, at(1s)).empty());
  CHECK(receive(session, websocket, "2probe", at(2s)) == Told{"send 3probe by websocket", "send 6 by polling"});
  CHECK(session.deadline() == at(2s + Session::noop_interval));
  CHECK(advance(session, at(2s + 99ms)).empty());
  CHECK(advance(session, at(2s + 100ms)) == Told{"send 6 by polling"});
  CHECK(session.deadline() == at(2s + 200ms));
}

TEST_CASE("a probe that never finishes costs its WebSocket when its time is over, and polling goes on") {
  for (bool const answered : {false, true}) {
    auto session = begun(polling);
    session.websocket_opened(at(1s));
    if (answered) receive(session, websocket, "2probe", at(1s));
    CHECK(advance(session, at(11s)) == Told{"drop websocket"});
    CHECK(session.is_on(polling));
    CHECK(session.may_probe());
    CHECK(session.deadline() == at(25s));
    CHECK(receive(session, polling, "4on", at(12s)) == Told{"deliver on"});
  }
}

TEST_CASE("the heartbeat goes on by polling while a probe is under way, and by the WebSocket after it") {
  SessionConfig const slow{.heartbeat = {5s, 20s}, .upgrade_timeout = 1h};
  Session session(slow, polling, at(0s));
  session.websocket_opened(at(1s));
  CHECK(session.deadline() == at(5s));
  CHECK(advance(session, at(5s)) == Told{"send 2 by polling"});
  receive(session, polling, "3", at(6s));
  CHECK(receive(session, websocket, "5", at(7s)) == Told{"switch"});
  CHECK(advance(session, at(11s)) == Told{"send 2 by websocket"});
  // The pong to a ping by polling may come by the WebSocket: it is the session that is alive.
  CHECK(receive(session, websocket, "3", at(12s)).empty());
  CHECK(session.deadline() == at(17s));
}

TEST_CASE("an overdue pong ends a session in the middle of its upgrade") {
  SessionConfig const slow{.heartbeat = {5s, 3s}, .upgrade_timeout = 1h};
  Session session(slow, polling, at(0s));
  session.websocket_opened(at(1s));
  CHECK(advance(session, at(5s)).size() == 1);
  CHECK(session.deadline() == at(8s));
  CHECK(advance(session, at(8s)) == Told{"ping timeout"});
}

TEST_CASE("a binary message is delivered as it came") {
  auto session = begun(websocket);
  base::Bytes bytes{1, 2, 3};
  Outputs out;
  session.receive(websocket, {PacketType::message, true, bytes}, at(1s), out);
  REQUIRE(out.size() == 1);
  auto const* const deliver = std::get_if<Deliver>(&out[0]);
  REQUIRE(deliver);
  CHECK(deliver->packet.binary);
  CHECK(deliver->packet.data.data() == bytes.data());
}

TEST_CASE("whatever happens in whatever order, a session closes once and is silent afterwards") {
  std::mt19937 random(4);
  for (int round = 0; round < 2'000; ++round) {
    auto session = begun(random() % 2 ? polling : websocket);
    auto now = at(0s);
    int closed = 0;
    for (int step = 0; step < 40; ++step) {
      bool const was_closed = session.is_closed();
      auto const carrier = session.is_on(websocket) ? websocket : polling;
      Told out;
      switch (random() % 8) {
        case 0:
          if (session.may_probe()) session.websocket_opened(now);
          break;
        case 1:
          if (random() % 8 == 0) out = lose(session, random() % 2 ? polling : websocket);
          break;
        case 2:
          if (!was_closed) {
            // To act exactly when told is enough: there is always something to do then.
            now = std::max(now, session.deadline());
            out = advance(session, now);
            CHECK_FALSE(out.empty());
          }
          break;
        case 3:
          out = receive(session, websocket, random() % 2 ? "2probe" : "5", now);
          break;
        case 4:
          out = receive(session, carrier, "3", now);
          break;
        default:
          out = receive(session, carrier, std::string(1, static_cast<char>('0' + random() % 7)), now);
      }
      if (was_closed) CHECK(out.empty());
      if (!was_closed && session.is_closed()) ++closed;
      if (!session.is_closed()) CHECK(session.deadline() < base::TimePoint::max());
      now += std::chrono::milliseconds(random() % 3'000);
    }
    CHECK(closed <= 1);
    if (session.is_closed()) CHECK(closed == 1);
  }
}

TEST_CASE("the open packet tells a client what it must know of its session") {
  base::SessionId const id;
  CHECK(
      open_packet_data(id, config, true, 1'000'000) ==
      R"({"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  CHECK(open_packet_data(id, {.heartbeat = {300ms, 200ms}}, false, 5) ==
        R"({"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":5})");
}

TEST_CASE("every close reason has Socket.IO's own wording") {
  std::vector<std::string_view> const words{"client namespace disconnect",
                                            "server namespace disconnect",
                                            "transport close",
                                            "transport error",
                                            "ping timeout",
                                            "parse error",
                                            "forced close",
                                            "forced server close",
                                            "server shutting down"};
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(to_string(static_cast<CloseReason>(i)) == words[i]);
}
