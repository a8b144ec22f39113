#include "parley/socketio/socket.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

namespace {

/// A world with one client in it, and the client's socket.
struct Room4One {
  explicit Room4One(std::function<void(Socket&)> set_up = [](Socket&) {}) {
    world.on_connection([this, set_up = std::move(set_up)](Socket& joined) {
      socket = joined.shared_from_this();
      set_up(joined);
    });
    peer = std::make_unique<Peer>(world);
    peer->join();
  }
  World world;
  std::shared_ptr<Socket> socket;
  std::unique_ptr<Peer> peer;
};

}  // namespace

TEST_CASE("listeners are called in the order in which they came, a one-shot listener once") {
  std::string calls;
  Room4One one([&](Socket& socket) {
    socket.on("x", [&] { calls += 'a'; });
    socket.once("x", [&] { calls += 'b'; });
    socket.on("x", [&] { calls += 'c'; });
    socket.on("y", [&] { calls += 'y'; });
  });
  one.peer->say(R"(2["x"])");
  one.peer->say(R"(2["x"])");
  CHECK(calls == "abcac");
}

TEST_CASE("a one-shot listener whose argument does not fit has had its call") {
  int calls = 0;
  Room4One one([&](Socket& socket) { socket.once("x", [&](int) { ++calls; }); });
  one.peer->say(R"(2["x","no number"])");
  one.peer->say(R"(2["x",1])");
  CHECK(calls == 0);
}

TEST_CASE("listeners may be added and removed while listeners run") {
  std::string calls;
  Room4One one;
  auto& socket = *one.socket;
  socket.on("x", [&, witness = std::string(100, 'w')] {
    calls += 'a';
    socket.off("x");
    for (int i = 0; i < 20; ++i) socket.on("x", [&] { calls += 'n'; });
    CHECK(witness.size() == 100);
  });
  socket.on("x", [&] { calls += 'b'; });
  one.peer->say(R"(2["x"])");
  // Removed is removed at once; new ones wait for the next event.
  CHECK(calls == "a");
  one.peer->say(R"(2["x"])");
  CHECK(calls == "a" + std::string(20, 'n'));
}

TEST_CASE("a listener that was added and removed while listeners run is never called") {
  int calls = 0;
  Room4One one;
  auto& socket = *one.socket;
  socket.once("x", [&] {
    socket.on("y", [&] { ++calls; });
    socket.off("y");
  });
  one.peer->say(R"(2["x"])");
  one.peer->say(R"(2["y"])");
  CHECK(calls == 0);
}

TEST_CASE("a listener may end its socket, and those behind it still hear the event") {
  std::string calls;
  Room4One one;
  auto& socket = *one.socket;
  socket.on("x", [&] {
    calls += 'a';
    socket.disconnect();
  });
  socket.on("x", [&] { calls += 'b'; });
  socket.on(disconnect, [&](CloseReason) { calls += 'd'; });
  one.peer->say(R"(2["x"])");
  CHECK(calls.starts_with("ad"));
  CHECK_FALSE(one.peer->closed);
}

TEST_CASE("a socket that has left lets its listeners go, of whatever kind") {
  auto const witness = std::make_shared<int>(0);
  {
    Room4One one([&](Socket& socket) {
      socket.on("x", [witness] {});
      socket.once("x", [witness] {});
      socket.on_any([witness](std::string_view, Args const&) {});
      socket.on_any_outgoing([witness](std::string_view, Args const&) {});
      socket.use([witness](PendingEvent&) { return base::Result<void, std::string>{}; });
      socket.on(refused, [witness](std::string const&) {});
      socket.on(disconnect, [witness](CloseReason) {});
    });
    CHECK(witness.use_count() > 7);
    one.peer->say("1");
    CHECK(witness.use_count() == 1);
  }
}

