#include "bench/load/poller.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace bench {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Descriptor::reset() {
  linger const at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw_errno("epoll_create1");
}

void Poller::add(int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("epoll_ctl");
}

std::span<epoll_event const> Poller::wait(int milliseconds) {
  int const count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds);
  if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
  return std::span{events_}.first(static_cast<std::size_t>(count < 0 ? 0 : count));
}

Descriptor connect_to(Endpoint const& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("not an IPv4 address: " + endpoint.host);
  }
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket) throw_errno("socket");
  if (::connect(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
    throw_errno("connect to " + endpoint.host + ":" + std::to_string(endpoint.port));
  }
  int const on = 1;
  if (::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) throw_errno("TCP_NODELAY");
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("O_NONBLOCK");
  return socket;
}

std::size_t send_some(int fd, std::string_view bytes) {
  auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN) throw_errno("send");
  return 0;
}

void send_all(int fd, std::string_view bytes) {
  if (send_some(fd, bytes) != bytes.size()) throw std::runtime_error("an idle socket did not take a small message");
}

Received receive_some(int fd, std::span<char> into) {
  auto const received = ::recv(fd, into.data(), into.size(), 0);
  if (received == 0) throw std::runtime_error("the server closed a connection");
  if (received > 0) {
    auto const bytes = static_cast<std::size_t>(received);
    return {bytes, bytes < into.size()};
  }
  if (errno != EAGAIN) throw_errno("recv");
  return {0, true};
}

void throw_errno(std::string const& what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace bench
