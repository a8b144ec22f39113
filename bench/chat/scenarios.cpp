#include "bench/chat/scenarios.h"

#include <stdexcept>

#include "bench/chat/crowd.h"

namespace bench {
namespace {

constexpr std::size_t arriving_max = 64;
constexpr std::uint64_t patience_ns = 10'000'000'000;
constexpr std::uint64_t settle_ns = 3'000'000'000;

/// Turns until `done`, and throws when `progress`, a number, stands still for too long.
template <class Done, class Progress>
void turn_until(Crowd& crowd, std::string const& what, Done done, Progress progress, int milliseconds = 100) {
  auto last = progress();
  auto last_at = now_ns();
  while (!done()) {
    crowd.turn(milliseconds);
    if (progress() != last) {
      last = progress();
      last_at = now_ns();
    } else if (now_ns() - last_at > patience_ns) {
      throw std::runtime_error("ten seconds without progress: " + what);
    }
  }
}

/// Guests who are only welcomed, then do as a scenario says.
class Scenario : public Conductor {
 public:
  Scenario(ChatOptions const& options, ServerProbe const& server, std::size_t at_once)
      : options_(options), meter_(server), crowd_(options, at_once, *this) {}

  void welcomed(Guest&) override {
    ++welcomed_;
    crowd_.settled();
  }
  void matched(Guest&, std::string_view) override {}
  void arrived(Guest&, std::uint64_t) override {}
  void delivered(Guest&, std::uint64_t) override {}
  void gone(Guest&) override {}

 protected:
  void bring_in(std::size_t guests) {
    auto const wanted = welcomed_ + guests;
    crowd_.invite(guests);
    turn_until(
        crowd_, "guests come in", [&] { return welcomed_ == wanted; }, [&] { return welcomed_; });
  }

  void wait(std::uint64_t nanoseconds) {
    for (auto const end = now_ns() + nanoseconds; now_ns() < end;) crowd_.turn(10);
  }

  ChatOptions const& options_;
  Meter meter_;
  Crowd crowd_;
  std::size_t welcomed_ = 0;
};

class Meetings : public Scenario {
 public:
  Meetings(ChatOptions const& options, ServerProbe const& server) : Scenario(options, server, options.guests) {}

  std::string run() {
    crowd_.invite(options_.guests);
    auto const until = [this](std::uint64_t time) {
      turn_until(
          crowd_, "guests meet", [time] { return now_ns() >= time; }, [this] { return meter_.delivered_ever(); });
    };
    until(now_ns() + options_.warm_up_ns);
    meter_.start();
    until(now_ns() + options_.seconds_ns);
    meter_.stop();
    return meter_.report();
  }

  void welcomed(Guest& guest) override { guest.search(); }
  void matched(Guest& guest, std::string_view) override {
    meter_.delivered(now_ns(), crowd_.invited_at(guest.number()));
    guest.leave();
  }
  void gone(Guest& guest) override {
    crowd_.forget(guest);
    crowd_.settled();
    crowd_.invite(1);
  }
};

class Talk : public Scenario {
 public:
  Talk(ChatOptions const& options, ServerProbe const& server)
      : Scenario(options, server, arriving_max), open_loop_(options.what == ChatCase::fixed_rate) {}

  std::string run() {
    bring_in(options_.guests);
    for (std::size_t number = 0; number < crowd_.size(); ++number) {
      crowd_[number].search();
      crowd_[number].flush();
    }
    turn_until(
        crowd_, "guests are matched", [this] { return matched_ == crowd_.size(); }, [this] { return matched_; });
    // The statistics of the last match are broadcast a moment later.
    wait(settle_ns / 2);
    began_ = now_ns();
    if (!open_loop_) start_closed_loop();
    go_on_until(began_ + options_.warm_up_ns);
    meter_.start();
    go_on_until(began_ + options_.warm_up_ns + options_.seconds_ns);
    meter_.stop();
    talking_ = false;
    turn_until(
        crowd_, "the last messages are delivered", [this] { return meter_.delivered_ever() == said(); },
        [this] { return meter_.delivered_ever(); });
    return meter_.report() + "," + json_number("arrival_p50_us", microseconds(0.5)) + "," +
           json_number("arrival_p99_us", microseconds(0.99)) + "," +
           json_number("arrival_p999_us", microseconds(0.999));
  }

