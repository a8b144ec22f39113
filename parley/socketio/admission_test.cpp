#include <doctest/doctest.h>

#include <stdexcept>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

TEST_CASE("connection middlewares run in order, and the first refusal ends the matter") {
  World world;
  std::string calls;
  auto& spec = world.of("/");
  spec.middlewares.push_back(make_middleware([&](Socket& socket) -> Verdict {
    calls += '1';
    CHECK_FALSE(socket.connected());
    socket.data().set("seen", true);
    return {};
  }));
  spec.middlewares.push_back(make_middleware([&](Socket& socket) -> Verdict {
    calls += '2';
    if (socket.handshake().auth["token"].as_string() == "good") return {};
    return base::fail(ConnectError{"not you", base::Json::object({{"code", 7}})});
  }));
  spec.middlewares.push_back(make_middleware([&](Socket&) -> Verdict {
    calls += '3';
    return {};
  }));
  world.on_connection([&](Socket& socket) {
    calls += 'c';
    CHECK(socket.data()["seen"].as_bool() == true);
  });
  Peer peer(world);
  peer.say(R"(0{"token":"bad"})");
  CHECK(calls == "12");
  CHECK(peer.take() == Told{R"(4{"message":"not you","data":{"code":7}})"});
  peer.say(R"(0{"token":"good"})");
  CHECK(calls == "12123c");
  CHECK(peer.take().size() == 1);
}

TEST_CASE("a middleware that waits holds back its client alone") {
  World world;
  std::vector<base::Completion<int>> waiting(2);
  std::size_t asked = 0;
  world.of("/").middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    auto& mine = waiting[asked++];
    if (co_await mine == 1) co_return Verdict{};
    co_return base::fail(ConnectError{"no", {}});
  }));
  Peer one(world), other(world);
  one.say("0");
  other.say("0");
  CHECK(one.take().empty());
  waiting[1].resolver()(1);
  CHECK(other.take().size() == 1);
  CHECK(one.take().empty());
  waiting[0].resolver()(0);
  CHECK(one.take() == Told{R"(4{"message":"no"})"});
}

TEST_CASE("a client that goes while a middleware waits joins nothing and frees everything") {
  World world;
  base::Completion<int> later;
  std::weak_ptr<Socket> seen;
  int joined = 0;
  world.of("/").middlewares.push_back(make_middleware([&](Socket& socket) -> base::Task<Verdict> {
    seen = socket.weak_from_this();
    static_cast<void>(co_await later);
    co_return Verdict{};
  }));
  world.on_connection([&](Socket&) { ++joined; });
  auto peer = std::make_unique<Peer>(world);
  peer->say("0");
  CHECK_FALSE(seen.expired());
  peer->lose(CloseReason::transport_close);
  peer.reset();
  CHECK_FALSE(seen.lock()->client());
  later.resolver()(1);
  CHECK(joined == 0);
  CHECK(seen.expired());
  CHECK(world.hub().find("/")->rooms().size() == 0);
}

TEST_CASE("a second wish to join while the first is decided closes the session") {
  World world;
  base::Completion<int> later;
  world.of("/").middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    static_cast<void>(co_await later);
    co_return Verdict{};
  }));
  Peer peer(world);
  peer.say("0");
  peer.say("0");
  CHECK(peer.closed == CloseReason::forced_server_close);
  later.resolver()(1);
  CHECK(peer.take().empty());
}

TEST_CASE("events that come while a middleware decides are handled after the welcome, in order") {
  World world;
  base::Completion<int> later;
  world.of("/").middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    static_cast<void>(co_await later);
    co_return Verdict{};
  }));
  world.of("/").on_connection.push_back(make_connection_handler([](Socket& socket) {
    socket.emit("welcome");
    socket.on("echo", [&socket](Arg value) { socket.emit("echo", value); });
  }));
  Peer peer(world);
  peer.say("0");
  peer.say(R"(2["echo",1])");
  peer.say(R"(2["echo",2])");
  CHECK(peer.take().empty());
  later.resolver()(1);
  auto const told = peer.take();
  REQUIRE(told.size() == 4);
  CHECK(told[1] == R"(2["welcome"])");
  CHECK(told[2] == R"(2["echo",1])");
  CHECK(told[3] == R"(2["echo",2])");
}

TEST_CASE("events of a client that is not let in go nowhere, and too many of them end it") {
  World world;
  base::Completion<int> later;
  world.of("/").middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    static_cast<void>(co_await later);
    co_return base::fail(ConnectError{"no", {}});
  }));
  Peer refused(world);
  refused.say("0");
  refused.say(R"(2["too soon"])");
  later.resolver()(1);
  CHECK(refused.take() == Told{R"(4{"message":"no"})"});
  CHECK_FALSE(refused.closed);

  Peer flooding(world);
  later = {};
  flooding.say("0");
  auto const large = R"(2[")" + std::string(400'000, 'x') + R"("])";
  for (int i = 0; i < 2; ++i) flooding.say(large);
  CHECK_FALSE(flooding.closed);
  flooding.say(large);
  CHECK(flooding.closed == CloseReason::forced_server_close);
  // The middleware still waits; let it end.
  later.resolver()(1);
}

TEST_CASE("an event for a namespace that was never asked for closes the session") {
  World world;
  Peer peer(world);
  peer.say(R"(2["too soon"])");
  CHECK(peer.closed == CloseReason::forced_server_close);
}

