#include <doctest/doctest.h>

#include <stdexcept>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

namespace {

/// Echoes everything, and writes down the reason of every end.
void echo_and_note(World& world, std::vector<std::string>& reasons) {
  world.on_connection([&reasons](Socket& socket) {
    socket.on("echo", [&socket](Args const& args) { socket.emit("echo", args); });
    socket.on("echo-ack", [](Args const& args, Ack<> ack) { ack(args); });
    socket.on(disconnect, [&reasons](CloseReason why) { reasons.emplace_back(to_string(why)); });
  });
}

}  // namespace

TEST_CASE("a client that joins a namespace is told the id of its socket there") {
  World world;
  world.of("/chat");
  Peer peer(world);
  peer.say("0");
  auto const first = peer.take();
  REQUIRE(first.size() == 1);
  CHECK(first[0].substr(0, 8) == R"(0{"sid":)");
  CHECK(first[0].size() == std::string_view(R"(0{"sid":"12345678901234567890"})").size());
  peer.say("0/chat,{}");
  auto const second = peer.take();
  REQUIRE(second.size() == 1);
  CHECK(second[0].substr(0, 14) == R"(0/chat,{"sid":)");
  CHECK(first[0].substr(8) != second[0].substr(14));
}

TEST_CASE("a namespace that does not exist is refused, and the client may go on") {
  World world;
  Peer peer(world);
  peer.say("0/nowhere,");
  CHECK(peer.take() == Told{R"(4/nowhere,{"message":"Invalid namespace"})"});
  peer.say("0");
  CHECK(peer.take().size() == 1);
  CHECK_FALSE(peer.closed);
}

TEST_CASE("what a client sends when it joins is its auth, an empty object if it sends nothing") {
  World world;
  std::vector<std::string> seen;
  world.on_connection([&](Socket& socket) { seen.push_back(socket.handshake().auth.dump()); });
  Peer one(world), other(world);
  one.say(R"(0{"token":"t","n":[1]})");
  other.say("0");
  CHECK(seen == Told{R"({"token":"t","n":[1]})", "{}"});
}

TEST_CASE("events and acknowledgements come back as they were sent") {
  World world;
  std::vector<std::string> reasons;
  echo_and_note(world, reasons);
  Peer peer(world);
  peer.join();
  peer.say(R"(2["echo",1,{"a":"é"},[]])");
  CHECK(peer.take() == Told{R"(2["echo",1,{"a":"é"},[]])"});
  peer.say(R"(2456["echo-ack","x"])");
  CHECK(peer.take() == Told{R"(3456["x"])"});
  peer.say(R"(20["echo-ack"])");
  CHECK(peer.take() == Told{"30[]"});
  peer.say(R"(2["nobody listens"])");
  CHECK(peer.take().empty());
  CHECK(reasons.empty());
}

TEST_CASE("binary events and acknowledgements arrive when their last attachment has") {
  World world;
  std::vector<std::string> reasons;
  echo_and_note(world, reasons);
  Peer peer(world);
  peer.join();
  peer.say(R"(52-["echo",{"_placeholder":true,"num":0},{"in":{"_placeholder":true,"num":1}}])");
  peer.say(base::Bytes(3));
  CHECK(peer.take().empty());
  peer.say(base::Bytes{});
  CHECK(peer.take() ==
        Told{R"(52-["echo",{"_placeholder":true,"num":0},{"in":{"_placeholder":true,"num":1}}])", "<3>", "<0>"});
  peer.say(R"(51-9["echo-ack",{"_placeholder":true,"num":0}])");
  peer.say(base::Bytes(5));
  CHECK(peer.take() == Told{R"(61-9[{"_placeholder":true,"num":0}])", "<5>"});
  CHECK_FALSE(peer.closed);
}

TEST_CASE("an event's name may be a number") {
  World world;
  int calls = 0;
  world.on_connection([&](Socket& socket) { socket.on("17", [&calls] { ++calls; }); });
  Peer peer(world);
  peer.join();
  peer.say("2[17]");
  CHECK(calls == 1);
}

