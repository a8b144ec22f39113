#pragma once

#include <initializer_list>

#include "parley/base/function.h"
#include "parley/net/event_loop.h"

namespace parley::net {

/// Receives signals as events of a loop.
class Signals final : public EventSource {
 public:
  /// Blocks the signals in the calling thread and in all threads that it starts afterwards.
  static void block(std::initializer_list<int> signals);

  Signals(EventLoop& loop, std::initializer_list<int> signals, base::Function<void(int)> on_signal);
  ~Signals() override;
  void on_ready(std::uint32_t events) override;

 private:
  int descriptor_;
  base::Function<void(int)> on_signal_;
};

}  // namespace parley::net
