#include "chat/app/web_policy.h"

#include <algorithm>
#include <array>

namespace parley::chat {

bool WebPolicy::allows(std::string_view origin, http::RequestHead const& head, Came came) const {
  auto const listed = [&](std::string const& each) { return each == "*" || each == origin; };
  if (std::ranges::any_of(origins_, listed)) return true;
  auto const host = head.headers.find("host");
  return host && origin == (came == Came::securely ? "https://" : "http://") + std::string(*host);
}

void WebPolicy::add_security_headers(http::Headers& headers, Came came) const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> security{{
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "strict-origin-when-cross-origin"},
      {"X-XSS-Protection", "0"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "cross-origin"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
  }};
  for (auto const& [name, value] : security) {
    if (!headers.find(name)) headers.add(name, value);
  }
  // Said over plain HTTP it would be anybody's word.
  if (came == Came::securely) headers.set("Strict-Transport-Security", "max-age=31536000");
}

void WebPolicy::add_cors_headers(http::RequestHead const& head, http::Headers& headers, Came came) const {
  if (headers.find("Access-Control-Allow-Origin")) return;
  // Caches must keep the answers to different origins apart, also those to none.
  if (!headers.has_token("Vary", "Origin")) headers.add("Vary", "Origin");
  auto const origin = head.headers.find("origin");
  if (!origin || !allows(*origin, head, came)) return;
  headers.set("Access-Control-Allow-Origin", *origin);
  headers.set("Access-Control-Allow-Credentials", "true");
}

http::Response WebPolicy::preflight() {
  http::Response response;
  response.status = 204;
  response.headers.set("Access-Control-Allow-Methods", allowed_methods);
  response.headers.set("Access-Control-Allow-Headers", allowed_headers);
  return response;
}

}  // namespace parley::chat
