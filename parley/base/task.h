#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "parley/base/assert.h"
#include "parley/base/function.h"

namespace parley::base {

template <class T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr thrown;

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      return self.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& given) {
    value.emplace(std::forward<U>(given));
  }
  T take() {
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*value);
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (thrown) std::rethrow_exception(thrown);
  }
};

}  // namespace detail

/// Work that may have to wait. Begins when it is awaited (or handed to `start`), on the worker of whoever awaits it,
/// and goes on there. Owns its frame: a Task that is dropped before it has begun does nothing.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

/// A coroutine nobody waits for: it frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace detail

/// Runs `task` up to its first wait, and lets it finish by itself. `done` is told of an exception (or null).
template <class Done>
detail::Detached start(Task<void> task, Done done) {
  std::exception_ptr thrown;
  try {
    co_await std::move(task);
  } catch (...) {
    thrown = std::current_exception();
  }
  done(thrown);
}

/// Thrown into a coroutine that waits for an answer nobody can give any more (the server stops, a question was
/// lost): it unwinds and frees what it holds.
struct Abandoned : std::exception {
  char const* what() const noexcept override { return "nobody is left to answer"; }
};

/// A value that arrives by a callback, to be awaited once:
///
///     Completion<int> answer;
///     ask([done = answer.resolver()](int n) mutable { done(n); });
///     int n = co_await answer;
///
/// The callback may come before or after the wait begins, on the same worker; only the first counts. When every copy
/// of the resolver is gone without having been called, `co_await` throws Abandoned.
template <class T>
class Completion {
 public:
  Completion() : state_(std::make_shared<State>()) {}

  /// To be taken once.
  auto resolver() const {
    return [promise = std::make_shared<Promise>(state_)](T value) { promise->resolve(std::move(value)); };
  }

  bool await_ready() const { return state_->value.has_value() || state_->abandoned; }
  void await_suspend(std::coroutine_handle<> awaiting) { state_->waiting = awaiting; }
  T await_resume() {
    if (!state_->value) throw Abandoned();
    return std::move(*state_->value);
  }

 private:
  struct State {
    std::optional<T> value;
    bool abandoned = false;
    std::coroutine_handle<> waiting;
    void go_on() {
      if (waiting) std::exchange(waiting, nullptr).resume();
    }
  };
  /// What the copies of a resolver share.
  struct Promise {
    explicit Promise(std::shared_ptr<State> target) : state(std::move(target)) {}
    Promise(Promise const&) = delete;
    Promise& operator=(Promise const&) = delete;
    ~Promise() {
      if (state->value) return;
      state->abandoned = true;
      state->go_on();
    }
    void resolve(T value) {
      if (state->value) return;
      state->value.emplace(std::move(value));
      state->go_on();
    }
    std::shared_ptr<State> state;
  };
  std::shared_ptr<State> state_;
};

}  // namespace parley::base