TEST_CASE("a catch-all listener hears every event before its handlers, with its arguments") {
  std::string calls;
  Room4One one([&](Socket& socket) {
    socket.on("x", [&] { calls += "x "; });
    socket.on_any([&](std::string_view event, Args const& args) {
      calls += "any:" + std::string(event) + ":" + std::string(args.raw()) + " ";
    });
  });
  one.peer->say(R"(2["x",1,"a"])");
  one.peer->say(R"(2["unheard"])");
  CHECK(calls == R"(any:x:1,"a" x any:unheard: )");
  one.socket->off_any();
  one.peer->say(R"(2["unheard"])");
  CHECK(calls == R"(any:x:1,"a" x any:unheard: )");
}

TEST_CASE("catch-all listeners may be added and removed while they run") {
  std::string calls;
  Room4One one;
  auto& socket = *one.socket;
  auto const set_up = [&](auto&& add, auto&& remove) {
    add([&, add, remove, witness = std::string(100, 'w')](std::string_view, Args const&) {
      calls += 'a';
      remove();
      for (int i = 0; i < 20; ++i) add([&](std::string_view, Args const&) { calls += 'n'; });
      CHECK(witness == std::string(100, 'w'));
    });
  };
  set_up([&](auto listener) { socket.on_any(std::move(listener)); }, [&] { socket.off_any(); });
  one.peer->say(R"(2["x"])");
  CHECK(calls == "a");
  one.peer->say(R"(2["x"])");
  CHECK(calls == "a" + std::string(20, 'n'));

  calls.clear();
  set_up([&](auto listener) { socket.on_any_outgoing(std::move(listener)); }, [&] { socket.off_any_outgoing(); });
  socket.emit("y");
  CHECK(calls == "a");
  socket.emit("y");
  CHECK(calls == "a" + std::string(20, 'n'));
}

