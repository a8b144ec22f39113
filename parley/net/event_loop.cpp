#include "parley/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace parley::net {
namespace {

[[noreturn]] void throw_errno(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

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

int EventLoop::wait_ms() const {
  if (!again_.empty() || !running_) return 0;
  auto const next = timers_.next();
  if (next == base::TimePoint::max()) return -1;
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void EventLoop::run() {
  std::array<epoll_event, 512> events;
  std::vector<EventSource*> resumed;
  while (running_) {
    int const count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
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
