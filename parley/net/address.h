#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "parley/base/result.h"

namespace parley::net {

/// An IP address and port.
class Address {
 public:
  Address() = default;
  explicit Address(sockaddr_storage const& storage);
  /// `host` is an address or a name of this machine such as `localhost`. The error is a sentence for people.
  static base::Result<Address, std::string> resolve(std::string const& host, std::uint16_t port);

  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  /// The address without the port; IPv4 inside IPv6 is shown as IPv4.
  std::string host() const;
  sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&bytes_); }
  socklen_t size() const { return bytes_.sin6_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6); }
  int family() const { return bytes_.sin6_family; }

 private:
  /// Large enough for both families: `sockaddr_in` is read through its common first fields.
  sockaddr_in6 bytes_{};
};

}  // namespace parley::net
