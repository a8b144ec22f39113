#include "parley/socketio/broadcast.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;
using namespace std::chrono_literals;

namespace {

/// Clients spread over two workers; even ones live on the first.
struct TwoWorkers {
  explicit TwoWorkers(std::size_t count = 4) {
    world.on_connection([this](Socket& joined) { sockets.push_back(joined.shared_from_this()); });
    for (std::size_t i = 0; i < count; ++i) {
      peers.push_back(std::make_unique<Peer>(world, static_cast<unsigned>(i % 2)));
      peers.back()->join();
    }
  }
  BroadcastOperator all(unsigned worker = 0) { return {world.hub(worker), "/"}; }
  /// Which clients were told something since it was last asked.
  std::set<std::size_t> told() {
    world.run_posted();
    std::set<std::size_t> who;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      auto const told = peers[i]->take();
      CHECK(told.size() <= 1);
      if (!told.empty()) who.insert(i);
    }
    return who;
  }
  World world{2};
  std::vector<std::shared_ptr<Socket>> sockets;
  std::vector<std::unique_ptr<Peer>> peers;
};

using Who = std::set<std::size_t>;

}  // namespace

TEST_CASE("a broadcast reaches the sockets of every worker, those of its own at once") {
  TwoWorkers two;
  two.all().emit("x", 1);
  CHECK(two.peers[0]->take() == Told{R"(2["x",1])"});
  CHECK(two.peers[1]->take().empty());
  two.world.run_posted();
  CHECK(two.peers[1]->take() == Told{R"(2["x",1])"});
  CHECK(two.told() == Who{2, 3});
}

TEST_CASE("rooms, exceptions and the sender decide together who is told, once each") {
  TwoWorkers two;
  auto& sockets = two.sockets;
  sockets[0]->join("a");
  sockets[1]->join(std::vector<base::RoomName>{"a", "b"});
  sockets[2]->join("b");
  auto const emitted = [&](BroadcastOperator const& to) {
    to.emit("x");
    return two.told();
  };
  CHECK(emitted(two.all()) == Who{0, 1, 2, 3});
  CHECK(emitted(two.all(1)) == Who{0, 1, 2, 3});
  CHECK(emitted(two.all().to("a")) == Who{0, 1});
  CHECK(emitted(two.all(1).in("a")) == Who{0, 1});
  CHECK(emitted(two.all().to("a").to("b")) == Who{0, 1, 2});
  CHECK(emitted(two.all().to(std::vector<base::RoomName>{"a", "b", "nowhere"})) == Who{0, 1, 2});
  CHECK(emitted(two.all().to("nowhere")) == Who{});
  CHECK(emitted(two.all().except("a")) == Who{2, 3});
  CHECK(emitted(two.all().except(std::vector<base::RoomName>{"a", "b"})) == Who{3});
  CHECK(emitted(two.all().to("b").except("a")) == Who{2});
  CHECK(emitted(two.all().to(sockets[3]->id())) == Who{3});
  CHECK(emitted(two.all().to("a").except(sockets[0]->id())) == Who{1});
  CHECK(emitted(two.all().local()) == Who{0, 1, 2, 3});
  CHECK(emitted(sockets[0]->broadcast()) == Who{1, 2, 3});
  CHECK(emitted(sockets[1]->broadcast()) == Who{0, 2, 3});
  CHECK(emitted(sockets[1]->to("a")) == Who{0});
  CHECK(emitted(sockets[1]->to("a").to("b")) == Who{0, 2});
  CHECK(emitted(sockets[0]->except("b")) == Who{3});
  CHECK(emitted(sockets[0]->in("a").except("b")) == Who{});
  sockets[1]->leave("a");
  CHECK(emitted(two.all().to("a")) == Who{0});
}

TEST_CASE("a half-built broadcast may be kept, and changes nothing of what it was built from") {
  TwoWorkers two;
  two.sockets[0]->join("a");
  two.sockets[1]->join("b");
  auto const all = two.all();
  auto const to_a = all.to("a");
  static_cast<void>(to_a.to("b"));
  static_cast<void>(to_a.except("a"));
  to_a.emit("x");
  CHECK(two.told() == Who{0});
  to_a.to("b").emit("x");
  CHECK(two.told() == Who{0, 1});
  all.emit("x");
  CHECK(two.told() == Who{0, 1, 2, 3});
}

TEST_CASE("a broadcast stays in its namespace") {
  World world;
  world.of("/chat");
  Peer peer(world);
  peer.join();
  peer.join("/chat");
  BroadcastOperator(world.hub(), "/chat").emit("x");
  CHECK(peer.take() == Told{R"(2/chat,["x"])"});
  BroadcastOperator(world.hub(), "/nowhere").emit("x");
  CHECK(peer.take().empty());
}

