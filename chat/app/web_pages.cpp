#include "chat/app/web_pages.h"

#include "chat/app/file_routes.h"
#include "chat/app/rest_answers.h"

namespace parley::chat {
namespace {

constexpr std::string_view index = "/index.html";
constexpr std::string_view assets = "/assets/";

/// A host and port that can stand in a policy. It has no way to write an IPv6 address.
bool is_authority(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";
  return !text.empty() && text.find_first_not_of(allowed) == text.npos;
}

}  // namespace

std::string origin_of(std::string_view url) {
  for (std::string_view const scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    auto const authority = url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
    return is_authority(authority) ? std::string(scheme) + std::string(authority) : std::string();
  }
  return {};
}

std::string page_policy(std::string_view own_origin, std::string_view file_origin) {
  auto const files = file_origin.empty() ? std::string() : ' ' + std::string(file_origin);
  // http becomes ws, and https wss.
  auto const sockets = own_origin.empty() ? std::string() : " ws" + std::string(own_origin.substr(4));
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:" + files +
         "; media-src 'self' blob:" + files + "; connect-src 'self'" + sockets + files +
         "; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
         "; require-trusted-types-for 'script'; trusted-types 'none'";
}

WebPages::WebPages(WebFiles files, std::string_view public_base_url, unsigned trusted_proxies)
    : kept_(std::move(files)),
      files_(kept_.files),
      file_origin_(origin_of(public_base_url)),
      trusted_proxies_(trusted_proxies) {}

void WebPages::add_to(server::HttpRoutes& http) const {
  if (empty()) return;
  for (auto const* path : {"/", "/chat"}) {
    http.get(path, [this](server::HttpRequest const& request) { return answer(index, request); });
  }
  auto const as_named = [this](server::HttpRequest const& request) { return answer(request.target.path, request); };
  http.get("/assets/*", as_named);
  for (auto const path : files_.paths()) {
    if (!path.starts_with(assets)) http.get(path, as_named);
  }
}

http::Response WebPages::answer(std::string_view path, server::HttpRequest const& request) const {
  if (!files_.has(path)) return not_found();
  using enum http::StaticFiles::Caching;
  auto response = files_.answer(path, path.starts_with(assets) ? for_ever : ask_again, request.head);
  auto const own = origin_of(base_url_of(request.head, request.secure, {}, trusted_proxies_));
  response.headers.set("Content-Security-Policy", page_policy(own, file_origin_));
  response.headers.set("Permissions-Policy",
                       "camera=(self), microphone=(self), display-capture=(self), geolocation=()");
  return response;
}

}  // namespace parley::chat
