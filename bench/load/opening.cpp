#include "bench/load/opening.h"

#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

constexpr int patience_ms = 10'000;

/// One place in the set of handshakes under way; used again as soon as its handshake is over.
struct Slot {
  std::size_t number = 0;
  Descriptor socket;
  std::optional<Handshake> handshake;
};

class Opening {
 public:
  Opening(OpeningPlan const& plan, std::function<bool(std::size_t, Descriptor)> const& opened)
      : plan_(plan), opened_(opened), slots_(std::min(plan.at_once, plan.count)) {}

  void run() {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) start_next(slot);
    while (under_way_ > 0 && going_on_) {
      auto const events = poller_.wait(patience_ms);
      if (events.empty()) throw std::runtime_error("a handshake did not move for ten seconds");
      for (auto const& event : events) {
        if (going_on_) advance(event.data.u64);
      }
    }
    for (auto& slot : slots_) {
      if (slot.socket) slot.socket.reset();
    }
  }

 private:
  void start_next(std::size_t at) {
    if (started_ == plan_.count || !going_on_) return;
    auto& slot = slots_[at];
    slot.number = started_++;
    slot.socket = connect_to(plan_.endpoint);
    std::string request;
    slot.handshake.emplace(plan_.room_of(slot.number), plan_.kind, request);
    send_all(slot.socket.get(), request);
    poller_.add(slot.socket.get(), at);
    ++under_way_;
  }

  void advance(std::size_t at) {
    auto& slot = slots_[at];
    if (!slot.socket) return;
    auto const received = receive_some(slot.socket.get(), scratch_);
    if (received.bytes == 0) return;
    std::string out;
    slot.handshake->receive({scratch_.data(), received.bytes}, out);
    if (!out.empty()) send_all(slot.socket.get(), out);
    if (!slot.handshake->ready()) return;
    // The descriptor leaves this epoll set here: its new owner registers it in another, and this one's is
    // dropped by the kernel together with the set.
    going_on_ = opened_(slot.number, std::move(slot.socket));
    --under_way_;
    start_next(at);
  }

  OpeningPlan const& plan_;
  std::function<bool(std::size_t, Descriptor)> const& opened_;
  Poller poller_;
  std::vector<Slot> slots_;
  std::array<char, 16 * 1024> scratch_{};
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  bool going_on_ = true;
};

}  // namespace

void open_connections(OpeningPlan const& plan, std::function<bool(std::size_t, Descriptor)> const& opened) {
  if (plan.raw) {
    for (std::size_t number = 0; number < plan.count; ++number) {
      if (!opened(number, connect_to(plan.endpoint))) return;
    }
    return;
  }
  Opening{plan, opened}.run();
}

}  // namespace bench