TEST_CASE("a volatile event is dropped for whoever cannot take it now, and for nobody else") {
  TwoWorkers two;
  two.peers[1]->is_writable = false;
  two.all().volatile_().emit("x");
  CHECK(two.told() == Who{0, 2, 3});
  two.all().emit("x");
  CHECK(two.told() == Who{0, 1, 2, 3});
  two.sockets[1]->emit_with({.is_volatile = true}, "x");
  CHECK(two.told() == Who{});
}

TEST_CASE("binary broadcasts carry their attachments to every client") {
  TwoWorkers two;
  two.all().emit("x", base::Bytes(7));
  two.world.run_posted();
  for (auto const& peer : two.peers) {
    CHECK(peer->take() == Told{R"(51-["x",{"_placeholder":true,"num":0}])", "<7>"});
  }
}

TEST_CASE("two sockets that leave while others are told do no harm") {
  TwoWorkers two;
  two.sockets[0]->on_any_outgoing([&](std::string_view, Args const&) { two.sockets[2]->disconnect(true); });
  two.all().emit("x");
  CHECK(two.peers[2]->closed);
  two.all().emit("x");
  CHECK_FALSE(two.peers[0]->closed);
}

TEST_CASE("sockets are made to join and leave rooms wherever they live") {
  TwoWorkers two;
  two.all().except(two.sockets[3]->id()).sockets_join({"a", "b"});
  two.world.run_posted();
  for (std::size_t i = 0; i < 4; ++i) CHECK(two.sockets[i]->is_in("a") == (i != 3));
  two.all(1).to("b").sockets_leave({"a", "nowhere"});
  two.world.run_posted();
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK_FALSE(two.sockets[i]->is_in("a"));
    CHECK(two.sockets[i]->is_in("b") == (i != 3));
  }
}

TEST_CASE("sockets are disconnected wherever they live, their connections only if that is wished") {
  for (bool const close : {false, true}) {
    TwoWorkers two;
    two.sockets[0]->join("a");
    two.sockets[1]->join("a");
    two.all().to("a").disconnect_sockets(close);
    two.world.run_posted();
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(two.sockets[i]->connected() == (i > 1));
      CHECK(two.peers[i]->closed.has_value() == (close && i < 2));
      CHECK(two.peers[i]->take() == (i < 2 ? Told{"1"} : Told{}));
    }
  }
}

TEST_CASE("sockets are fetched from every worker, with what they are and the means to reach them") {
  TwoWorkers two;
  for (std::size_t i = 0; i < 4; ++i) two.sockets[i]->data().set("n", i);
  two.sockets[1]->join("a");
  two.sockets[2]->join("a");
  auto const all = result_of(two.all().fetch_sockets());
  CHECK_FALSE(all->has_value());
  two.world.run_posted();
  REQUIRE(all->has_value());
  CHECK((*all)->size() == 4);

  auto const some = result_of(two.all().to("a").except(two.sockets[2]->id()).fetch_sockets());
  two.world.run_posted();
  REQUIRE((*some)->size() == 1);
  auto const& remote = (**some)[0];
  CHECK(remote.id() == two.sockets[1]->id());
  CHECK(remote.data()["n"].as_int() == 1);
  CHECK(remote.rooms().size() == 2);
  CHECK(remote.handshake().header("host") == "example");
  CHECK(remote.handshake().parameter("EIO") == "4");
  CHECK(remote.handshake().header("absent").empty());

  remote.emit("hello");
  CHECK(two.told() == Who{1});
  remote.join({"b"});
  remote.leave("a");
  two.world.run_posted();
  CHECK(two.sockets[1]->is_in("b"));
  CHECK_FALSE(two.sockets[1]->is_in("a"));
  auto const answer = result_of(remote.emit_with_ack("ask", 1s));
  two.world.run_posted();
  auto const asked = two.peers[1]->take();
  REQUIRE(asked.size() == 1);
  two.peers[1]->say("3" + asked[0].substr(1, asked[0].find('[') - 1) + R"(["here"])");
  two.world.run_posted();
  REQUIRE(answer->has_value());
  CHECK((***answer)[0].as_string() == "here");
  auto const silence = result_of(remote.emit_with_ack("ask", 1s));
  two.world.pass(1s);
  REQUIRE(silence->has_value());
  CHECK((*silence)->error() == AckError::timeout);
  remote.disconnect(true);
  two.world.run_posted();
  CHECK(two.peers[1]->closed);
}

namespace {

/// Lets a client answer what it was last asked.
void answer(Peer& peer, std::string const& json) {
  auto const told = peer.take();
  REQUIRE_FALSE(told.empty());
  peer.say("3" + told.back().substr(1, told.back().find('[') - 1) + json);
}

}  // namespace

