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
  enum class Came { plainly, securely };
  bool allows(std::string_view origin, http::RequestHead const& head, Came came) const;

  /// What an answer already says of itself stays, here and below.
  void add_security_headers(http::Headers& headers, Came came) const;
  void add_cors_headers(http::RequestHead const& head, http::Headers& headers, Came came) const;
  /// The answer to a browser that asks before it sends; `add_cors_headers` completes it.
  static http::Response preflight();
  static constexpr std::string_view allowed_methods = "GET, POST, PUT, DELETE, OPTIONS";
  static constexpr std::string_view allowed_headers = "Content-Type, Authorization, X-Requested-With";

 private:
  std::vector<std::string> origins_;
};

}  // namespace parley::chat
