#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parley/server/http_routes.h"
#include "parley/socketio/link.h"

namespace parley::chat {

/// What limits and bans of addresses go by: an IPv4 address as it is, and the /64 of an IPv6 one, such as
/// `2001:db8:0:1::/64`, since whoever has one of these addresses has them all. A text of that form is taken as well.
/// Nothing if `text` is neither.
std::optional<std::string> network_of(std::string_view text);

/// The address of a client, as the trusted proxies in front tell it.
std::string client_address(server::HttpRequest const& request, unsigned trusted_proxies);
std::string client_address(socketio::Handshake const& handshake, unsigned trusted_proxies);
/// The network of a request's client; of an address that is none, the text itself.
std::string client_network(server::HttpRequest const& request, unsigned trusted_proxies);

}  // namespace parley::chat
