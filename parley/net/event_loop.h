#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "parley/base/function.h"
#include "parley/base/time.h"
#include "parley/net/timers.h"

namespace parley::net {

/// Whoever owns a descriptor that the loop watches. Once it is closed it is given to `EventLoop::bury`, because the
/// turn that closes it may still hold events for it.
class EventSource {
 public:
  virtual ~EventSource() = default;
  /// `events` as epoll gives them. Edge-triggered: read and write until the kernel says EAGAIN.
  virtual void on_ready(std::uint32_t events) = 0;
};

/// One thread's epoll loop. A turn: wait, serve what is ready, run due timers, finish the turn (flush), free the dead.
/// Lives on  the thread that calls `run`; only `wake` may be called from elsewhere.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(EventLoop const&) = delete;
  EventLoop& operator=(EventLoop const&) = delete;

  /// Watches for both directions, edge-triggered, until the descriptor is closed. Throws std::system_error.
  void watch(int descriptor, EventSource& source);
  /// Forgets a descriptor that is to live on elsewhere.
  void unwatch(int descriptor);
  /// Frees `thing` when this turn is over: whoever runs now may still be inside it.
  void bury(std::shared_ptr<void> thing) { dead_.push_back(std::move(thing)); }
  /// Calls `source.on_ready(0)` in the next turn: for a source that stopped reading only to be fair to others.
  void again(EventSource& source) { again_.push_back(&source); }
  /// Takes that wish back; a source that ends says so.
  void not_again(EventSource& source) { std::erase(again_, &source); }

  /// Called in every turn in which `wake` was called, and at the end of every turn.
  void on_wake(base::Function<void()> call) { on_wake_ = std::move(call); }
  void on_turn_end(base::Function<void()> call) { on_turn_end_ = std::move(call); }

  Timers& timers() { return timers_; }
  /// Calls `call` once after `delay`.
  void after(base::Duration delay, base::Function<void()> call);
  /// The time at which this turn began.
  base::TimePoint now() const { return now_; }

  void run();
  /// Lets `run` return at the end of this turn.
  void stop() { running_ = false; }
  /// Any thread, also a signal handler.
  void wake() const;

 private:
  std::chrono::nanoseconds time_to_wait() const;
  void finish_turn();

  int epoll_ = -1;
  int wake_ = -1;
  bool running_ = true;
  base::TimePoint now_;
  Timers timers_;
  std::vector<EventSource*> again_;
  std::vector<std::shared_ptr<void>> dead_;
  base::Function<void()> on_wake_;
  base::Function<void()> on_turn_end_;
};

}  // namespace parley::net
