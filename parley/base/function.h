#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace parley::base {

/// A callable that is moved, never copied; small ones live inside. (C++23's std::move_only_function.)
template <class Signature>
class Function;

template <class R, class... A>
class Function<R(A...)> {
 public:
  Function() = default;
  Function(std::nullptr_t) {}

  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Function> && std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
      Function(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (fits<Callable>) {
      ::new (static_cast<void*>(store_)) Callable(std::forward<F>(callable));
      ops_ = &inside<Callable>;
    } else {
      ::new (static_cast<void*>(store_)) Callable*(new Callable(std::forward<F>(callable)));
      ops_ = &outside<Callable>;
    }
  }

  Function(Function&& other) noexcept { take(other); }
  Function& operator=(Function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Function(Function const&) = delete;
  Function& operator=(Function const&) = delete;
  ~Function() { reset(); }

  explicit operator bool() const { return ops_ != nullptr; }

  /// Precondition: not empty.
  R operator()(A... arguments) { return ops_->call(store_, std::forward<A>(arguments)...); }

 private:
  struct Ops {
    R (*call)(void*, A&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };
  static constexpr std::size_t store_bytes = 3 * sizeof(void*);
  template <class Callable>
  static constexpr bool fits = sizeof(Callable) <= store_bytes &&
                               alignof(Callable) <= alignof(void*) && std::is_nothrow_move_constructible_v<Callable>;

  template <class Callable>
  static constexpr Ops inside{[](void* store, A&&... arguments) -> R {
                                return (*static_cast<Callable*>(store))(std::forward<A>(arguments)...);
                              },
                              [](void* from, void* to) noexcept {
                                ::new (to) Callable(std::move(*static_cast<Callable*>(from)));
                                static_cast<Callable*>(from)->~Callable();
                              },
                              [](void* store) noexcept { static_cast<Callable*>(store)->~Callable(); }};
  template <class Callable>
  static constexpr Ops outside{
      [](void* store, A&&... arguments) -> R {
        return (**static_cast<Callable**>(store))(std::forward<A>(arguments)...);
      },
      [](void* from, void* to) noexcept { ::new (to) Callable*(*static_cast<Callable**>(from)); },
      [](void* store) noexcept { delete *static_cast<Callable**>(store); }};

  void take(Function& other) noexcept {
    if (!other.ops_) return;
    other.ops_->move(other.store_, store_);
    ops_ = std::exchange(other.ops_, nullptr);
  }
  void reset() noexcept {
    if (ops_) std::exchange(ops_, nullptr)->destroy(store_);
  }

  alignas(void*) std::byte store_[store_bytes];
  Ops const* ops_ = nullptr;
};

/// A callable borrowed for the length of one call.
template <class Signature>
class FunctionRef;

template <class R, class... A>
class FunctionRef<R(A...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, FunctionRef> && std::is_invocable_r_v<R, F&, A...>)
      FunctionRef(F&& callable)
      : object_(const_cast<void*>(static_cast<void const*>(std::addressof(callable)))),
        call_([](void* object, A... arguments) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<A>(arguments)...);
        }) {}
  R operator()(A... arguments) const { return call_(object_, std::forward<A>(arguments)...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

}  // namespace parley::base
