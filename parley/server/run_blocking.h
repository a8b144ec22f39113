#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "parley/net/blocking_pool.h"
#include "parley/server/server.h"

namespace parley::server {

/// Runs work that may block on one of the pool's threads, and goes on here, on the worker that called, with its result.
/// What `call` throws is thrown here, and std::runtime_error when too much work waits. The pool must be finished
/// before the server is freed.
template <class F>
base::Task<std::invoke_result_t<F&>> run_blocking(Server& server, net::BlockingPool& pool, F call) {
  struct Outcome {
    std::optional<std::invoke_result_t<F&>> value;
    std::exception_ptr thrown;
  };
  auto const home = Server::this_worker();
  base::Completion<std::shared_ptr<Outcome>> done;
  bool const posted = pool.post([&server, home, call = std::move(call), resolve = done.resolver()]() mutable {
    auto const outcome = std::make_shared<Outcome>();
    try {
      outcome->value.emplace(call());
    } catch (...) {
      outcome->thrown = std::current_exception();
    }
    static_cast<void>(server.post(home, [outcome, resolve = std::move(resolve)]() mutable { resolve(outcome); }));
  });
  if (!posted) throw std::runtime_error("too much work waits for a thread");
  auto const outcome = co_await done;
  if (outcome->thrown) std::rethrow_exception(outcome->thrown);
  co_return std::move(*outcome->value);
}

}  // namespace parley::server