TEST_CASE("a packet that cannot be read closes the session with forced close") {
  for (char const* packet : {
           "",
           "7",
           "x",
           "9[]",  // no such type
           "4",
           R"(4{"message":"x"})",  // only a server refuses
           "2",
           "2x",
           "2{}",
           "2[]",
           "2null",
           "2[\"echo\"",
           "2[,]",  // not an array with a name
           R"(2[null])",
           R"(2[{}])",
           R"(2[["echo"]])",
           "2[true]",  // no name
           R"(2["connect"])",
           R"(2["disconnect",1])",
           R"(2["disconnecting"])",
           R"(2["connect_error"])",
           R"(2["newListener"])",
           R"(2["removeListener"])",  // the library's own
           "3",
           "30",
           R"(30{"a":1})",
           "30[",  // an answer that is none
           "1[]",
           R"(1"x")",
           "1{}",  // leaving with a payload
           "0[]",
           "0null",
           "0x",
           R"(0"text")",
           "0{",  // joining with no object
           R"(5["echo"])",
           R"(50-["echo"])",
           R"(511-["echo"])",                      // a wrong count
           R"(299999999999999999999999["echo"])",  // an impossible id
           "2[\"echo\",\"\xff\"]",
           "2[\"echo\",\"\n\"]",  // no JSON of ours
       }) {
    CAPTURE(packet);
    World world;
    std::vector<std::string> reasons;
    echo_and_note(world, reasons);
    Peer peer(world);
    peer.join();
    peer.say(packet);
    CHECK(peer.closed == CloseReason::forced_close);
    CHECK(reasons == Told{"forced close"});
    CHECK(peer.take().empty());
  }
}

TEST_CASE("attachments that do not come as announced close the session with forced close") {
  auto const closed_by = [](auto&& act) {
    World world;
    std::vector<std::string> reasons;
    echo_and_note(world, reasons);
    Peer peer(world);
    peer.join();
    act(peer);
    CHECK(peer.closed == CloseReason::forced_close);
    CHECK(reasons == Told{"forced close"});
    CHECK(peer.take().empty());
  };
  closed_by([](Peer& peer) { peer.say(base::Bytes{1}); });
  closed_by([](Peer& peer) {
    peer.say(R"(51-["echo",{"_placeholder":true,"num":0}])");
    peer.say(R"(2["echo"])");
  });
  for (char const* placeholder :
       {R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-1})", R"({"_placeholder":true})",
        R"({"_placeholder":true,"num":"0"})", R"([[{"a":{"_placeholder":true,"num":0.5}}]])"}) {
    CAPTURE(placeholder);
    closed_by([&](Peer& peer) {
      peer.say(R"(51-["echo",)" + std::string(placeholder) + "]");
      peer.say(base::Bytes{1});
    });
  }
}

TEST_CASE("a packet that does not belong closes the session with forced server close") {
  for (char const* packet :
       {"0", R"(0{"again":true})", R"(2/chat,["echo"])", R"(2/nowhere,["echo"])", "1/chat,", "3/chat,1[]"}) {
    CAPTURE(packet);
    World world;
    world.of("/chat");
    std::vector<std::string> reasons;
    echo_and_note(world, reasons);
    Peer peer(world);
    peer.join();
    peer.say(packet);
    CHECK(peer.closed == CloseReason::forced_server_close);
    CHECK(reasons == Told{"forced server close"});
  }
}

TEST_CASE("an event before any namespace was joined closes the session") {
  World world;
  Peer peer(world);
  peer.say(R"(2["echo"])");
  CHECK(peer.closed == CloseReason::forced_server_close);
}

TEST_CASE("nesting of any depth is refused or read, and never more than the session is lost") {
  for (std::size_t const depth : {1'000u, 100'000u}) {
    for (std::string const open : {"[", "{\"a\":"}) {
      World world;
      std::vector<std::string> reasons;
      echo_and_note(world, reasons);
      Peer peer(world);
      peer.join();
      std::string deep;
      for (std::size_t i = 0; i < depth; ++i) deep += open;
      deep += open == "[" ? "" : "1";
      for (std::size_t i = 0; i < depth; ++i) deep += open == "[" ? "]" : "}";
      peer.say("2[\"echo\"," + deep + "]");
      CHECK(peer.closed.has_value() == (depth > base::JsonParser::depth_max));
      CHECK(peer.take().size() == (depth > base::JsonParser::depth_max ? 0 : 1));
    }
  }
}

