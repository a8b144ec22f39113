#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

/// Owns one file descriptor and closes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  /// Ends the connection with a reset, so that no port is left in TIME_WAIT: a run that opens connections as
  /// fast as it can would otherwise run out of ports within seconds.
  void reset();
  void close();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// One edge-triggered epoll set. Every descriptor is registered once, for both directions, under a tag that
/// comes back with its events.
class Poller {
 public:
  Poller();

  /// What is readable at that moment is reported, too.
  void add(int fd, std::uint64_t tag);
  /// Waits at most `milliseconds`; 0 only looks. The events are valid until the next call.
  std::span<epoll_event const> wait(int milliseconds);

 private:
  Descriptor epoll_;
  std::array<epoll_event, 512> events_{};
};

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// Connects over TCP and returns a non-blocking descriptor with Nagle's algorithm off. Connecting itself blocks:
/// over loopback it is over at once, unless the server's backlog is full.
Descriptor connect_to(Endpoint const& endpoint);

/// Sends what the socket takes now and returns how many bytes that was; throws when the connection is gone.
std::size_t send_some(int fd, std::string_view bytes);
/// For small messages on an otherwise empty socket: throws when it does not take them whole.
void send_all(int fd, std::string_view bytes);

/// What one read attempt gave.
struct Received {
  std::size_t bytes = 0;
  bool drained = false;  ///< nothing more to read now
};
/// Reads once; throws when the server has closed the connection.
Received receive_some(int fd, std::span<char> into);

[[noreturn]] void throw_errno(std::string const& what);

}  // namespace bench
