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

std::string_view name_of(http::Method method) {
  switch (method) {
    case http::Method::get:
      return "GET";
    case http::Method::head:
      return "HEAD";
    case http::Method::post:
      return "POST";
    case http::Method::put:
      return "PUT";
    case http::Method::patch:
      return "PATCH";
    case http::Method::delete_:
      return "DELETE";
    case http::Method::options:
      return "OPTIONS";
    case http::Method::other:
      break;
  }
  return "other";
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

void HttpRoutes::add_route(http::Method method, std::string_view pattern, Handler handler, StreamHandler streaming) {
  any_streaming_ = any_streaming_ || streaming;
  auto name = std::string(name_of(method)) + ' ' + std::string(pattern);
  routes_.push_back({method, std::move(name), split(pattern), std::move(handler), std::move(streaming)});
}

std::vector<std::string> HttpRoutes::names() const {
  std::vector<std::string> all;
  for (auto const& route : routes_) all.push_back(route.name);
  return all;
}

HttpRoutes::Route const* HttpRoutes::find(HttpRequest& request) const {
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
    request.route = route.name;
    return &route;
  }
  return nullptr;
}

HttpRoutes::StreamHandler const* HttpRoutes::find_streaming(HttpRequest& request) const {
  auto const* route = any_streaming_ ? find(request) : nullptr;
  return route && route->streaming ? &route->streaming : nullptr;
}

HttpRoutes::Done HttpRoutes::seen_before_sending(HttpRequest const& request, Done done) const {
  if (!before_) return done;
  auto const seen = std::make_shared<HttpRequest>(request);
  return [this, seen, inner = std::make_shared<Done>(std::move(done))](http::Response response) {
    before_(*seen, response);
    (*inner)(std::move(response));
  };
}

void HttpRoutes::answer_later(base::Task<http::Response> task, std::shared_ptr<void> owner, Done done) {
  auto const answer = std::make_shared<Done>(std::move(done));
  auto run = [](base::Task<http::Response> work, std::shared_ptr<void>,
                std::shared_ptr<Done> then) -> base::Task<void> {
    auto response = co_await std::move(work);
    (*then)(std::move(response));
  };
  base::start(run(std::move(task), std::move(owner), answer),
              [answer](std::exception_ptr thrown) { answer_exception(thrown, *answer); });
}

void HttpRoutes::serve(HttpRequest request, Done done) const {
  auto const* route = find(request);
  auto const* handler = route ? &route->handler : otherwise_ ? &otherwise_ : nullptr;
  done = seen_before_sending(request, std::move(done));
  if (!handler) return done(plain(404));
  auto const answer = std::make_shared<Done>(std::move(done));
  try {
    (*handler)(std::move(request), [answer](http::Response response) { (*answer)(std::move(response)); });
  } catch (...) {
    answer_exception(std::current_exception(), *answer);
  }
}

void HttpRoutes::serve_streaming(StreamHandler const& handler, HttpRequest request, RequestBody body, Done done) const {
  auto const answer = std::make_shared<Done>(seen_before_sending(request, std::move(done)));
  try {
    handler(std::move(request), std::move(body), [answer](http::Response response) { (*answer)(std::move(response)); });
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
  } catch (base::Abandoned const&) {
    // The server stops, or the connection is gone: nothing is wrong, and nobody hears the answer.
  } catch (std::exception const& exception) {
    base::log_error("an HTTP handler has thrown", {{"what", exception.what()}});
  } catch (...) {
    base::log_error("an HTTP handler has thrown", {{"what", "not a std::exception"}});
  }
  done(plain(500));
}

}  // namespace parley::server
