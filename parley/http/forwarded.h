#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::http {

/// The address of the client behind `trusted_proxies` reverse proxies, each of which appends the address of its
/// own peer to X-Forwarded-For. Only these last entries can be believed, whatever a client has written before them.
///
/// `peer`       the address at the other end of our connection.
/// `forwarded`  the values of all X-Forwarded-For headers, in order.
/// Returns      `peer` when no proxy is trusted or the entry there is no address; with fewer entries than trusted
///              proxies, the first entry.
std::string client_address(std::string_view peer, std::vector<std::string_view> const& forwarded,
                           unsigned trusted_proxies);

/// Whether the client has spoken HTTPS with the outermost of the trusted proxies.
///
/// `forwarded`  the values of all X-Forwarded-Proto headers, in order; read as those of X-Forwarded-For.
bool came_by_https(std::vector<std::string_view> const& forwarded, unsigned trusted_proxies);

}  // namespace parley::http
