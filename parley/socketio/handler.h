#pragma once

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>

#include "parley/base/log.h"
#include "parley/base/task.h"
#include "parley/socketio/ack.h"
#include "parley/socketio/event.h"

namespace parley::socketio {

/// An event on its way to a handler.
struct Incoming {
  std::shared_ptr<Socket> const& socket;
  std::string_view name;
  Args args;
  std::optional<std::uint64_t> ack_id;
  CloseReason why = CloseReason::transport_close;  ///< of `disconnecting` and `disconnect`
};

enum class Handled {
  yes,
  bad_payload  ///< an argument does not have the type that the handler asks for; the handler was not called
};

/// A handler of any signature, as the socket keeps it.
using Handler = base::Function<Handled(Incoming&)>;

/// The one place where a handler's exception ends: it is logged, and the socket lives on.
void report_exception(std::string_view event, std::exception_ptr thrown);

namespace detail {

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> {
  using Result = R;
  using Arguments = std::tuple<A...>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (C::*)(A...) const> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Arguments = std::tuple<A...>;
};

template <class T>
inline constexpr bool is_ack = std::is_base_of_v<AnyAck, T>;
template <class T>
inline constexpr bool is_borrowed =
    std::is_same_v<T, Args> || std::is_same_v<T, Arg> || std::is_same_v<T, base::JsonView> ||
    std::is_same_v<T, std::string_view> || std::is_same_v<T, base::RawJson>;

/// Fills one parameter of a handler. `next` counts the arguments that parameters before it have taken.
template <class T>
bool fill(T& parameter, Incoming& incoming, std::size_t& next) {
  if constexpr (is_ack<T>) {
    parameter = T(incoming.ack_id ? incoming.socket : nullptr, incoming.ack_id);
    return true;
  } else if constexpr (std::is_same_v<T, Args>) {
    parameter = incoming.args;
    return true;
  } else if constexpr (std::is_same_v<T, JsonArgs>) {
    parameter = JsonArgs::copy_of(incoming.args);
    return true;
  } else if constexpr (std::is_same_v<T, Arg>) {
    parameter = incoming.args.arg(next++);
    return true;
  } else if constexpr (std::is_same_v<T, CloseReason>) {
    parameter = incoming.why;
    return true;
  } else {
    return base::read_json(incoming.args[next++], parameter);
  }
}

template <class... A>
std::tuple<std::remove_cvref_t<A>...> parameters_of(std::tuple<A...>*);

template <class F, class Tuple, std::size_t... I>
decltype(auto) call(F& handler, Tuple& parameters, std::index_sequence<I...>) {
  // An acknowledgement is moved in, everything else is lent.
  [[maybe_unused]] auto const lend = []<class T>(T& each) -> decltype(auto) {
    if constexpr (is_ack<T>) {
      return std::move(each);
    } else {
      return (each);
    }
  };
  return handler(lend(std::get<I>(parameters))...);
}

}  // namespace detail

/// Turns any callable into a Handler. Its parameters say what it wants, in the order of the event's arguments:
/// a type of json_codec.h for one argument, Arg (parsed and raw), Args (all), JsonArgs (all, owned), Ack<…> at any
/// place. Extra arguments are ignored, as in JavaScript. A handler that returns Task<> is a coroutine: its parameters
/// must own what they hold.
template <class F>
Handler make_handler(F&& callable) {
  using Callable = std::decay_t<F>;
  using Signature = detail::Signature<Callable>;
  using Parameters = decltype(detail::parameters_of(static_cast<typename Signature::Arguments*>(nullptr)));
  constexpr auto indices = std::make_index_sequence<std::tuple_size_v<Parameters>>{};
  constexpr auto filled = [](Parameters& parameters, Incoming& incoming) {
    std::size_t next = 0;
    return std::apply([&](auto&... each) { return (detail::fill(each, incoming, next) && ...); }, parameters);
  };

  if constexpr (base::is_task<typename Signature::Result>) {
    []<class... P>(std::tuple<P...>*) {
      static_assert((!detail::is_borrowed<P> && ...),
                    "a coroutine outlives what is borrowed: take Json, JsonArgs, std::string or a struct instead");
    }(static_cast<Parameters*>(nullptr));
    return [handler = std::make_shared<Callable>(std::forward<F>(callable)), filled](Incoming& incoming) {
      Parameters parameters;
      if (!filled(parameters, incoming)) return Handled::bad_payload;
      // The frame owns the handler, the socket and the parameters until the coroutine has ended.
      auto run = [](std::shared_ptr<Callable> body, std::shared_ptr<Socket> socket,
                    Parameters owned) -> base::Task<void> {
        co_await detail::call(*body, owned, std::make_index_sequence<std::tuple_size_v<Parameters>>{});
        static_cast<void>(socket);
      };
      base::start(run(handler, incoming.socket, std::move(parameters)),
                  [name = std::string(incoming.name)](std::exception_ptr thrown) {
                    if (thrown) report_exception(name, thrown);
                  });
      return Handled::yes;
    };
  } else {
    return [handler = Callable(std::forward<F>(callable)), filled, indices](Incoming& incoming) mutable {
      Parameters parameters;
      if (!filled(parameters, incoming)) return Handled::bad_payload;
      detail::call(handler, parameters, indices);
      return Handled::yes;
    };
  }
}

}  // namespace parley::socketio
