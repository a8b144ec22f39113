#pragma once

#include "chat/app/config.h"
#include "parley/server/http_routes.h"

namespace parley::chat {

/// Which requests came encrypted, and whether a socket may be opened by one that did not.
/// Constant after it is made; any thread may ask.
class TransportRule {
 public:
  explicit TransportRule(Config const& config);

  /// Over our own TLS, or, as a trusted proxy tells, over its.
  bool came_securely(http::RequestHead const& head, server::Via const& via) const;
  /// For handshakes. From this machine means that neither the connection nor the client behind it is elsewhere.
  bool refuses(server::HttpRequest const& request) const;

 private:
  enum class Require { never, from_elsewhere, always };
  unsigned trusted_proxies_;
  Require require_;
};

}  // namespace parley::chat
