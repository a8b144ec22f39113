#include "parley/http/forwarded.h"

#include <algorithm>

#include "parley/http/headers.h"

namespace parley::http {
namespace {

/// The address in `entry` without the port that some proxies add: `1.2.3.4:80`, `[::1]:80`, `[::1]`.
std::string_view without_port(std::string_view entry) {
  if (entry.starts_with('[')) {
    auto const end = entry.find(']');
    return end == std::string_view::npos ? std::string_view{} : entry.substr(1, end - 1);
  }
  return std::count(entry.begin(), entry.end(), ':') == 1 ? entry.substr(0, entry.find(':')) : entry;
}

bool looks_like_address(std::string_view text) {
  constexpr std::string_view allowed = "0123456789abcdefABCDEF.:";
  return !text.empty() && text.size() <= 45 && text.find_first_of(".:") != std::string_view::npos &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

/// What the outermost trusted proxy has written; empty when there is none.
std::string_view believed_entry(std::vector<std::string_view> const& forwarded, unsigned trusted_proxies) {
  std::vector<std::string_view> entries;
  for (auto rest : forwarded) {
    for (;;) {
      auto const comma = rest.find(',');
      entries.push_back(trim(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  if (trusted_proxies == 0 || entries.empty()) return {};
  return entries[entries.size() - std::min<std::size_t>(trusted_proxies, entries.size())];
}

}  // namespace

std::string client_address(std::string_view peer, std::vector<std::string_view> const& forwarded,
                           unsigned trusted_proxies) {
  auto const address = without_port(believed_entry(forwarded, trusted_proxies));
  return std::string(looks_like_address(address) ? address : peer);
}

bool came_by_https(std::vector<std::string_view> const& forwarded, unsigned trusted_proxies) {
  return equal_ignoring_case(believed_entry(forwarded, trusted_proxies), "https");
}

}  // namespace parley::http
