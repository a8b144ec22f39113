#include "parley/net/address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <cstring>
#include <memory>

namespace parley::net {

Address::Address(sockaddr_storage const& storage) { std::memcpy(&bytes_, &storage, sizeof bytes_); }

base::Result<Address, std::string> Address::resolve(std::string const& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  int const error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return base::fail("cannot resolve '" + host + "': " + gai_strerror(error));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner(found, freeaddrinfo);
  Address address;
  std::memcpy(&address.bytes_, found->ai_addr, std::min<std::size_t>(found->ai_addrlen, sizeof address.bytes_));
  address.set_port(port);
  return address;
}

// The port stands at the same place in both families.
std::uint16_t Address::port() const { return ntohs(bytes_.sin6_port); }
void Address::set_port(std::uint16_t port) { bytes_.sin6_port = htons(port); }

std::string Address::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &bytes_, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (IN6_IS_ADDR_V4MAPPED(&bytes_.sin6_addr)) {
    inet_ntop(AF_INET, &bytes_.sin6_addr.s6_addr[12], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &bytes_.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace parley::net
