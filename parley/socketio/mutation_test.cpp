#include <doctest/doctest.h>

#include <random>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view valid[] = {
    "0",
    "0/chat,",
    R"(0{"token":"x"})",
    "1",
    "1/chat,",
    R"(2["echo",1,{"a":[true,null,"é\n"]}])",
    R"(2/chat,12["echo","x",1.5e3])",
    R"(27["typed",{"x":1},[1,2]])",
    R"(51-["echo",{"_placeholder":true,"num":0}])",
    R"(52-/chat,3["echo",[{"_placeholder":true,"num":1}],{"_placeholder":true,"num":0}])",
    "30[1]",
    R"(3/chat,0["answer"])",
    R"(61-1[{"_placeholder":true,"num":0}])",
};

std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view letters = "0123456789-,/[]{}\":\\ \n\xff\xc3_etn";
  for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) {
    auto const at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = letters[random() % letters.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % 3);
        break;
      case 2:
        text.insert(at, 1, letters[random() % letters.size()]);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 8));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("packets spoilt at random cost their own session at most, and what comes back is always valid") {
  World world;
  world.of("/chat").on_connection.push_back(make_connection_handler([](Socket& socket) {
    socket.on("echo", [&socket](Args const& args, Ack<> ack) {
      socket.emit("echo", args);
      ack(args);
    });
  }));
  world.on_connection([](Socket& socket) {
    socket.use([](PendingEvent& event) -> base::Result<void, std::string> {
      if (event.args.size() > 3) return base::fail("too many");
      return {};
    });
    socket.on("echo", [&socket](Arg const& first, Args const& all) { socket.emit("echo", first, all); });
    socket.on("typed", [](base::Json const&, std::vector<int> const&, Ack<> ack) { ack(1); });
    static_cast<void>(result_of(socket.emit_with_ack(1s, "question")));
  });
  Peer witness(world);
  witness.join();
  std::mt19937 random(8);
  base::JsonParser parser;
  int closed = 0;
  int answered = 0;
  for (int round = 0; round < 4'000; ++round) {
    Peer peer(world);
    peer.join();
    if (random() % 2) peer.join("/chat");
    for (int step = 0; step < 8; ++step) {
      std::string packet(valid[random() % std::size(valid)]);
      if (random() % 2) packet = mutated(packet, random);
      peer.say(packet);
      // Mostly the attachments that are due, now and then too few or too many.
      auto const due = packet.starts_with("52") ? 2u : packet.starts_with("5") || packet.starts_with("6") ? 1u : 0u;
      for (auto n = random() % 16 ? due : random() % 3; n > 0; --n) peer.say(base::Bytes(random() % 5));
      for (auto const& told : peer.take()) {
        if (told.starts_with('<')) continue;
        ++answered;
        auto const header = read_packet_header(told);
        REQUIRE(header);
        if (!header->json.empty()) CHECK(parser.parse(header->json));
      }
    }
    if (peer.closed) ++closed;
  }
  // The walk has seen both ends.
  CHECK(closed > 100);
  CHECK(answered > 1'000);
  CHECK_FALSE(witness.closed);
  CHECK(world.hub().find("/")->rooms().size() == 1);
  CHECK(world.hub().find("/chat")->rooms().size() == 0);
}