TEST_CASE("an outgoing catch-all listener hears what is emitted, asked and broadcast") {
  std::vector<std::string> heard;
  Room4One one([&](Socket& socket) {
    socket.on_any_outgoing([&](std::string_view event, Args const& args) {
      heard.push_back(std::string(event) + ":" + std::string(args.raw()));
    });
  });
  one.socket->emit("plain", 1, base::Bytes{1});
  static_cast<void>(result_of(one.socket->emit_with_ack(1s, "asked", "a[b")));
  BroadcastOperator const all(one.world.hub(), "/");
  all.emit("all", true);
  static_cast<void>(result_of(all.timeout(1s).emit_with_ack("all asked")));
  CHECK(heard == std::vector<std::string>{R"(plain:1,{"_placeholder":true,"num":0})", R"(asked:"a[b")", "all:true",
                                          "all asked:"});
  CHECK(one.peer->take().size() == 5);
}

TEST_CASE("an outgoing catch-all listener hears the events of a namespace of any name") {
  World world;
  std::vector<std::string> heard;
  world.of("/a[1]").on_connection.push_back(make_connection_handler([&](Socket& socket) {
    socket.on_any_outgoing([&](std::string_view event, Args const& args) {
      heard.push_back(std::string(event) + ":" + std::string(args.raw()));
    });
    socket.emit("x", 1);
  }));
  Peer peer(world);
  peer.say("0/a[1],");
  CHECK(heard == std::vector<std::string>{"x:1"});
}

TEST_CASE("packet middlewares see every event in turn, and may change it before its handlers") {
  std::string calls;
  Room4One one([&](Socket& socket) {
    socket.use([&](PendingEvent& event) -> base::Result<void, std::string> {
      calls += "1" + event.name + " ";
      if (event.name == "rewrite") event.args.values = {base::Json("rewritten"), base::Json(base::Bytes{7})};
      if (event.name == "rename") event.name = "renamed";
      return {};
    });
    socket.use([&](PendingEvent& event) -> base::Result<void, std::string> {
      calls += "2" + event.name + " ";
      return {};
    });
    socket.on("rewrite", [&](std::string const& text, base::Bytes const& binary, Ack<> ack) {
      calls += text;
      ack(binary);
    });
    socket.on("renamed", [&](int number) { calls += std::to_string(number); });
  });
  one.peer->say(R"(25["rewrite",1])");
  CHECK(calls == "1rewrite 2rewrite rewritten");
  CHECK(one.peer->take() == Told{R"(61-5[{"_placeholder":true,"num":0}])", "<1>"});
  calls.clear();
  one.peer->say(R"(2["rename",4])");
  CHECK(calls == "1rename 2renamed 4");
}

TEST_CASE("an event that a middleware refuses reaches no handler and no further middleware") {
  std::string calls;
  Room4One one([&](Socket& socket) {
    socket.use([](PendingEvent& event) -> base::Result<void, std::string> {
      if (event.name == "forbidden") return base::fail("forbidden event");
      return {};
    });
    socket.use([&](PendingEvent&) -> base::Result<void, std::string> {
      calls += '2';
      return {};
    });
    socket.on(refused, [&](std::string const& why) { calls += why; });
    socket.on("forbidden", [&] { calls += '!'; });
  });
  one.peer->say(R"(2["forbidden"])");
  CHECK(calls == "forbidden event");
}

TEST_CASE("a middleware may take its time, and its event comes when it has decided") {
  std::string calls;
  base::Completion<int> later;
  Room4One one([&](Socket& socket) {
    socket.use([&](PendingEvent& event) -> base::Task<base::Result<void, std::string>> {
      if (event.name == "slow") static_cast<void>(co_await later);
      co_return base::Result<void, std::string>{};
    });
    socket.on("slow", [&](std::string const& text) { calls += text; });
    socket.on("fast", [&] {
      // What this event has brought stays whole while another one is read.
      later.resolver()(1);
    });
    socket.on("fast", [&](Args const& args) { calls += std::string(args[0].as_string().value_or("?")); });
  });
  one.peer->say(R"(2["slow","slow "])");
  CHECK(calls.empty());
  one.peer->say(R"(2["fast","fast "])");
  CHECK(calls == "slow fast ");
}

TEST_CASE("an event whose socket leaves while a middleware decides is dropped") {
  int calls = 0;
  base::Completion<int> later;
  Room4One one([&](Socket& socket) {
    socket.use([&](PendingEvent&) -> base::Task<base::Result<void, std::string>> {
      static_cast<void>(co_await later);
      co_return base::Result<void, std::string>{};
    });
    socket.on("x", [&] { ++calls; });
  });
  one.peer->say(R"(2["x"])");
  one.peer->lose(CloseReason::transport_close);
  later.resolver()(1);
  CHECK(calls == 0);
}

TEST_CASE("whatever of the application's throws, the socket lives on") {
  World world;
  int heard = 0;
  world.on_connection([&](Socket& socket) {
    socket.on("x", [] { throw std::runtime_error("handler"); });
    socket.on("x", [&] { ++heard; });
    socket.on("y", []() -> base::Task<> {
      throw 1;
      co_return;
    });
    socket.on_any([](std::string_view, Args const&) { throw std::runtime_error("any"); });
    socket.on_any_outgoing([](std::string_view, Args const&) { throw std::runtime_error("outgoing"); });
    socket.use([](PendingEvent& event) -> base::Result<void, std::string> {
      if (event.name == "throw") throw std::runtime_error("middleware");
      if (event.name == "refuse") return base::fail("no");
      return {};
    });
    socket.on(refused, [](std::string const&) { throw std::runtime_error("refused"); });
    socket.on("throw", [&] { heard += 100; });
    socket.on(disconnecting, [](CloseReason) { throw std::runtime_error("disconnecting"); });
    socket.on(disconnect, [&](CloseReason) {
      ++heard;
      throw std::runtime_error("disconnect");
    });
    socket.emit("hello");
    throw std::runtime_error("connection");
  });
  Peer peer(world);
  peer.join();
  for (char const* packet : {R"(2["x"])", R"(2["y"])", R"(2["throw"])", R"(2["refuse"])"}) peer.say(packet);
  CHECK(heard == 1);
  BroadcastOperator(world.hub(), "/").emit("all");
  CHECK(peer.take() == Told{R"(2["all"])"});
  CHECK_FALSE(peer.closed);
  peer.lose(CloseReason::transport_close);
  CHECK(heard == 2);
}
