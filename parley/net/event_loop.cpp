#include "parley/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>

namespace parley::net {
namespace {

[[noreturn]] void throw_errno(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

/// Waits to the nanosecond, since a millisecond late on each of two timers is what a heartbeat test notices. Kernels
/// before 5.11 do not know the call and wait to the millisecond.
int wait_for_events(int epoll, std::span<epoll_event> events, std::chrono::nanoseconds limit) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(limit);
  timespec const timeout{.tv_sec = seconds.count(), .tv_nsec = (limit - seconds).count()};
  int const count = epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
  auto const ms = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  return epoll_wait(epoll, events.data(), static_cast<int>(events.size()), static_cast<int>(ms));
}

/// A callback with a deadline; frees itself when it has run.
class OneShot final : public Timer {
 public:
  explicit OneShot(base::Function<void()> call) : call_(std::move(call)) {}

 private:
  void on_timer(base::TimePoint) override {
    auto const self = std::unique_ptr<OneShot>(this);
    call_();
  }
  void on_abandoned() override { delete this; }
  base::Function<void()> call_;
};

}  // namespace

EventLoop::EventLoop() : now_(std::chrono::steady_clock::now()) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) throw_errno("epoll_create1");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) throw_errno("eventfd");
  // Edge-triggered and never read: every write is an edge, and no system call is needed to clear it.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) < 0) throw_errno("epoll_ctl");
}

EventLoop::~EventLoop() {
  close(wake_);
  close(epoll_);
}

void EventLoop::watch(int descriptor, EventSource& source) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &source;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) < 0) throw_errno("epoll_ctl");
}

void EventLoop::unwatch(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void EventLoop::after(base::Duration delay, base::Function<void()> call) {
  timers_.set(*new OneShot(std::move(call)), std::chrono::steady_clock::now() + delay);
}

void EventLoop::wake() const {
  std::uint64_t const one = 1;
  // Fails only when the counter is about to overflow, and then an edge is pending already.
  [[maybe_unused]] auto const written = write(wake_, &one, sizeof one);
}

std::chrono::nanoseconds EventLoop::time_to_wait() const {
  if (!again_.empty() || !running_) return std::chrono::nanoseconds(0);
  auto const next = timers_.next();
  if (next == base::TimePoint::max()) return std::chrono::hours(1);
  return std::clamp<std::chrono::nanoseconds>(next - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0),
                                              std::chrono::hours(1));
}

void EventLoop::run() {
  std::array<epoll_event, 512> events;
  std::vector<EventSource*> resumed;
  while (running_) {
    int const count = wait_for_events(epoll_, events, time_to_wait());
    if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
    now_ = std::chrono::steady_clock::now();
    resumed.swap(again_);
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      auto const& event = events[static_cast<std::size_t>(i)];
      if (auto* source = static_cast<EventSource*>(event.data.ptr)) {
        source->on_ready(event.events);
      } else {
        woken = true;
      }
    }
    for (auto* source : resumed) source->on_ready(0);
    resumed.clear();
    if (woken && on_wake_) on_wake_();
    timers_.run_due(now_);
    finish_turn();
  }
  finish_turn();
}

void EventLoop::finish_turn() {
  if (on_turn_end_) on_turn_end_();
  while (!dead_.empty()) {
    // What is freed may bury more.
    auto const dead = std::exchange(dead_, {});
  }
}

}  // namespace parley::net
