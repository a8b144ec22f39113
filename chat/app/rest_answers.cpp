#include "chat/app/rest_answers.h"

namespace parley::chat {
namespace {

http::Response json_response(unsigned status, Json const& body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json; charset=utf-8");
  response.body = body.dump();
  return response;
}

template <class T>
Json or_null(std::optional<T> const& value) {
  return value ? Json(*value) : Json{};
}

Json to_tree(Location const& location) {
  Json tree = Json::object();
  if (location.country) tree.set("country", *location.country);
  if (location.region) tree.set("region", *location.region);
  if (location.city) tree.set("city", *location.city);
  return tree;
}

void add_profile(Json& user, Profile const& profile) {
  user.set("location", profile.location ? to_tree(*profile.location) : Json{});
  user.set("gender", or_null(profile.gender));
  user.set("language", or_null(profile.language));
}

}  // namespace

http::Response success(Json data, unsigned status, std::string_view message) {
  Json body = Json::object({{"success", true}});
  if (!message.empty()) body.set("message", message);
  if (!data.is_null()) body.set("data", std::move(data));
  return json_response(status, body);
}

http::Response failure(unsigned status, std::string_view message, std::string_view code) {
  Json body = Json::object({{"success", false}, {"message", message}});
  if (!code.empty()) body.set("code", code);
  return json_response(status, body);
}

http::Response unauthorized(Refusal why) {
  if (why == Refusal::store_unavailable) return unavailable();
  auto const [message, code] = text_of(why == Refusal::token_required ? Refusal::token_required_over_rest : why);
  return failure(401, message, code);
}

http::Response unavailable() {
  auto const [message, code] = text_of(Refusal::store_unavailable);
  return failure(503, message, code);
}

http::Response forbidden(Ban const& ban) {
  auto const [message, code] = text_of(Refusal::banned);
  Json body = Json::object({{"success", false}, {"message", message}, {"code", code}});
  if (ban.until) body.set("until", written(*ban.until));
  return json_response(403, body);
}

http::Response validation_failed(std::vector<FieldFault> const& faults) {
  Json errors = Json::array();
  for (auto const& fault : faults) {
    errors.elements().push_back(Json::object({{"type", "field"},
                                              {"value", fault.value},
                                              {"msg", fault.message},
                                              {"path", fault.path},
                                              {"location", "body"}}));
  }
  return json_response(
      400, Json::object({{"success", false}, {"message", "Validation failed"}, {"errors", std::move(errors)}}));
}

http::Response http_failure(http::HttpError error) {
  auto const status = http::status_of(error);
  return failure(status, status == 413 ? "Request body too large" : http::reason_phrase(status));
}

http::Response not_found() { return failure(404, "API endpoint not found"); }

Json to_tree(Profile const& profile) {
  Json tree = Json::object();
  add_profile(tree, profile);
  return tree;
}

Json new_user(GuestSession const& session) {
  Json user = Json::object(
      {{"id", session.id.str()}, {"username", session.username}, {"isGuest", true}, {"sessionId", session.key.str()}});
  add_profile(user, session.profile);
  return user;
}

Json own_user(GuestSession const& session) {
  return Json::object(
      {{"id", session.id.str()}, {"username", session.username}, {"isGuest", true}, {"sessionId", session.key.str()}});
}

Json known_user(GuestSession const& session) {
  auto const partner = session.connected_user();
  Json user = Json::object({{"id", session.id.str()},
                            {"username", session.username},
                            {"isOnline", session.is_online()},
                            {"lastSeen", written(session.last_seen)},
                            {"isSearching", session.is_searching()},
                            {"connectedUser", partner ? Json(partner->str()) : Json{}},
                            {"isGuest", true},
                            {"sessionId", session.key.str()}});
  add_profile(user, session.profile);
  return user;
}

}  // namespace parley::chat