TEST_CASE("a socket that has not joined yet sends nothing and hears that nobody will answer") {
  World world;
  std::shared_ptr<std::optional<Answer>> answer;
  world.of("/").middlewares.push_back(make_middleware([&](Socket& socket) -> Verdict {
    socket.emit("early");
    answer = result_of(socket.emit_with_ack(1s, "early"));
    socket.disconnect();
    socket.disconnect(true);
    return base::fail(ConnectError{"no", {}});
  }));
  Peer peer(world);
  peer.say("0");
  CHECK(peer.take() == Told{R"(4{"message":"no"})"});
  REQUIRE(answer->has_value());
  CHECK((*answer)->error() == AckError::disconnected);
}

TEST_CASE("a middleware that throws, at once or later, refuses the client") {
  World world;
  base::Completion<int> later;
  world.of("/now").middlewares.push_back(
      make_middleware([](Socket&) -> Verdict { throw std::runtime_error("at once"); }));
  world.of("/later").middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    static_cast<void>(co_await later);
    throw std::runtime_error("later");
  }));
  Peer peer(world);
  peer.say("0/now,");
  CHECK(peer.take() == Told{R"(4/now,{"message":"Internal server error"})"});
  peer.say("0/later,");
  CHECK(peer.take().empty());
  later.resolver()(1);
  CHECK(peer.take() == Told{R"(4/later,{"message":"Internal server error"})"});
  CHECK_FALSE(peer.closed);
}

TEST_CASE("a pattern makes a namespace of every name that it accepts") {
  World world;
  auto& pattern = world.of_pattern([](std::string_view name, base::Json const& auth) {
    return name.starts_with("/dynamic-") && auth["refuse"].is_null();
  });
  std::vector<std::string> joined;
  pattern.on_connection.push_back(make_connection_handler([&](Socket& socket) { joined.push_back(socket.nsp()); }));
  Peer one(world), other(world);
  one.join("/dynamic-1");
  other.join("/dynamic-1");
  other.join("/dynamic-2");
  other.say(R"(0/dynamic-3,{"refuse":1})");
  CHECK(other.take() == Told{R"(4/dynamic-3,{"message":"Invalid namespace"})"});
  CHECK(joined == std::vector<std::string>{"/dynamic-1", "/dynamic-1", "/dynamic-2"});
  std::vector<std::string> children;
  world.hub().for_each_child(pattern, [&](Namespace& child) { children.push_back(child.name()); });
  std::ranges::sort(children);
  CHECK(children == std::vector<std::string>{"/dynamic-1", "/dynamic-2"});
  CHECK(world.hub().find("/dynamic-1")->rooms().size() == 2);
  // An existing child is there for whoever names it, as in Node.
  Peer third(world);
  third.say(R"(0/dynamic-2,{"refuse":1})");
  CHECK(third.take()[0].starts_with("0/dynamic-2,"));
}

TEST_CASE("empty children are cleaned up when that is wished, others and fixed namespaces never") {
  for (bool const wished : {false, true}) {
    World world(1, {.cleanup_empty_child_namespaces = wished});
    world.of("/fixed");
    world.of_pattern([](std::string_view name, base::Json const&) { return name.starts_with("/dynamic-"); });
    Peer one(world), other(world);
    one.join("/dynamic-1");
    other.join("/dynamic-1");
    one.join("/dynamic-2");
    one.join("/fixed");
    one.say("1/dynamic-1,");
    one.say("1/dynamic-2,");
    one.say("1/fixed,");
    world.pass(0ms);
    CHECK(world.hub().find("/fixed"));
    CHECK(world.hub().find("/dynamic-1"));
    CHECK((world.hub().find("/dynamic-2") == nullptr) == wished);
    one.join("/dynamic-2");
    CHECK(one.sid.size() == 20);
    other.lose(CloseReason::transport_close);
    world.pass(0ms);
    CHECK((world.hub().find("/dynamic-1") == nullptr) == wished);
  }
}

TEST_CASE("a child that nobody was let into is cleaned up too") {
  World world(1, {.cleanup_empty_child_namespaces = true});
  auto& pattern = world.of_pattern([](std::string_view, base::Json const&) { return true; });
  pattern.middlewares.push_back(make_middleware([](Socket&) -> Verdict { return base::fail(ConnectError{"no", {}}); }));
  Peer peer(world);
  peer.say("0/child,");
  world.pass(0ms);
  CHECK_FALSE(world.hub().find("/child"));
}

TEST_CASE("a pattern that throws accepts nothing") {
  World world;
  world.of_pattern([](std::string_view, base::Json const&) -> bool { throw std::runtime_error("pattern"); });
  Peer peer(world);
  peer.say("0/child,");
  CHECK(peer.take() == Told{R"(4/child,{"message":"Invalid namespace"})"});
}

TEST_CASE("an empty child stays for whoever is about to join it") {
  World world(1, {.cleanup_empty_child_namespaces = true});
  base::Completion<int> later;
  bool slow = false;
  auto& pattern = world.of_pattern([](std::string_view, base::Json const&) { return true; });
  pattern.middlewares.push_back(make_middleware([&](Socket&) -> base::Task<Verdict> {
    if (slow) static_cast<void>(co_await later);
    co_return Verdict{};
  }));
  Peer one(world), other(world);
  one.join("/child");
  slow = true;
  other.say("0/child,");
  one.say("1/child,");
  world.pass(0ms);
  later.resolver()(1);
  other.take();
  BroadcastOperator(world.hub(), "/child").emit("x");
  CHECK(other.take() == Told{R"(2/child,["x"])"});
}
