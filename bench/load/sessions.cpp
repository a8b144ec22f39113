#include "bench/load/sessions.h"

#include <array>
#include <stdexcept>
#include <vector>

#include "bench/load/connection.h"
#include "bench/load/opening.h"

namespace bench {
namespace {

constexpr std::size_t handshakes_at_once = 64;
constexpr std::uint64_t settle_ns = 1'000'000'000;

/// Connections that answer heartbeats and otherwise say nothing after their first echo.
class Sleepers {
 public:
  Sleepers(Options const& options, Meter& meter)
      : options_(options), ring_({MessageKind::echo, options.shape, options.payload_bytes}, 0), meter_(meter) {}

  void open(std::size_t count) {
    connections_.reserve(count);
    open_connections({.endpoint = options_.endpoint, .count = count, .kind = options_.client},
                     [this](std::size_t, Descriptor socket) {
                       poller_.add(socket.get(), connections_.size());
                       connections_.emplace_back(std::move(socket), ring_, std::vector{&ring_});
                       return true;
                     });
    for (auto& connection : connections_) {
      connection.send_messages(1, now_ns());
      turn(0);
    }
    auto const give_up_at = now_ns() + 10 * settle_ns;
    while (meter_.delivered_ever() < count) {
      turn(100);
      if (now_ns() > give_up_at) throw std::runtime_error("not every connection got its echo");
    }
  }

  void sleep(std::uint64_t nanoseconds) {
    for (auto const end = now_ns() + nanoseconds; now_ns() < end;) turn(10);
  }

 private:
  void turn(int milliseconds) {
    for (auto const& event : poller_.wait(milliseconds)) {
      if (event.events & EPOLLIN) connections_[event.data.u64].receive(scratch_, event.events & EPOLLRDHUP, meter_);
    }
  }

  Options const& options_;
  MessageRing ring_;
  Meter& meter_;
  Poller poller_;
  std::vector<Connection> connections_;
  std::array<char, 16 * 1024> scratch_{};
};

}  // namespace

void measure_connects(Options const& options, Meter& meter) {
  auto const began = now_ns();
  OpeningPlan plan;
  plan.endpoint = options.endpoint;
  plan.at_once = handshakes_at_once;
  plan.count = SIZE_MAX;
  plan.kind = options.client;
  std::array<std::uint64_t, handshakes_at_once> started_at{};
  plan.room_of = [&started_at](std::size_t number) {
    started_at[number % handshakes_at_once] = now_ns();
    return std::string{};
  };
  open_connections(plan, [&](std::size_t number, Descriptor socket) {
    auto const now = now_ns();
    socket.reset();
    meter.delivered(now, started_at[number % handshakes_at_once]);
    if (!meter.running() && now - began >= options.warm_up_ns) meter.start();
    return now - began < options.warm_up_ns + options.seconds_ns;
  });
  meter.stop();
}

std::string measure_idle(Options const& options, ServerProbe const& server) {
  // What a server loads and allocates once, for its first connections, is not theirs alone.
  {
    Meter warm_up{server};
    Sleepers{options, warm_up}.open(16);
  }
  Meter meter{server};
  Sleepers sleepers{options, meter};
  auto const before = server.resident_bytes();
  sleepers.open(options.connections);
  sleepers.sleep(settle_ns);
  auto const after = server.resident_bytes();
  auto const cpu_before = server.cpu_ns();
  auto const time_before = now_ns();
  sleepers.sleep(options.seconds_ns);
  auto const cpu = static_cast<double>(server.cpu_ns() - cpu_before);
  auto const seconds = static_cast<double>(now_ns() - time_before) / 1e9;
  auto const grown = after > before ? static_cast<double>(after - before) : 0.0;
  return "\"resident_before\":" + std::to_string(before) + ",\"resident_after\":" + std::to_string(after) + "," +
         json_number("bytes_per_connection", grown / static_cast<double>(options.connections)) + "," +
         json_number("seconds", seconds) + "," + json_number("idle_cpu_us_per_second", cpu / 1e3 / seconds);
}

}  // namespace bench