  void matched(Guest& guest, std::string_view partner_id) override {
    ++matched_;
    guest.talk_to(crowd_.find(partner_id));
  }
  void arrived(Guest&, std::uint64_t planned_at) override {
    if (meter_.running()) arrival_.add(now_ns() - planned_at);
  }
  void delivered(Guest& author, std::uint64_t planned_at) override {
    auto const now = now_ns();
    meter_.delivered(now, planned_at);
    // It goes out at the end of what is being received from the server right now.
    if (talking_ && !open_loop_) author.say(1, now);
  }

 private:
  void start_closed_loop() {
    for (std::size_t number = 0; number < crowd_.size(); ++number) {
      crowd_[number].say(options_.in_flight, now_ns());
      crowd_[number].flush();
    }
  }

  void go_on_until(std::uint64_t time) {
    // Waiting for a planned time is spinning: a late wake-up of this process must not count as the server's.
    turn_until(
        crowd_, "messages are delivered",
        [&] {
          if (open_loop_) say_what_is_due();
          return now_ns() >= time;
        },
        [this] { return meter_.delivered_ever(); }, open_loop_ ? 0 : 100);
  }

  void say_what_is_due() {
    auto const elapsed = static_cast<double>(now_ns() - began_);
    auto const due = static_cast<std::uint64_t>(elapsed * options_.rate / 1e9) + 1;  // the first is due at once
    for (; planned_ < due; ++planned_) {
      auto const at = began_ + static_cast<std::uint64_t>(static_cast<double>(planned_) * 1e9 / options_.rate);
      auto& author = crowd_[planned_ % crowd_.size()];
      author.say(1, at);
      author.flush();
    }
  }

  std::uint64_t said() {
    std::uint64_t all = 0;
    for (std::size_t number = 0; number < crowd_.size(); ++number) all += crowd_[number].said();
    return all;
  }

  double microseconds(double part) const { return static_cast<double>(arrival_.quantile(part)) / 1e3; }

  bool const open_loop_;
  bool talking_ = true;
  std::size_t matched_ = 0;
  std::uint64_t began_ = 0;
  std::uint64_t planned_ = 0;  // of the open loop: messages said so far
  Histogram arrival_;
};

class Idle : public Scenario {
 public:
  Idle(ChatOptions const& options, ServerProbe const& server)
      : Scenario(options, server, arriving_max), server_(server) {}

  std::string run() {
    // What a server loads and allocates once, for its first guests, is not theirs alone.
    bring_in(16);
    wait(settle_ns / 2);
    auto const before = server_.resident_bytes();
    auto const began = now_ns();
    auto const cpu = server_.cpu_ns();
    bring_in(options_.guests);
    auto const seconds = static_cast<double>(now_ns() - began) / 1e9;
    auto const cpu_us = static_cast<double>(server_.cpu_ns() - cpu) / 1e3;
    wait(settle_ns);
    auto const after = server_.resident_bytes();
    auto const grown = static_cast<double>(after > before ? after - before : 0);
    auto const guests = static_cast<double>(options_.guests);
    return "\"resident_before\":" + std::to_string(before) + ",\"resident_after\":" + std::to_string(after) + "," +
           json_number("resident_mb", static_cast<double>(after) / 1e6) + "," +
           json_number("bytes_per_guest", grown / guests) + "," + json_number("guests_per_second", guests / seconds) +
           "," + json_number("server_cpu_us_per_guest", cpu_us / guests);
  }

 private:
  ServerProbe const& server_;
};

}  // namespace

std::string measure_meetings(ChatOptions const& options, ServerProbe const& server) {
  return Meetings{options, server}.run();
}

std::string measure_talk(ChatOptions const& options, ServerProbe const& server) { return Talk{options, server}.run(); }

std::string measure_idle_guests(ChatOptions const& options, ServerProbe const& server) {
  return Idle{options, server}.run();
}

}  // namespace bench
