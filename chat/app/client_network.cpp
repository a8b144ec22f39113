#include "chat/app/client_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "parley/http/forwarded.h"

namespace parley::chat {
namespace {

template <class Address>
std::string written(int family, Address const& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, &address, text.data(), text.size());
  return text.data();
}

}  // namespace

std::optional<std::string> network_of(std::string_view text) {
  constexpr std::string_view prefix = "/64";
  bool const is_network = text.ends_with(prefix);
  if (is_network) text.remove_suffix(prefix.size());
  std::string const terminated(text);
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) {
    return is_network ? std::nullopt : std::optional(written(AF_INET, v4));
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, terminated.c_str(), &v6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::copy_n(v6.s6_addr + 12, sizeof v4, reinterpret_cast<std::uint8_t*>(&v4));
    return written(AF_INET, v4);
  }
  std::fill(v6.s6_addr + 8, v6.s6_addr + 16, std::uint8_t{0});
  return written(AF_INET6, v6) + "/64";
}

std::string client_address(server::HttpRequest const& request, unsigned trusted_proxies) {
  return http::client_address(request.peer, request.head.headers.all("x-forwarded-for"), trusted_proxies);
}

std::string client_address(socketio::Handshake const& handshake, unsigned trusted_proxies) {
  std::vector<std::string_view> forwarded;
  for (auto const& [name, value] : handshake.headers) {
    if (name == "x-forwarded-for") forwarded.push_back(value);
  }
  return http::client_address(handshake.address, forwarded, trusted_proxies);
}

std::string client_network(server::HttpRequest const& request, unsigned trusted_proxies) {
  auto const address = client_address(request, trusted_proxies);
  return network_of(address).value_or(address);
}

}  // namespace parley::chat
