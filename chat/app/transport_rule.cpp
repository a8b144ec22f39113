#include "chat/app/transport_rule.h"

#include "chat/app/client_network.h"
#include "parley/http/forwarded.h"

namespace parley::chat {
namespace {

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

TransportRule::TransportRule(Config const& config)
    : trusted_proxies_(config.trusted_proxies),
      require_(config.require_secure ? (*config.require_secure ? Require::always : Require::never)
               : config.production   ? Require::from_elsewhere
                                     : Require::never) {}

bool TransportRule::came_securely(http::RequestHead const& head, server::Via const& via) const {
  return via.secure || http::came_by_https(head.headers.all("x-forwarded-proto"), trusted_proxies_);
}

bool TransportRule::refuses(server::HttpRequest const& request) const {
  if (require_ == Require::never || came_securely(request.head, {request.peer, request.secure})) return false;
  if (require_ == Require::always) return true;
  return !is_loopback(request.peer) || !is_loopback(client_address(request, trusted_proxies_));
}

}  // namespace parley::chat
