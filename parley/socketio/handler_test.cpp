#include "parley/socketio/handler.h"

#include <doctest/doctest.h>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;

namespace handler_test {

struct Point {
  int x = 0;
  std::optional<std::string> name;
};
constexpr auto json_fields(Point*) {
  return base::fields(base::field("x", &Point::x), base::field("name", &Point::name));
}

}  // namespace handler_test

namespace {

using handler_test::Point;

constexpr Event<Point, int> moved{"moved"};
constexpr Event<> pinged{"pinged"};

/// A client and its socket, whose handlers write down what they get.
struct Stage {
  Stage() {
    world.on_connection([this](Socket& joined) { socket = joined.shared_from_this(); });
    world.of("/").on_bad_payload = [this](Socket&, std::string_view event, Ack<> ack) {
      seen += "bad " + std::string(event);
      ack("bad payload");
    };
    world.of("/").on_unknown_event = [this](Socket&, std::string_view event) {
      seen += "unknown " + std::string(event);
    };
    peer = std::make_unique<Peer>(world);
    peer->join();
  }
  /// What the handlers saw of an event.
  std::string after(std::string_view packet) {
    seen.clear();
    peer->say(packet);
    return seen;
  }
  World world;
  std::string seen;
  std::shared_ptr<Socket> socket;
  std::unique_ptr<Peer> peer;
};

std::string text_of(auto number) { return std::to_string(number); }

}  // namespace

TEST_CASE("a handler gets the arguments whose types it names, in their order") {
  Stage stage;
  auto& seen = stage.seen;
  stage.socket->on("all", [&](bool flag, int number, double real, std::string const& text, std::vector<int> const& list,
                              Point const& point, base::Json const& any, std::optional<int> maybe) {
    seen = text_of(flag) + text_of(number) + text_of(static_cast<int>(real * 2)) + text + text_of(list.size()) +
           text_of(point.x) + any.dump() + (maybe ? text_of(*maybe) : "none");
  });
  CHECK(stage.after(R"(2["all",true,-2,1.5,"é",[1,2,3],{"x":4},{"k":[null]},5])") == R"(1-23é34{"k":[null]}5)");
  CHECK(stage.after(R"(2["all",false,2.0,1,"",[],{"x":0,"name":null,"more":1},"j"])") == R"(02200"j"none)");
}

TEST_CASE("an event without a handler is told to whoever wants to know, and leaves the socket as it is") {
  Stage stage;
  stage.socket->on("known", [&] { stage.seen += "known"; });
  CHECK(stage.after(R"(2["nobody listens",1])") == "unknown nobody listens");
  CHECK(stage.after(R"(2["known"])") == "known");
  stage.socket->off("known");
  CHECK(stage.after(R"(2["known"])") == "unknown known");
}

TEST_CASE("an argument that does not fit never reaches its handler") {
  Stage stage;
  auto& seen = stage.seen;
  stage.socket->on("int", [&](int) { seen += "called"; });
  stage.socket->on("uint8", [&](std::uint8_t) { seen += "called"; });
  stage.socket->on("text", [&](std::string const&) { seen += "called"; });
  stage.socket->on("view", [&](std::string_view) { seen += "called"; });
  stage.socket->on("bool", [&](bool) { seen += "called"; });
  stage.socket->on("list", [&](std::vector<std::string> const&) { seen += "called"; });
  stage.socket->on("point", [&](Point const&) { seen += "called"; });
  stage.socket->on("bytes", [&](base::Bytes const&) { seen += "called"; });
  stage.socket->on("second", [&](int, std::string const&) { seen += "called"; });
  for (char const* packet : {R"(2["int","1"])",     R"(2["int",1.5])",         R"(2["int",null])",
                             R"(2["int"])",         R"(2["int",2147483648])",  R"(2["int",[1]])",
                             R"(2["uint8",256])",   R"(2["uint8",-1])",        R"(2["text",1])",
                             R"(2["text"])",        R"(2["view",{}])",         R"(2["bool",0])",
                             R"(2["bool","true"])", R"(2["list",["a",1]])",    R"(2["list",{}])",
                             R"(2["point",{}])",    R"(2["point",{"x":"1"}])", R"(2["point",{"x":1,"name":2}])",
                             R"(2["point",[1]])",   R"(2["bytes","AQ=="])",    R"(2["bytes",[1]])",
                             R"(2["second",1])",    R"(2["second","a",1])"}) {
    CAPTURE(packet);
    CHECK(stage.after(packet).starts_with("bad "));
  }
  CHECK(stage.after(R"(2["uint8",255])") == "called");
  // The peer is told what the namespace has decided, if it asked.
  stage.peer->take();
  CHECK(stage.after(R"(28["int"])") == "bad int");
  CHECK(stage.peer->take() == Told{R"(38["bad payload"])"});
  CHECK_FALSE(stage.peer->closed);
}