TEST_CASE("a client that joins nothing in time is sent away, one that has joined is not") {
  World world(1, {.connect_timeout = 45s});
  Peer idle(world), member(world), gone(world);
  member.join();
  gone.lose(CloseReason::transport_close);
  world.pass(44s);
  CHECK_FALSE(idle.closed);
  world.pass(1s);
  CHECK(idle.closed == CloseReason::forced_server_close);
  CHECK_FALSE(member.closed);
}

TEST_CASE("a client that has joined and left again is not taken for one that never joined") {
  World world(1, {.connect_timeout = 45s});
  Peer peer(world);
  peer.join();
  peer.say("1");
  world.pass(1h);
  CHECK_FALSE(peer.closed);
  peer.join();
  CHECK(peer.sid.size() == 20);
}

TEST_CASE("every way to go has its reason, told once while the socket is in its rooms and once after") {
  struct Case {
    char const* reason;
    void (*act)(Peer&, Socket&);
    bool session_ends;
  };
  for (auto const &each : {
           Case{"client namespace disconnect", [](Peer&peer, Socket&) { peer.say("1"); }, false},
           Case{"server namespace disconnect", [](Peer&, Socket&socket) { socket.disconnect(); }, false},
           Case{"server namespace disconnect", [](Peer&, Socket&socket) { socket.disconnect(true); }, true},
           Case{"forced server close", [](Peer&, Socket&socket) { socket.drop(); }, true},
           Case{"transport close", [](Peer&peer, Socket&) { peer.lose(CloseReason::transport_close); }, true},
           Case{"ping timeout", [](Peer&peer, Socket&) { peer.lose(CloseReason::ping_timeout); }, true},
           Case{"server shutting down", [](Peer&peer, Socket&) { peer.lose(CloseReason::server_shutting_down); }, true},
       }) {
    CAPTURE(each.reason);
    World world;
    std::shared_ptr<Socket> held;
    std::vector<std::string> seen;
    world.on_connection([&](Socket& socket) {
      held = socket.shared_from_this();
      socket.join("room");
      auto const note = [&seen, &socket](char const* what) {
        return [&seen, &socket, what](CloseReason why) {
          seen.push_back(what + std::string(to_string(why)) + " " + std::to_string(socket.rooms().size()) + " " +
                         (socket.connected() ? "in" : "out"));
        };
      };
      socket.on(disconnecting, note("leaving: "));
      socket.on(disconnect, note("left: "));
    });
    Peer peer(world);
    peer.join();
    each.act(peer, *held);
    CHECK(seen ==
          Told{std::string("leaving: ") + each.reason + " 2 in", std::string("left: ") + each.reason + " 0 out"});
    CHECK(peer.closed.has_value() == each.session_ends);
    CHECK_FALSE(held->connected());
    // The rest is silence.
    peer.take();
    held->emit("x");
    held->disconnect();
    held->disconnect(true);
    held->join("room");
    CHECK(held->rooms().empty());
    CHECK(peer.take().empty());
    CHECK(seen.size() == 2);
  }
}

TEST_CASE("a client is told when it is disconnected from one namespace, and keeps the others") {
  World world;
  world.of("/chat");
  world.on_connection([](Socket& socket) { socket.on("bye", [&socket] { socket.disconnect(); }); });
  Peer peer(world);
  peer.join();
  peer.join("/chat");
  peer.say(R"(2["bye"])");
  CHECK(peer.take() == Told{"1"});
  CHECK_FALSE(peer.closed);
  peer.say(R"(2/chat,["x"])");
  CHECK_FALSE(peer.closed);
  peer.join();
  CHECK(peer.sid.size() == 20);
}

TEST_CASE("disconnecting again while a socket is leaving does nothing") {
  for (bool const close : {false, true}) {
    World world;
    int leaving = 0, left = 0;
    world.on_connection([&](Socket& socket) {
      socket.on(disconnecting, [&leaving, &socket, close](CloseReason) {
        if (++leaving < 10) socket.disconnect(close);
      });
      socket.on(disconnect, [&left, &socket](CloseReason) {
        ++left;
        socket.disconnect();
      });
    });
    Peer peer(world);
    peer.join();
    peer.say("1");
    CHECK(leaving == 1);
    CHECK(left == 1);
  }
}
