/// The kernel floor: a bare TCP server on one edge-triggered epoll loop, no protocol at all. What it costs to
/// pass bytes on is what every server on epoll, recv and send pays before it has done any work of its own.
///
/// `--to self` sends back what a connection sent, `--to partner` sends it to the connection that came
/// next to it (first and second, third and fourth, …), `--to all` to every connection.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

enum class To { self, partner, all };

struct Peer {
  int fd = -1;
  std::size_t partner = 0;
  std::string unsent;  // what the socket did not take; empty almost always
};

[[noreturn]] void fail(char const* what) {
  std::perror(what);
  std::exit(1);
}

class Floor {
 public:
  Floor(std::uint16_t port, To to) : to_(to), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int const on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) fail("bind");
    if (::listen(listener_, 4096) != 0) fail("listen");
    watch(listener_, listener_tag, EPOLLIN | EPOLLET);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events{};
    for (;;) {
      int const count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto const& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == listener_tag) {
          accept_all();
          continue;
        }
        auto const number = static_cast<std::size_t>(event.data.u64);
        if (event.events & EPOLLOUT && !peers_[number].unsent.empty()) send_unsent(peers_[number]);
        if (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) read_all(number, event.events & EPOLLRDHUP);
      }
    }
  }

 private:
  static constexpr std::uint64_t listener_tag = UINT64_MAX;

  void watch(int fd, std::uint64_t tag, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = tag;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      int const on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // Numbers start anew when everybody has left.
      if (open_ == 0) peers_.clear();
      peers_.push_back({fd, 0, {}});
      ++open_;
      pairs_known_ = false;
      watch(fd, peers_.size() - 1, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void read_all(std::size_t number, bool hung_up) {
    if (number >= peers_.size()) return;
    for (;;) {
      if (peers_[number].fd < 0) return;
      auto const received = ::recv(peers_[number].fd, buffer_.data(), buffer_.size(), 0);
      if (received < 0 && errno == EAGAIN) return;
      if (received <= 0) return leave(peers_[number]);
      auto const bytes = static_cast<std::size_t>(received);
      pass_on(number, {buffer_.data(), bytes});
      if (bytes < buffer_.size() && !hung_up) return;  // a short read has drained the socket
    }
  }

  void pass_on(std::size_t from, std::string_view bytes) {
    if (to_ == To::self) return send_to(peers_[from], bytes);
    if (to_ == To::partner) {
      if (!pairs_known_) pair_up();
      return send_to(peers_[peers_[from].partner], bytes);
    }
    for (auto& peer : peers_) send_to(peer, bytes);
  }

  /// Pairs up those connected now, in the order in which they came. It waits for the first message, so that a
  /// connection that only looked whether somebody listens, and has left, does not shift the pairs.
  void pair_up() {
    Peer* waiting = nullptr;
    for (auto& peer : peers_) {
      if (peer.fd < 0) continue;
      peer.partner = static_cast<std::size_t>(&peer - peers_.data());
      if (waiting != nullptr) std::swap(peer.partner, waiting->partner);
      waiting = waiting == nullptr ? &peer : nullptr;
    }
    pairs_known_ = true;
  }

  void send_to(Peer& peer, std::string_view bytes) {
    if (peer.fd < 0) return;
    if (!peer.unsent.empty()) {
      peer.unsent += bytes;
      return;
    }
    auto const sent = ::send(peer.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < static_cast<ssize_t>(bytes.size()))
      peer.unsent = bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  }

  void send_unsent(Peer& peer) {
    auto const bytes = std::move(peer.unsent);
    peer.unsent.clear();
    send_to(peer, bytes);
  }

  void leave(Peer& peer) {
    ::close(peer.fd);
    peer.fd = -1;
    peer.unsent.clear();
    --open_;
    pairs_known_ = false;
  }

  To to_;
  int epoll_;
  int listener_ = -1;
  std::vector<Peer> peers_;  // by order of acceptance
  std::size_t open_ = 0;
  bool pairs_known_ = false;
  std::array<char, 64 * 1024> buffer_{};
};

To parse_to(std::string_view text) {
  if (text == "self") return To::self;
  if (text == "partner") return To::partner;
  if (text == "all") return To::all;
  std::fputs("bench-floor: --to is self, partner or all\n", stderr);
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 3000;
  To to = To::self;
  for (int i = 1; i < argc; i += 2) {
    std::string_view const option = argv[i];
    if (i + 1 < argc && option == "--port") {
      port = static_cast<std::uint16_t>(std::atoi(argv[i + 1]));
    } else if (i + 1 < argc && option == "--to") {
      to = parse_to(argv[i + 1]);
    } else {
      std::fputs("usage: bench-floor [--port N] [--to self|partner|all]\n", stderr);
      return 2;
    }
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  static Floor floor{port, to};
  floor.run();
}