TEST_CASE("arguments beyond those that a handler names are ignored") {
  Stage stage;
  stage.socket->on("one", [&](int first) { stage.seen = text_of(first); });
  stage.socket->on("none", [&] { stage.seen = "called"; });
  CHECK(stage.after(R"(2["one",1,"more",{}])") == "1");
  CHECK(stage.after(R"(2["none",1,2])") == "called");
}

TEST_CASE("a handler may take its arguments whole: parsed, raw or owned") {
  Stage stage;
  auto& seen = stage.seen;
  stage.socket->on("args", [&](Args const& args) { seen += text_of(args.size()) + std::string(args.raw()); });
  stage.socket->on("owned", [&](JsonArgs const& args) { seen += text_of(args.size()) + args[1].dump(); });
  stage.socket->on("arg", [&](Arg const& first, Arg const& second, Arg const& third) {
    seen += std::string(first.raw) + "|" + std::string(second.raw) + "|" + std::string(third.raw);
  });
  stage.socket->on(
      "view", [&](base::JsonView value, std::string_view text) { seen += text_of(value.size()) + std::string(text); });
  CHECK(stage.after(R"(2["args", 1,"a" ])") == R"(2 1,"a" )");
  CHECK(stage.after(R"(2["owned",1,[2]])") == "2[2]");
  CHECK(stage.after(R"(2["arg",1e0,[ ]])") == "1e0|[ ]|null");
  CHECK(stage.after(R"(2["view",[1,2],"x"])") == "2x");
}

TEST_CASE("binary arguments arrive as bytes, shared or copied") {
  Stage stage;
  auto& seen = stage.seen;
  stage.socket->on("bytes", [&](base::SharedBytes const& shared, base::Bytes const& copy) {
    seen = text_of(shared->size()) + text_of(copy.size());
  });
  stage.peer->say(R"(52-["bytes",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])");
  stage.peer->say(base::Bytes(3));
  stage.peer->say(base::Bytes(5));
  CHECK(seen == "53");
}

TEST_CASE("an acknowledgement may stand at any place, and counts as no argument") {
  Stage stage;
  stage.socket->on("first", [](Ack<> ack, int number) { ack(number, "more"); });
  stage.socket->on("middle", [](int a, Ack<int> ack, int b) { ack(a + b); });
  stage.socket->on("last", [](Args const& args, Ack<> ack) { ack(args); });
  stage.socket->on("void", [](Ack<void> ack) { ack(); });
  for (char const* packet : {R"(21["first",5])", R"(22["middle",1,2])", R"(23["last","a",{}])", R"(24["void",1])"}) {
    stage.peer->say(packet);
  }
  CHECK(stage.peer->take() == Told{R"(31[5,"more"])", "32[3]", R"(33["a",{}])", "34[]"});
}

