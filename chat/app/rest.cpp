#include "chat/app/rest.h"

#include "chat/app/rest_answers.h"
#include "chat/domain/text_rules.h"
#include "chat/domain/username.h"

namespace parley::chat::rest {
namespace {

/// The guest that the request's token stands for, or the answer to give.
base::Result<GuestSession const*, http::Response> caller(LobbyDesk& desk, HttpRequest const& request) {
  auto const bearer = desk.authenticate(bearer_token(request.header("Authorization")));
  if (!bearer) return base::fail(unauthorized(bearer.error()));
  return desk.lobby().find(bearer->key, desk.now());
}

/// The JSON of a body; a missing one counts as an empty object.
base::Result<JsonView, http::Response> body_of(HttpRequest const& request, base::JsonParser& parser) {
  if (is_blank(request.body)) return JsonView{};
  auto const body = parser.parse(request.body);
  if (!body) return base::fail(failure(400, "Invalid JSON body"));
  return *body;
}

Json tree_of(StatsReport const& report) { return *Json::parse(base::to_json(report)); }

}  // namespace

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return {};
  if (!http::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
  return http::trim(authorization.substr(scheme.size()));
}

Task<http::Response> health(LobbyDesk& desk, HttpRequest const&) {
  auto const uptime = std::chrono::duration<double>(desk.now().steady - desk.started()).count();
  http::Response response = success({});
  response.body = Json::object({{"success", true},
                                {"message", "Server is running"},
                                {"timestamp", written(desk.now().wall)},
                                {"uptime", uptime},
                                {"version", PARLEY_VERSION},
                                {"redis", "disabled"}})
                      .dump();
  co_return response;
}

Task<http::Response> ready(LobbyDesk& desk, HttpRequest const&) {
  if (desk.shutting_down()) co_return failure(503, text_of(Refusal::shutting_down).message);
  if (!desk.store().is_available()) co_return unavailable();
  co_return success({});
}

Task<http::Response> propose_name(LobbyDesk& desk, HttpRequest const&) {
  co_return success(Json::object({{"username", propose_username(desk.random())}}));
}

Task<http::Response> create_guest(LobbyDesk& desk, HttpRequest const& request) {
  base::JsonParser parser;
  auto const body = body_of(request, parser);
  if (!body) co_return body.error();
  std::vector<FieldFault> faults;
  auto username = read_username(*body, faults);
  auto const profile = read_profile_update(*body, faults);
  if (!faults.empty()) co_return validation_failed(faults);
  if (!desk.store().is_available()) co_return unavailable();
  std::optional<SessionKey> key;
  http::Response made;
  auto keeping = desk.act_and_keep([&](Lobby& lobby, Now now, Effects& out) {
    auto const& session = lobby.create_session(std::move(username), profile, now, out);
    out.push_back(StatsChanged{});
    key = session.key;
    made = success(Json::object({{"token", desk.issue_token(session)}, {"user", new_user(session)}}), 201,
                   "Guest session created successfully");
  });
  bool const kept = co_await std::move(keeping);
  if (kept) co_return made;
  desk.act([&](Lobby& lobby, Now now, Effects& out) { lobby.erase_session(*key, now, out); });
  co_return unavailable();
}

Task<http::Response> tell_me(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  co_return success(Json::object({{"user", own_user(**me)}}));
}

Task<http::Response> tell_guest(LobbyDesk& desk, HttpRequest const& request) {
  if (!desk.store().is_loaded()) co_return unavailable();
  auto const* session = desk.lobby().find(SessionKey(std::string(request.parameter("sessionId"))), desk.now());
  if (!session) co_return failure(404, text_of(Refusal::session_expired).message);
  co_return success(Json::object({{"user", known_user(*session)}}));
}

Task<http::Response> update_profile(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  base::JsonParser parser;
  auto const body = body_of(request, parser);
  if (!body) co_return body.error();
  std::vector<FieldFault> faults;
  auto const update = read_profile_update(*body, faults);
  if (!faults.empty()) co_return validation_failed(faults);
  auto const* session =
      desk.act([&](Lobby& lobby, Now now, Effects& out) { return lobby.update_profile((*me)->key, update, now, out); });
  if (!session) co_return failure(404, text_of(Refusal::session_unknown).message);
  co_return success(to_tree(session->profile), 200, "Location updated successfully");
}

Task<http::Response> refresh(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  co_return success(Json::object({{"token", desk.issue_token(**me)}, {"user", new_user(**me)}}));
}

Task<http::Response> delete_me(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  auto erasing = desk.act_and_keep(
      [key = (*me)->key](Lobby& lobby, Now now, Effects& out) { lobby.erase_session(key, now, out); });
  bool const erased = co_await std::move(erasing);
  co_return erased ? success({}) : unavailable();
}

Task<http::Response> statistics(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  co_return success(tree_of(desk.lobby().report(desk.now())));
}

Task<http::Response> online_users(LobbyDesk& desk, HttpRequest const& request) {
  auto const me = caller(desk, request);
  if (!me) co_return me.error();
  auto const report = desk.lobby().report(desk.now());
  auto tree = tree_of(report);
  co_return success(Json::object(
      {{"onlineUsers", tree["onlineUsers"]}, {"count", report.stats.online_users}, {"timestamp", report.timestamp}}));
}

Task<http::Response> socket_statistics(LobbyDesk& desk, HttpRequest const&) {
  auto const stats = desk.lobby().stats();
  // Each guest who is online has a channel of its own, each chat has a room.
  co_return success(Json::object({{"connectedSockets", stats.active_users},
                                  {"rooms", stats.online_users + stats.connected_users},
                                  {"namespace", "/"}}));
}

Task<http::Response> nothing_there(LobbyDesk&, HttpRequest const&) { co_return not_found(); }

}  // namespace parley::chat::rest
