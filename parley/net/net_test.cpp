#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "parley/net/entropy.h"
#include "parley/net/event_loop.h"
#include "parley/net/listener.h"
#include "parley/net/stream.h"

using namespace parley::net;
using namespace parley::base;
using namespace std::chrono_literals;

namespace {

struct Note final : Timer {
  Note(std::vector<int>& notes, int number) : log(notes), id(number) {}
  void on_timer(TimePoint) override { log.push_back(id); }
  std::vector<int>& log;
  int id;
};

TimePoint at(std::chrono::milliseconds ms) { return TimePoint{ms}; }

/// Collects what arrives, and ends the loop when `until` bytes are here or the stream is over.
struct Collector final : StreamUser {
  Collector(EventLoop& event_loop, std::size_t bytes) : loop(event_loop), until(bytes) {}
  void on_bytes(MutableBytes bytes) override {
    received += as_text(bytes);
    if (received.size() >= until) loop.stop();
  }
  void on_end(StreamEnd) override {
    ended = true;
    loop.stop();
  }
  EventLoop& loop;
  std::size_t until;
  std::string received;
  bool ended = false;
};

struct Pair {
  Pair() {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    loop.on_turn_end([this] { hub.flush_dirty(); });
  }
  int ends[2];
  EventLoop loop;
  StreamHub hub{loop};
};

}  // namespace

TEST_CASE("timers run in the order of their times, and cancelled or moved ones as told") {
  std::vector<int> log;
  Timers timers;
  {
    std::vector<std::unique_ptr<Note>> notes;
    for (int i = 0; i < 100; ++i) notes.push_back(std::make_unique<Note>(log, i));
    for (int i = 0; i < 100; ++i)
      timers.set(*notes[static_cast<std::size_t>(i)], at(std::chrono::milliseconds((i * 37) % 100)));
    timers.set(*notes[5], at(500ms));
    timers.cancel(*notes[6]);
    notes[7].reset();
    timers.run_due(at(100ms));
    CHECK(log.size() == 97);
    for (std::size_t i = 1; i < log.size(); ++i) CHECK((log[i - 1] * 37) % 100 < (log[i] * 37) % 100);
    CHECK(timers.next() == at(500ms));
  }
  CHECK(timers.next() == TimePoint::max());
}

TEST_CASE("bytes written on one stream arrive at the other in order, whatever mixture of pieces they were") {
  Pair pair;
  Collector sink(pair.loop, 3'000'000);
  Collector source(pair.loop, 1);
  Stream reader(pair.hub, pair.ends[0], {});
  Stream writer(pair.hub, pair.ends[1], {});
  reader.open(sink);
  writer.open(source);
  std::string expected;
  auto const shared = std::make_shared<Bytes const>(Bytes(10'000, 's'));
  for (int i = 0; expected.size() < 3'000'000; ++i) {
    std::string const own(static_cast<std::size_t>(i % 700), static_cast<char>('a' + i % 26));
    writer.outbox().append(as_bytes(own));
    expected += own;
    if (i % 3 == 0) {
      writer.outbox().append(SharedSlice{shared, *shared});
      expected.append(shared->size(), 's');
    }
  }
  CHECK(writer.queued_bytes() == expected.size());
  writer.output_added();
  sink.until = expected.size();
  pair.loop.run();
  CHECK(sink.received == expected);
  CHECK(writer.queued_bytes() == 0);
}

TEST_CASE("the end of the peer is told once, after all its bytes") {
  Pair pair;
  Collector sink(pair.loop, 1'000'000);
  Stream reader(pair.hub, pair.ends[0], {});
  reader.open(sink);
  CHECK(write(pair.ends[1], "last words", 10) == 10);
  close(pair.ends[1]);
  pair.loop.run();
  CHECK(sink.received == "last words");
  CHECK(sink.ended);
  CHECK_FALSE(reader.is_open());
}

TEST_CASE("a farewell delivers what is queued and then ends our side") {
  Pair pair;
  auto leaving = std::make_unique<Stream>(pair.hub, pair.ends[0], Address{});
  Collector unused(pair.loop, 1);
  leaving->open(unused);
  Collector sink(pair.loop, 1'000'000);
  Stream reader(pair.hub, pair.ends[1], {});
  reader.open(sink);
  leaving->outbox().append(as_bytes("good bye"));
  pair.hub.say_farewell(std::move(leaving), 5s);
  pair.loop.run();
  CHECK(sink.received == "good bye");
  CHECK(sink.ended);
}

TEST_CASE("a port that somebody listens on is refused, and shared only on request") {
  auto const any = Address::resolve("127.0.0.1", 0);
  REQUIRE(any);
  auto const first = Listener::bind(*any, Listener::Sharing::first);
  REQUIRE(first);
  auto const taken = Listener::local_address(*first);
  auto const second = Listener::bind(taken, Listener::Sharing::first);
  REQUIRE_FALSE(second);
  CHECK(second.error().find("127.0.0.1") != std::string::npos);
  auto const shared = Listener::bind(taken, Listener::Sharing::further);
  REQUIRE(shared);
  close(*first);
  close(*shared);
}

TEST_CASE("a wake from another thread and a delayed call both reach the loop") {
  EventLoop loop;
  int calls = 0;
  loop.on_wake([&] { ++calls; });
  loop.after(1ms, [&] { loop.stop(); });
  loop.wake();
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("random bytes do not repeat") {
  Entropy entropy;
  std::array<std::uint8_t, 16> a{}, b{};
  entropy.fill(a);
  entropy.fill(b);
  CHECK(a != b);
}
