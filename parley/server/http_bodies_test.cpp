#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>

#include "parley/server/server.h"

// Bodies that are received and sent piece by piece, seen from the other end of a connection.
using namespace parley;
using namespace parley::server;
using namespace std::chrono_literals;
using base::Task;

namespace {

constexpr auto patience = 10s;

/// The other end of a connection.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_bytes = 0) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_bytes > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Peer() { close(socket_); }
  Peer(Peer const&) = delete;
  Peer& operator=(Peer const&) = delete;

  void say(std::string_view text) const {
    while (!text.empty()) {
      auto const sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// As much as the kernel takes without waiting, and a moment longer.
  std::size_t say_until_stuck(std::string_view text) const {
    std::size_t taken = 0;
    while (taken < text.size()) {
      pollfd waiting{socket_, POLLOUT, 0};
      if (poll(&waiting, 1, 200) <= 0) break;
      auto const sent = ::send(socket_, text.data() + taken, text.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) taken += static_cast<std::size_t>(sent);
    }
    return taken;
  }
  bool hears_within(std::chrono::milliseconds time) const {
    pollfd waiting{socket_, POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
  }
  /// Reads until `done` is content with what has come, or the connection ends.
  std::string hear(std::function<bool(std::string const&)> const& done) {
    for (;;) {
      if (done(heard_)) return std::exchange(heard_, {});
      char buffer[64 * 1024];
      REQUIRE(hears_within(patience));
      auto const count = recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return std::exchange(heard_, {});
      heard_.append(buffer, static_cast<std::size_t>(count));
    }
  }
  /// One response with a Content-Length.
  std::string hear_response() {
    std::size_t length = 0;
    auto text = hear([&length](std::string const& so_far) {
      auto const head = so_far.find("\r\n\r\n");
      auto const field = so_far.find("Content-Length: ");
      if (head == std::string::npos || field == std::string::npos) return false;
      length = head + 4 + std::stoul(so_far.substr(field + 16));
      return so_far.size() >= length;
    });
    heard_ = text.substr(std::min(length, text.size()));
    text.resize(text.size() - heard_.size());
    return text;
  }
  std::string hear_to_the_end() {
    return hear([](std::string const&) { return false; });
  }

 private:
  int socket_;
  std::string heard_;
};

std::string body_of(std::string const& response) { return response.substr(response.find("\r\n\r\n") + 4); }

std::string post(std::string_view path, std::string_view body, std::string_view more_fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(more_fields) + "\r\n" + std::string(body);
}

std::string in_chunks(std::string_view path, std::string_view body, std::size_t chunk_bytes) {
  std::string text = "POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (; !body.empty(); body.remove_prefix(std::min(body.size(), chunk_bytes))) {
    auto const chunk = body.substr(0, chunk_bytes);
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", chunk.size());
    text += size + std::string(chunk) + "\r\n";
  }
  return text + "0\r\n\r\n";
}

std::string some_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>('a' + i * 31 % 26);
  return bytes;
}

/// Answers with the body it was sent.
Task<http::Response> echo(HttpRequest, RequestBody body) {
  body.limit(4'000'000);
  std::string all;
  for (;;) {
    auto piece = co_await body.read();
    if (!piece) co_return http::Response{http::status_of(piece.error()), {}, std::string(to_string(piece.error()))};
    if (piece->empty()) co_return http::Response{200, {}, all};
    CHECK(piece->size() <= 64 * 1024);
    all += *piece;
  }
}

/// The same bytes again and again.
class Repeated final : public http::BodySource {
 public:
  Repeated(std::string piece, std::size_t times, std::atomic<std::size_t>* made = nullptr,
           std::promise<void>* gone = nullptr)
      : piece_(std::move(piece)), length_(piece_.size() * times), made_(made), gone_(gone) {}
  ~Repeated() override {
    if (gone_) gone_->set_value();
  }
  std::uint64_t bytes() const override { return length_; }
  Task<std::string> next() override {
    if (made_) *made_ += piece_.size();
    co_return piece_;
  }

 private:
  std::string piece_;
  std::size_t length_;
  std::atomic<std::size_t>* made_;
  std::promise<void>* gone_;
};

struct World {
  explicit World(ServerConfig::Limits limits = {})
      : io(ServerConfig{.host = "127.0.0.1", .port = 0, .workers = 1, .limits = limits}) {
    io.http().add_streaming(http::Method::post, "/echo", echo);
    io.http().get("/alive", [](HttpRequest const&) { return http::Response{200, {}, "yes"}; });
  }
  ~World() {
    io.post_stop();
    io.wait();
  }
  std::uint16_t start() {
    REQUIRE(io.start());
    return io.port();
  }
  Server io;
};

}  // namespace

