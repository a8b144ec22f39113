#pragma once

#include <string>

#include "parley/base/function.h"
#include "parley/base/result.h"
#include "parley/net/address.h"
#include "parley/net/event_loop.h"

namespace parley::net {

/// Accepts connections for one worker. Several workers listen on one address (SO_REUSEPORT) and the kernel spreads
/// connections over them.
class Listener final : public EventSource {
 public:
  /// A bound and listening descriptor. `address` with port 0 gets a free one. The error is a sentence for people.
  /// `sharing` says whether the port belongs to this process already; else a port that anyone listens on is refused.
  enum class Sharing { first, further };
  static base::Result<int, std::string> bind(Address const& address, Sharing sharing);
  static Address local_address(int descriptor);

  using Accept = base::Function<void(int descriptor, Address const& peer)>;
  Listener(EventLoop& loop, int descriptor, Accept accept);
  ~Listener() override;

  void on_ready(std::uint32_t events) override;

 private:
  EventLoop& loop_;
  int descriptor_;
  int spare_;  ///< given up for a moment when descriptors run out, so that a caller can be turned away
  Accept accept_;
};

/// Raises the soft limit of open files to the hard one; returns the limit now in force.
std::size_t raise_open_files_limit();

}  // namespace parley::net
