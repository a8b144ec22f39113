#include "chat/app/rest_limits.h"

#include <algorithm>
#include <array>

#include "chat/app/rest_answers.h"

namespace parley::chat {
namespace {

/// The paths that are limited, and all below them; what is not below one of these is not.
constexpr std::array<std::string_view, 4> limited_paths{"/api/guest", "/api/files", "/api/stats", "/api/socket/stats"};

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string whole_seconds(base::Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

http::Response refusal(std::string_view message, RestLimits::Standing const& standing) {
  auto response = failure(429, message);
  add_limit_headers(response.headers, standing);
  response.headers.set("Retry-After", whole_seconds(standing.resets_in));
  return response;
}

/// What goes wrong with files is told twice, since clients read either.
http::Response refusal_of_files(std::string_view message, RestLimits::Standing const& standing) {
  auto response = refusal(message, standing);
  response.body = Json::object({{"success", false}, {"message", message}, {"error", message}}).dump();
  return response;
}

}  // namespace

std::optional<RestLimits::Standing> RestLimits::count_request(std::string_view path, std::string_view client,
                                                              base::TimePoint now) {
  auto const covers = [path](std::string_view limited) { return is_below(path, limited); };
  if (std::ranges::none_of(limited_paths, covers)) return std::nullopt;
  return requests_.count(client, now);
}

void add_limit_headers(http::Headers& headers, RestLimits::Standing const& standing) {
  headers.set("RateLimit-Limit", std::to_string(standing.limit));
  headers.set("RateLimit-Remaining", std::to_string(standing.remaining));
  headers.set("RateLimit-Reset", whole_seconds(standing.resets_in));
}

http::Response too_many_requests(std::string_view path, RestLimits::Standing const& standing) {
  constexpr std::string_view message = "Too many API requests, please try again later.";
  return is_below(path, "/api/files") ? refusal_of_files(message, standing) : refusal(message, standing);
}

http::Response too_many_uploads(RestLimits::Standing const& standing) {
  return refusal_of_files("Too many file uploads, please try again in an hour.", standing);
}

}  // namespace parley::chat
