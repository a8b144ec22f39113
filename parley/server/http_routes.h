#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parley/base/task.h"
#include "parley/base/time.h"
#include "parley/http/request.h"
#include "parley/http/response.h"
#include "parley/http/url.h"
#include "parley/server/request_body.h"

namespace parley::server {

/// The connection that a request came over.
struct Via {
  std::string_view peer;  ///< the address at its other end
  bool secure = false;    ///< it is our own TLS
};

/// A request to one of the application's own routes, complete with its body.
struct HttpRequest {
  http::RequestHead head;
  http::Target target;
  std::string body;
  std::string peer;                                             ///< the address at the other end of the connection
  std::vector<std::pair<std::string, std::string>> parameters;  ///< from the route's `:name` segments
  std::string_view route{};    ///< which was taken, as "GET /health"; empty when none fits
  base::TimePoint received{};  ///< when the last byte had come, or the head where the route reads the body
  bool secure = false;         ///< came over our own TLS
  /// Names the request in logs: the `X-Request-Id` it came with, if that is 1 to 64 letters, digits, `-`, `_` or `.`;
  /// else a new UUID.
  std::string id{};

  /// Empty if absent.
  std::string_view header(std::string_view name) const { return head.headers.find(name).value_or(""); }
  std::string_view parameter(std::string_view name) const;
};

/// The application's HTTP routes, on the same port as the sockets. Complete before the workers start; handlers are
/// called on the worker of the connection, several at a time on different workers.
class HttpRoutes {
 public:
  using Done = base::Function<void(http::Response)>;
  using Handler = std::function<void(HttpRequest, Done)>;
  using StreamHandler = std::function<void(HttpRequest, RequestBody, Done)>;

  /// `pattern`: segments, of which `:name` matches any one; a last `*` matches the rest. The first route that fits
  /// method and path is taken; GET routes answer HEAD as well.
  /// `handler`: `Response(HttpRequest const&)`, or a coroutine `Task<Response>(HttpRequest)`.
  template <class F>
  void add(http::Method method, std::string_view pattern, F&& handler) {
    add_route(method, pattern, wrap(std::forward<F>(handler)), {});
  }
  template <class F>
  void get(std::string_view pattern, F&& handler) {
    add(http::Method::get, pattern, std::forward<F>(handler));
  }
  template <class F>
  void post(std::string_view pattern, F&& handler) {
    add(http::Method::post, pattern, std::forward<F>(handler));
  }
  /// A route that reads the body itself, piece by piece: `handler` is a coroutine `Task<Response>(HttpRequest,
  /// RequestBody)`, called when the head has been read. It may answer before it has read everything; the connection
  /// then ends after the answer, since nobody knows what the rest would have been.
  template <class F>
  void add_streaming(http::Method method, std::string_view pattern, F&& handler) {
    auto const body = std::make_shared<std::decay_t<F>>(std::forward<F>(handler));
    add_route(method, pattern, {}, [body](HttpRequest request, RequestBody bytes, Done done) {
      answer_later((*body)(std::move(request), std::move(bytes)), body, std::move(done));
    });
  }
  /// Answers whatever no route fits; by default 404.
  template <class F>
  void otherwise(F&& handler) {
    otherwise_ = wrap(std::forward<F>(handler));
  }
  /// Answers requests that HTTP itself refuses (malformed, too large). The head may be incomplete.
  void on_error(std::function<http::Response(http::HttpError)> answer) { on_error_ = std::move(answer); }
  /// Sees every response of these routes (not the engine's) before it is sent.
  void before_sending(std::function<void(HttpRequest const&, http::Response&)> hook) { before_ = std::move(hook); }

  /// All routes, as `HttpRequest::route` names them.
  std::vector<std::string> names() const;

  void serve(HttpRequest request, Done done) const;
  /// The first route for this request, if it reads bodies itself.
  StreamHandler const* find_streaming(HttpRequest& request) const;
  void serve_streaming(StreamHandler const& handler, HttpRequest request, RequestBody body, Done done) const;
  http::Response refuse(http::HttpError error) const;

 private:
  struct Route {
    http::Method method;
    std::string name;
    std::vector<std::string> segments;
    Handler handler;
    StreamHandler streaming;  ///< in place of `handler`
  };

  template <class F>
  static Handler wrap(F&& handler) {
    auto const body = std::make_shared<std::decay_t<F>>(std::forward<F>(handler));
    return [body](HttpRequest request, Done done) {
      if constexpr (base::is_task<std::invoke_result_t<F&, HttpRequest>>) {
        answer_later((*body)(std::move(request)), body, std::move(done));
      } else {
        done((*body)(request));
      }
    };
  }
  /// `owner` keeps alive what the task refers to.
  static void answer_later(base::Task<http::Response> task, std::shared_ptr<void> owner, Done done);
  /// A handler that throws is our caller's fault: logged, and the client gets 500.
  static void answer_exception(std::exception_ptr thrown, Done& done);
  void add_route(http::Method method, std::string_view pattern, Handler handler, StreamHandler streaming);
  Route const* find(HttpRequest& request) const;
  Done seen_before_sending(HttpRequest const& request, Done done) const;

  std::vector<Route> routes_;
  bool any_streaming_ = false;
  Handler otherwise_;
  std::function<http::Response(http::HttpError)> on_error_;
  std::function<void(HttpRequest const&, http::Response&)> before_;
};

}  // namespace parley::server
