#include "parley/server/http_routes.h"

#include <algorithm>
#include <memory>

#include "parley/base/log.h"

namespace parley::server {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    auto const slash = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  return segments;
}

http::Response plain(unsigned status) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(http::reason_phrase(status))};
}

}  // namespace

std::string_view HttpRequest::parameter(std::string_view name) const {
  for (auto const& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

void HttpRoutes::add_route(http::Method method, std::string_view pattern, Handler handler) {
  routes_.push_back({method, std::string(pattern), split(pattern), std::move(handler)});
}

HttpRoutes::Handler const* HttpRoutes::find(HttpRequest& request) const {
  auto const segments = split(request.target.path);
  for (auto const& route : routes_) {
    bool const method_fits = route.method == request.head.method ||
                             (route.method == http::Method::get && request.head.method == http::Method::head);
    if (!method_fits) continue;
    request.parameters.clear();
    std::size_t at = 0;
    bool fits = true;
    bool rest = false;
    for (auto const& segment : route.segments) {
      if (segment == "*") {
        rest = true;
        break;
      }
      fits = at < segments.size();
      if (!fits) break;
      if (segment.starts_with(':')) {
        request.parameters.emplace_back(segment.substr(1), segments[at]);
      } else {
        fits = segment == segments[at];
      }
      if (!fits) break;
      ++at;
    }
    if (!fits || !(rest || at == segments.size())) continue;
    request.route = route.pattern;
    return &route.handler;
  }
  return otherwise_ ? &otherwise_ : nullptr;
}

void HttpRoutes::serve(HttpRequest request, Done done) const {
  auto const* handler = find(request);
  if (before_) {
    auto const seen = std::make_shared<HttpRequest>(request);
    done = [this, seen, inner = std::make_shared<Done>(std::move(done))](http::Response response) {
      before_(*seen, response);
      (*inner)(std::move(response));
    };
  }
  if (!handler) return done(plain(404));
  auto const answer = std::make_shared<Done>(std::move(done));
  try {
    (*handler)(std::move(request), [answer](http::Response response) { (*answer)(std::move(response)); });
  } catch (...) {
    answer_exception(std::current_exception(), *answer);
  }
}

http::Response HttpRoutes::refuse(http::HttpError error) const {
  return on_error_ ? on_error_(error) : plain(http::status_of(error));
}

void HttpRoutes::answer_exception(std::exception_ptr thrown, Done& done) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (std::exception const& exception) {
    base::log_error("an HTTP handler has thrown", {{"what", exception.what()}});
  } catch (...) {
    base::log_error("an HTTP handler has thrown", {{"what", "not a std::exception"}});
  }
  done(plain(500));
}

}  // namespace parley::server
