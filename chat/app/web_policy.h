#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parley/http/request.h"
#include "parley/http/response.h"

namespace parley::chat {

/// Which web pages may use the server, and what every answer tells browsers to refrain from.
/// Constant after it is made; any thread may ask.
class WebPolicy {
 public:
  /// Exact origins; "*" among them allows any.
  explicit WebPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  std::vector<std::string> const& origins() const { return origins_; }
  /// The listed ones, and the server's own, under whatever name it was reached.
  bool allows(std::string_view origin, http::RequestHead const& head) const;
  /// False for a request that carries an origin which may not open sockets.
  bool allows_handshake(http::RequestHead const& head) const;

  /// What an answer already says of itself stays, here and below.
  void add_security_headers(http::Headers& headers) const;
  void add_cors_headers(http::RequestHead const& head, http::Headers& headers) const;
  /// The answer to a browser that asks before it sends; `add_cors_headers` completes it.
  static http::Response preflight();

 private:
  std::vector<std::string> origins_;
};

}  // namespace parley::chat
