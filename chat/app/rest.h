#pragma once

#include "chat/app/lobby_desk.h"
#include "parley/server/http_routes.h"

/// What the REST routes do. Each runs on the lobby's worker, so that what it reads and what it changes between two
/// waits is one moment. The request outlives the answer; what belongs to the lobby does not survive a wait.
namespace parley::chat::rest {

using base::Task;
using server::HttpRequest;

Task<http::Response> health(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> ready(LobbyDesk& desk, HttpRequest const& request);

Task<http::Response> propose_name(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> create_guest(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> tell_me(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> tell_guest(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> update_profile(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> refresh(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> delete_me(LobbyDesk& desk, HttpRequest const& request);

Task<http::Response> statistics(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> online_users(LobbyDesk& desk, HttpRequest const& request);
Task<http::Response> socket_statistics(LobbyDesk& desk, HttpRequest const& request);

/// What no route fits.
Task<http::Response> nothing_there(LobbyDesk& desk, HttpRequest const& request);

using Answer = Task<http::Response> (*)(LobbyDesk&, HttpRequest const&);

enum class Whom { anyone, not_banned };

struct Route {
  http::Method method;
  std::string_view pattern;
  Answer answer;
  Whom whom = Whom::anyone;
};

/// Of several patterns that fit the first is meant.
inline constexpr std::array routes{
    Route{http::Method::get, "/health", health},
    Route{http::Method::get, "/health/ready", ready},
    Route{http::Method::get, "/api/guest/username", propose_name},
    Route{http::Method::post, "/api/guest", create_guest, Whom::not_banned},
    Route{http::Method::get, "/api/guest/me", tell_me},
    Route{http::Method::delete_, "/api/guest/me", delete_me},
    Route{http::Method::get, "/api/guest/:sessionId", tell_guest},
    Route{http::Method::post, "/api/guest/location", update_profile},
    Route{http::Method::post, "/api/guest/refresh", refresh},
    Route{http::Method::get, "/api/stats", statistics},
    Route{http::Method::get, "/api/stats/online-users", online_users},
    Route{http::Method::get, "/api/socket/stats", socket_statistics},
};

/// The token of an Authorization header; empty when there is none or it has another scheme.
std::string_view bearer_token(std::string_view authorization);

}  // namespace parley::chat::rest
