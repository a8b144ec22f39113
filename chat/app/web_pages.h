#pragma once

#include <string>
#include <string_view>

#include "chat/app/web_files.h"
#include "parley/http/static_files.h"
#include "parley/server/http_routes.h"

namespace parley::chat {

/// The web client, as the chat server gives it to browsers.
///
///   /  /chat            index.html, asked for again each time by its entity tag
///   /assets/…           what has a hash in its name: kept by browsers for ever
///   any other file      like index.html
///
/// Answered on the worker of the connection: it never changes, and asks nobody.
class WebPages {
 public:
  /// `public_base_url` and `trusted_proxies` as configured: whence files come, and who says how we were reached.
  WebPages(WebFiles files, std::string_view public_base_url, unsigned trusted_proxies);
  WebPages(WebPages const&) = delete;
  WebPages& operator=(WebPages const&) = delete;

  bool empty() const { return files_.empty(); }
  /// Adds its routes; none if there are no pages.
  void add_to(server::HttpRoutes& http) const;
  /// The file at a path, with everything that a page is told; 404 where there is none.
  http::Response answer(std::string_view path, server::HttpRequest const& request) const;

 private:
  WebFiles kept_;
  http::StaticFiles files_;
  std::string file_origin_;
  unsigned trusted_proxies_;
};

/// `https://files.example:8443` of `https://files.example:8443/some/path`; empty when the URL is no such URL.
std::string origin_of(std::string_view url);

/// What a page may load and where it may connect to (Content-Security-Policy): its own origin, and files from
/// `file_origin`, if that is given, as well. `own_origin`, if it is known, is named also as a place for WebSockets: not
/// every browser counts those as its own.
std::string page_policy(std::string_view own_origin, std::string_view file_origin);

}  // namespace parley::chat
