#include "chat/app/ice_servers.h"

#include <algorithm>

#include "chat/app/rest.h"
#include "chat/app/rest_answers.h"
#include "chat/auth/turn_credentials.h"

namespace parley::chat {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> urls;
  while (!list.empty()) {
    auto const comma = std::min(list.find(','), list.size());
    auto const url = http::trim(list.substr(0, comma));
    if (!url.empty()) urls.emplace_back(url);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return urls;
}

Json array_of(std::vector<std::string> const& urls) {
  Json::Array list;
  for (auto const& url : urls) list.emplace_back(url);
  return Json(std::move(list));
}

}  // namespace

std::optional<std::string> fault_of_ice_urls(std::string_view list, std::string_view scheme) {
  auto const urls = split(list);
  bool const good = std::ranges::all_of(urls, [scheme](std::string_view url) {
    if (!url.starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    if (url.starts_with('s')) url.remove_prefix(1);
    return url.starts_with(':') && url.size() > 1 && url.find_first_of(" /") == url.npos;
  });
  if (good) return std::nullopt;
  auto const word = std::string(scheme);
  return "must be URLs such as " + word + ":" + word + ".example:3478, separated by commas";
}

IceServers::IceServers(Config const& config)
    : stun_urls_(split(config.stun_server)),
      turn_urls_(split(config.turn_server)),
      username_(config.turn_username),
      credential_(config.turn_credential),
      secret_(config.turn_secret) {}

Json IceServers::for_guest(GuestId const& guest, base::Timestamp now) const {
  Json::Array servers;
  if (!stun_urls_.empty()) servers.push_back(Json::object({{"urls", array_of(stun_urls_)}}));
  if (turn_urls_.empty()) return Json::object({{"iceServers", Json(std::move(servers))}});
  if (secret_.empty()) {
    servers.push_back(
        Json::object({{"urls", array_of(turn_urls_)}, {"username", username_}, {"credential", credential_}}));
    return Json::object({{"iceServers", Json(std::move(servers))}});
  }
  auto const expires_at = std::chrono::floor<std::chrono::seconds>(now) + credentials_life;
  auto const [username, credential] = issue_turn_credentials(secret_, guest, expires_at);
  servers.push_back(Json::object({{"urls", array_of(turn_urls_)}, {"username", username}, {"credential", credential}}));
  return Json::object({{"iceServers", Json(std::move(servers))},
                       {"ttl", credentials_life.count()},
                       {"expiresAt", base::to_iso8601(expires_at)}});
}

http::Response tell_ice_servers(LobbyDesk& desk, server::HttpRequest const& request, IceServers const& servers) {
  auto const bearer = desk.authenticate(rest::bearer_token(request.header("Authorization")));
  if (!bearer) return unauthorized(bearer.error());
  return success(servers.for_guest(bearer->id, desk.now().wall));
}

}  // namespace parley::chat