TEST_CASE("a body that is read piece by piece arrives whole, and the connection goes on") {
  World world;
  Peer peer(world.start());
  auto const body = some_bytes(1'500'000);
  for (auto const& request : {post("/echo", body), in_chunks("/echo", body, 70'000), in_chunks("/echo", body, 999)}) {
    peer.say(request + "GET /alive HTTP/1.1\r\nHost: here\r\n\r\n");
    CHECK(body_of(peer.hear_response()) == body);
    CHECK(body_of(peer.hear_response()) == "yes");
  }
  peer.say(post("/echo", ""));
  CHECK(peer.hear_response().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a handler that is slow to read makes its client wait") {
  World world;
  std::promise<base::Function<void(bool)>> opener;
  world.io.http().add_streaming(http::Method::post, "/slow", [&](HttpRequest request, RequestBody body) {
    return [](auto& gate_opener, HttpRequest given, RequestBody bytes) -> Task<http::Response> {
      base::Completion<bool> gate;
      gate_opener.set_value(gate.resolver());
      co_await gate;
      bytes.limit(100'000'000);
      co_return co_await echo(std::move(given), std::move(bytes));
    }(opener, std::move(request), std::move(body));
  });
  Peer peer(world.start());
  auto const body = some_bytes(64'000'000);
  auto const request = post("/slow", body);
  auto const taken = peer.say_until_stuck(request);
  CHECK(taken < 32'000'000);
  auto open = std::make_shared<base::Function<void(bool)>>(opener.get_future().get());
  REQUIRE(world.io.post(0, [open] { (*open)(true); }));
  peer.say(std::string_view(request).substr(taken, 1'000'000));
  // It flows again: what is too long for `echo` is refused, so that the test need not wait for all of it.
  CHECK(peer.hear([](std::string const& text) { return !text.empty(); }).starts_with("HTTP/1.1 413"));
}

TEST_CASE("an answer that comes before the body has ended reaches a client that is still sending") {
  World world;
  world.io.http().add_streaming(http::Method::post, "/no", [](HttpRequest, RequestBody) -> Task<http::Response> {
    co_return http::Response{403, {}, "no"};
  });
  Peer peer(world.start());
  peer.say(post("/no", some_bytes(3'000'000)));
  auto const answer = peer.hear_to_the_end();
  CHECK(answer.starts_with("HTTP/1.1 403"));
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(body_of(answer) == "no");
}

TEST_CASE("a client that asks first is invited only by a handler that wants its body") {
  World world;
  world.io.http().add_streaming(http::Method::post, "/no", [](HttpRequest, RequestBody) -> Task<http::Response> {
    co_return http::Response{403, {}, "no"};
  });
  auto const port = world.start();
  auto const head = [](std::string_view path) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  };
  Peer refused(port);
  refused.say(head("/no"));
  CHECK(refused.hear_to_the_end().starts_with("HTTP/1.1 403"));

  Peer invited(port);
  invited.say(head("/echo"));
  auto const ends = [](std::string const& text) { return text.ends_with("\r\n\r\n"); };
  CHECK(invited.hear(ends) == "HTTP/1.1 100 Continue\r\n\r\n");
  invited.say("hello");
  CHECK(body_of(invited.hear_response()) == "hello");
}

TEST_CASE("a body longer than its route allows is refused before it has been received") {
  World world;
  auto const port = world.start();
  Peer announced(port);
  announced.say("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 4000001\r\nExpect: 100-continue\r\n\r\n");
  CHECK(announced.hear_to_the_end().starts_with("HTTP/1.1 413"));
  Peer growing(port);
  growing.say(in_chunks("/echo", some_bytes(4'100'000), 50'000));
  CHECK(growing.hear_to_the_end().starts_with("HTTP/1.1 413"));
  Peer exact(port);
  exact.say(post("/echo", some_bytes(4'000'000)));
  CHECK(exact.hear_response().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a body that only trickles is given up, and one that comes slowly but steadily is not") {
  ServerConfig::Limits limits;
  limits.body_bytes_min = 1000;
  limits.body_interval = 300ms;
  World world(limits);
  auto const port = world.start();
  Peer trickling(port);
  trickling.say("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 5000\r\n\r\n");
  while (!trickling.hears_within(20ms)) trickling.say("x");
  CHECK(trickling.hear_to_the_end().starts_with("HTTP/1.1 408"));

  Peer steady(port);
  steady.say("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n");
  // For longer than three intervals, and on a busy machine still many times as fast as it must.
  for (int i = 0; i < 50; ++i) {
    steady.say(some_bytes(2000));
    if (i < 49) CHECK_FALSE(steady.hears_within(20ms));
  }
  CHECK(steady.hear_response().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a handler learns that its client has gone in the middle of a body") {
  World world;
  std::promise<http::HttpError> reason;
  world.io.http().add_streaming(http::Method::post, "/tell", [&](HttpRequest, RequestBody body) {
    return [](auto& told, RequestBody bytes) -> Task<http::Response> {
      for (;;) {
        auto const piece = co_await bytes.read();
        if (piece) continue;
        told.set_value(piece.error());
        co_return http::Response{};
      }
    }(reason, std::move(body));
  });
  auto const port = world.start();
  Peer(port).say("POST /tell HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf of it");
  auto told = reason.get_future();
  REQUIRE(told.wait_for(patience) == std::future_status::ready);
  CHECK(told.get() == http::HttpError::body_incomplete);
}

TEST_CASE("a chunk that breaks the rules ends in an answer of the handler") {
  World world;
  Peer peer(world.start());
  peer.say("POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX");
  CHECK(peer.hear_to_the_end().starts_with("HTTP/1.1 400"));
}

TEST_CASE("a server that stops lets go of a body that nobody finishes") {
  std::promise<void> begun;
  auto const freed = std::make_shared<int>(0);
  {
    World world;
    world.io.http().add_streaming(http::Method::post, "/hold", [&](HttpRequest, RequestBody body) {
      return [](auto& started, std::shared_ptr<int>, RequestBody bytes) -> Task<http::Response> {
        started.set_value();
        static_cast<void>(co_await bytes.read());
        static_cast<void>(co_await bytes.read());
        co_return http::Response{};
      }(begun, freed, std::move(body));
    });
    Peer peer(world.start());
    peer.say("POST /hold HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf of it");
    REQUIRE(begun.get_future().wait_for(patience) == std::future_status::ready);
    world.io.post_stop();
    world.io.wait();
  }
  CHECK(freed.use_count() == 1);
}

TEST_CASE("a response that is made piece by piece has its length, and the connection goes on") {
  World world;
  auto const piece = some_bytes(50'000);
  world.io.http().get("/long", [&](HttpRequest const&) {
    return http::Response{.status = 200, .headers = {}, .body = {}, .source = std::make_shared<Repeated>(piece, 100)};
  });
  Peer peer(world.start());
  peer.say("GET /long HTTP/1.1\r\nHost: here\r\n\r\n");
  auto const answer = peer.hear_response();
  CHECK(answer.find("Content-Length: 5000000\r\n") != std::string::npos);
  auto const body = body_of(answer);
  REQUIRE(body.size() == 5'000'000);
  for (std::size_t i = 0; i < 100; ++i) CHECK(body.compare(i * piece.size(), piece.size(), piece) == 0);

  peer.say("HEAD /long HTTP/1.1\r\nHost: here\r\n\r\n");
  auto const head = peer.hear([](std::string const& text) { return text.ends_with("\r\n\r\n"); });
  CHECK(head.find("Content-Length: 5000000\r\n") != std::string::npos);
  peer.say("GET /alive HTTP/1.1\r\nHost: here\r\n\r\n");
  CHECK(body_of(peer.hear_response()) == "yes");
}

TEST_CASE("a client that does not read stops the making of its response, and its leaving frees it") {
  World world;
  std::atomic<std::size_t> made = 0;
  std::promise<void> gone;
  world.io.http().get("/endless", [&](HttpRequest const&) {
    auto source = std::make_shared<Repeated>(some_bytes(64 * 1024), 4096, &made, &gone);
    return http::Response{.status = 200, .headers = {}, .body = {}, .source = std::move(source)};
  });
  auto const port = world.start();
  {
    Peer peer(port, 64 * 1024);
    peer.say("GET /endless HTTP/1.1\r\nHost: here\r\n\r\n");
    REQUIRE(peer.hears_within(patience));
    // The kernel's buffers fill within a few turns; two looks with others served in between show the same.
    std::size_t before = 0;
    for (int same = 0; same < 5;) {
      Peer other(port);
      other.say("GET /alive HTTP/1.1\r\nHost: here\r\n\r\n");
      CHECK(body_of(other.hear_response()) == "yes");
      auto const now = made.load();
      same = now == before ? same + 1 : 0;
      before = now;
    }
    CHECK(made.load() < 16'000'000);
  }
  CHECK(gone.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a response whose next piece cannot be had is cut short, never filled up") {
  class Failing final : public http::BodySource {
   public:
    std::uint64_t bytes() const override { return 10; }
    Task<std::string> next() override { co_return std::exchange(piece_, {}); }

   private:
    std::string piece_ = "hello";
  };
  World world;
  world.io.http().get("/broken", [](HttpRequest const&) {
    return http::Response{.status = 200, .headers = {}, .body = {}, .source = std::make_shared<Failing>()};
  });
  Peer peer(world.start());
  peer.say("GET /broken HTTP/1.1\r\nHost: here\r\n\r\n");
  CHECK(body_of(peer.hear_to_the_end()) == "hello");
}
