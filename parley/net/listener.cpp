#include "parley/net/listener.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parley::net {
namespace {

constexpr int backlog = 4096;
/// How many connections one turn accepts before those that are open get theirs.
constexpr int accepts_per_turn = 256;

void allow(int descriptor, int option) {
  int const on = 1;
  setsockopt(descriptor, SOL_SOCKET, option, &on, sizeof on);
}

base::Failure<std::string> failure(char const* what, Address const& address) {
  return base::fail(std::string("cannot ") + what + " " + address.host() + " port " + std::to_string(address.port()) +
                    ": " + std::strerror(errno));
}

}  // namespace

base::Result<int, std::string> Listener::bind(Address const& address, Sharing sharing) {
  if (sharing == Sharing::first && address.port() != 0) {
    // With SO_REUSEPORT a second server of the same user could bind a taken port and steal half of its connections:
    // ask first without it.
    int const probe = socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return failure("open a socket for", address);
    allow(probe, SO_REUSEADDR);
    bool const free = ::bind(probe, address.get(), address.size()) == 0 && listen(probe, 1) == 0;
    int const error = errno;
    close(probe);
    errno = error;
    if (!free) return failure("listen on", address);
  }
  int const descriptor = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure("open a socket for", address);
  allow(descriptor, SO_REUSEADDR);
  allow(descriptor, SO_REUSEPORT);
  if (::bind(descriptor, address.get(), address.size()) != 0 || listen(descriptor, backlog) != 0) {
    auto const why = failure("listen on", address);
    close(descriptor);
    return why;
  }
  return descriptor;
}

Address Listener::local_address(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  return Address(storage);
}

Listener::Listener(EventLoop& loop, int descriptor, Accept accept)
    : loop_(loop),
      descriptor_(descriptor),
      spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      accept_(std::move(accept)) {
  loop_.watch(descriptor_, *this);
}

Listener::~Listener() {
  loop_.not_again(*this);
  close(descriptor_);
  if (spare_ >= 0) close(spare_);
}

void Listener::on_ready(std::uint32_t) {
  for (int count = 0; count < accepts_per_turn; ++count) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    int const accepted = accept4(descriptor_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      accept_(accepted, Address(peer));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if ((errno == EMFILE || errno == ENFILE) && spare_ >= 0) {
      // No descriptor is left. Turn the caller away instead of letting it wait in the queue for ever.
      close(spare_);
      int const refused = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
      if (refused >= 0) close(refused);
      spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (refused >= 0) continue;
    }
    return;
  }
  loop_.again(*this);
}

std::size_t raise_open_files_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace parley::net
