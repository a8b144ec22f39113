#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "parley/base/assert.h"

namespace parley::base {

/// An error on its way into a Result; made by `fail`.
template <class E>
struct Failure {
  E error;
};

template <class E>
[[nodiscard]] constexpr Failure<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}

/// A value, or the reason why there is none. The interface is that of `std::expected`, so that it can become it.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  template <class U = T>
  requires std::constructible_from<T, U> &&(!std::same_as<std::remove_cvref_t<U>, Result>)constexpr Result(U&& value)
      : held_(std::in_place_index<0>, std::forward<U>(value)) {}
  template <class G>
  requires std::constructible_from<E, G>
  constexpr Result(Failure<G> failure) : held_(std::in_place_index<1>, std::move(failure.error)) {}

  constexpr bool has_value() const { return held_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }

  /// Precondition: has_value().
  constexpr T& operator*() & { return value(); }
  constexpr T const& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(value()); }
  constexpr T* operator->() { return &value(); }
  constexpr T const* operator->() const { return &value(); }
  constexpr T& value() & {
    PARLEY_ASSERT(has_value());
    return *std::get_if<0>(&held_);
  }
  constexpr T const& value() const& {
    PARLEY_ASSERT(has_value());
    return *std::get_if<0>(&held_);
  }
  constexpr T&& value() && { return std::move(value()); }
  template <class U>
  constexpr T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

  /// Precondition: !has_value().
  constexpr E const& error() const& {
    PARLEY_ASSERT(!has_value());
    return *std::get_if<1>(&held_);
  }
  constexpr E& error() & {
    PARLEY_ASSERT(!has_value());
    return *std::get_if<1>(&held_);
  }

 private:
  std::variant<T, E> held_;
};

/// Success without a value, or the reason why there was none.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  constexpr Result() = default;
  template <class G>
  requires std::constructible_from<E, G>
  constexpr Result(Failure<G> failure) : held_(std::in_place_index<1>, std::move(failure.error)) {}

  constexpr bool has_value() const { return held_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr E const& error() const& {
    PARLEY_ASSERT(!has_value());
    return *std::get_if<1>(&held_);
  }

 private:
  std::variant<std::monostate, E> held_;
};

}  // namespace parley::base