TEST_CASE("a broadcast with answers is complete when all have answered") {
  TwoWorkers two;
  auto const answers = result_of(two.all().timeout(1s).emit_with_ack("x", 5));
  two.world.run_posted();
  for (int i = 3; i >= 0; --i) {
    CHECK_FALSE(answers->has_value());
    answer(*two.peers[static_cast<std::size_t>(i)], "[" + std::to_string(i) + R"(,"more"])");
    two.world.run_posted();
  }
  REQUIRE(answers->has_value());
  CHECK((*answers)->complete);
  std::set<std::int64_t> numbers;
  for (auto const& each : (*answers)->answers) numbers.insert(*each.as_int());
  CHECK(numbers == std::set<std::int64_t>{0, 1, 2, 3});
}

TEST_CASE("a broadcast whose time is over has the answers that came, and later ones are ignored") {
  TwoWorkers two;
  auto const answers = result_of(two.all().timeout(1s).emit_with_ack("x"));
  two.world.run_posted();
  answer(*two.peers[0], "[0]");
  answer(*two.peers[3], "[3]");
  two.world.pass(999ms);
  CHECK_FALSE(answers->has_value());
  two.world.pass(1ms);
  REQUIRE(answers->has_value());
  CHECK_FALSE((*answers)->complete);
  CHECK((*answers)->answers.size() == 2);
  answer(*two.peers[1], "[1]");
  two.world.run_posted();
  CHECK((*answers)->answers.size() == 2);
  CHECK_FALSE(two.peers[1]->closed);
}

TEST_CASE("a broadcast that reaches nobody is answered when all workers have said so") {
  TwoWorkers two;
  auto const answers = result_of(two.all().to("nowhere").timeout(1s).emit_with_ack("x"));
  CHECK_FALSE(answers->has_value());
  two.world.run_posted();
  REQUIRE(answers->has_value());
  CHECK((*answers)->complete);
  CHECK((*answers)->answers.empty());
}

TEST_CASE("a broadcast does not wait for whoever leaves, and is not complete then") {
  TwoWorkers two;
  auto const answers = result_of(two.all().emit_with_ack("x"));
  two.world.run_posted();
  for (std::size_t const i : {0u, 2u, 3u}) answer(*two.peers[i], "[1]");
  two.peers[1]->lose(CloseReason::transport_close);
  two.world.run_posted();
  REQUIRE(answers->has_value());
  CHECK_FALSE((*answers)->complete);
  CHECK((*answers)->answers.size() == 3);
}

TEST_CASE("the sender of a broadcast is not asked") {
  TwoWorkers two;
  auto const answers = result_of(two.sockets[1]->broadcast().timeout(1s).emit_with_ack("x"));
  two.world.run_posted();
  CHECK(two.peers[1]->take().empty());
  for (std::size_t const i : {0u, 2u, 3u}) answer(*two.peers[i], "[]");
  two.world.run_posted();
  REQUIRE(answers->has_value());
  CHECK((*answers)->complete);
  CHECK((*answers)->answers.size() == 3);
}

TEST_CASE("questions of two workers, and of a socket, are never mistaken for each other") {
  TwoWorkers two(2);
  auto const first = result_of(two.all(0).timeout(1s).emit_with_ack("x", "first"));
  auto const second = result_of(two.all(1).timeout(1s).emit_with_ack("x", "second"));
  auto const third = result_of(two.sockets[0]->emit_with_ack(1s, "x", "third"));
  two.world.run_posted();
  for (auto const& peer : two.peers) {
    for (auto const& told : peer->take()) {
      auto const bracket = told.find('[');
      auto const question = base::Json::parse(told.substr(bracket));
      peer->say("3" + told.substr(1, bracket - 1) + "[" + question->elements()[1].dump() + "]");
    }
  }
  two.world.run_posted();
  REQUIRE((first->has_value() && second->has_value() && third->has_value()));
  CHECK((*first)->answers == std::vector<base::Json>{"first", "first"});
  CHECK((*second)->answers == std::vector<base::Json>{"second", "second"});
  CHECK((***third)[0].as_string() == "third");
}

TEST_CASE("a worker whose mailbox is full has no part in an answer, which comes all the same") {
  TwoWorkers two;
  two.world.host(1).mailbox_limit = 0;
  auto const found = result_of(two.all().fetch_sockets());
  REQUIRE(found->has_value());
  CHECK((*found)->size() == 2);
  auto const answers = result_of(two.all().timeout(1s).emit_with_ack("x"));
  for (std::size_t const i : {0u, 2u}) answer(*two.peers[i], "[1]");
  two.world.pass(1s);
  REQUIRE(answers->has_value());
  CHECK_FALSE((*answers)->complete);
  CHECK((*answers)->answers.size() == 2);
}
