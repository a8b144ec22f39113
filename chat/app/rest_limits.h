#pragma once

#include <optional>
#include <string_view>

#include "chat/app/config.h"
#include "chat/domain/window_meter.h"
#include "parley/http/response.h"

namespace parley::chat {

/// How often a client may ask over REST. A client is an IPv4 address, or the /64 of an IPv6 one: whoever has one of
/// these has them all.
///
/// Lives on  the lobby's worker.
class RestLimits {
 public:
  using Standing = WindowMeter::Standing;

  explicit RestLimits(Config const& config)
      : requests_({.amount = config.rest_requests_max, .window = config.rest_window}),
        uploads_({.amount = config.uploads_per_hour_max, .window = std::chrono::hours(1)}) {}

  /// One more request for `path`; nothing if that path is not limited.
  std::optional<Standing> count_request(std::string_view path, std::string_view client, base::TimePoint now);
  /// One more upload, besides the request that it is. To be counted once its token has been found good.
  Standing count_upload(std::string_view client, base::TimePoint now) { return uploads_.count(client, now); }

 private:
  WindowMeter requests_, uploads_;
};

/// Says in a response where its client stands.
void add_limit_headers(http::Headers& headers, RestLimits::Standing const& standing);
/// 429, when the client is not admitted.
http::Response too_many_requests(std::string_view path, RestLimits::Standing const& standing);
http::Response too_many_uploads(RestLimits::Standing const& standing);

}  // namespace parley::chat