TEST_CASE("only the first answer reaches the wire, and none when nobody asked or the socket has gone") {
  Stage stage;
  Ack<> kept;
  bool asked = false;
  stage.socket->on("x", [&](Ack<> ack) {
    asked = bool(ack);
    ack(1);
    CHECK_FALSE(ack);
    ack(2);
  });
  stage.socket->on("keep", [&](Ack<> ack) { kept = std::move(ack); });
  stage.peer->say(R"(27["x"])");
  CHECK(asked);
  CHECK(stage.peer->take() == Told{"37[1]"});
  stage.peer->say(R"(2["x"])");
  CHECK_FALSE(asked);
  CHECK(stage.peer->take().empty());
  stage.peer->say(R"(28["keep"])");
  stage.peer->lose(CloseReason::transport_close);
  kept("late");
  CHECK(stage.peer->take().empty());
  Ack<>()(1);
}

TEST_CASE("an acknowledgement may be kept and called later") {
  Stage stage;
  Ack<> kept;
  stage.socket->on("keep", [&](Ack<> ack) { kept = std::move(ack); });
  stage.peer->say(R"(20["keep"])");
  CHECK(stage.peer->take().empty());
  kept("late");
  CHECK(stage.peer->take() == Told{R"(30["late"])"});
}

TEST_CASE("typed events carry their payload and reply") {
  Stage stage;
  stage.socket->on(moved, [](Point const& point, Ack<int> ack) { ack(point.x); });
  stage.socket->on(pinged, [&] { stage.socket->emit(moved, Point{1, "p"}); });
  stage.peer->say(R"(26["moved",{"x":12}])");
  stage.peer->say(R"(2["pinged"])");
  stage.socket->emit(pinged);
  CHECK(stage.peer->take() == Told{"36[12]", R"(2["moved",{"x":1,"name":"p"}])", R"(2["pinged"])"});
}

TEST_CASE("functions and handlers with a state of their own are handlers too") {
  Stage stage;
  static int plain_calls;
  plain_calls = 0;
  stage.socket->on(
      "x", +[](int number) { plain_calls += number; });
  stage.socket->on("x", [&, count = 0]() mutable { stage.seen = text_of(++count); });
  stage.after(R"(2["x",2])");
  CHECK(stage.after(R"(2["x",3])") == "2");
  CHECK(plain_calls == 5);
}

TEST_CASE("a coroutine keeps its handler, its socket and its arguments until it has ended") {
  auto const witness = std::make_shared<int>(3);
  base::Completion<int> later;
  std::string seen;
  std::weak_ptr<Socket> socket;
  World world;
  world.on_connection([&](Socket& joined) {
    socket = joined.weak_from_this();
    joined.on("slow", [&, witness](std::string text, JsonArgs all, Ack<> ack) -> base::Task<> {
      int const number = co_await later;
      seen = text + text_of(number) + text_of(*witness) + text_of(all.size()) + socket.lock()->id().str().substr(0, 0);
      ack(number);
    });
  });
  auto peer = std::make_unique<Peer>(world);
  peer->join();
  peer->say(R"(21["slow","a",true])");
  REQUIRE(seen.empty());
  peer->lose(CloseReason::transport_close);
  peer.reset();
  CHECK_FALSE(socket.expired());
  CHECK(witness.use_count() > 1);
  later.resolver()(4);
  CHECK(seen == "a432");
  CHECK(socket.expired());
  CHECK(witness.use_count() == 1);
}

TEST_CASE("a coroutine answers when it is done, others may be answered before") {
  Stage stage;
  base::Completion<int> later;
  stage.socket->on("slow", [&](Ack<> ack) -> base::Task<> { ack(co_await later); });
  stage.socket->on("fast", [](Ack<> ack) -> base::Task<> {
    ack("fast");
    co_return;
  });
  stage.peer->say(R"(21["slow"])");
  stage.peer->say(R"(22["fast"])");
  later.resolver()(5);
  CHECK(stage.peer->take() == Told{R"(32["fast"])", "31[5]"});
}

TEST_CASE("a coroutine whose argument does not fit is not begun") {
  Stage stage;
  stage.socket->on("x", [&](int) -> base::Task<> {
    stage.seen += "called";
    co_return;
  });
  CHECK(stage.after(R"(2["x","no"])") == "bad x");
  CHECK(stage.after(R"(2["x",1])") == "called");
}
