#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "chat/domain/guest_session.h"
#include "chat/domain/records.h"
#include "chat/domain/refusal.h"
#include "parley/http/request.h"
#include "parley/http/response.h"

/// The bodies of REST answers. Every one is JSON and says whether it is a success.
namespace parley::chat {

/// 200 with `data`, or without when it is null.
http::Response success(Json data, unsigned status = 200, std::string_view message = {});
http::Response failure(unsigned status, std::string_view message, std::string_view code = {});
/// 401, in the words that clients match on; 503 when nobody can be known.
http::Response unauthorized(Refusal why);
/// 503: the records cannot be kept or read.
http::Response unavailable();
/// 403, to whoever is banned.
http::Response forbidden(Ban const& ban);
http::Response validation_failed(std::vector<FieldFault> const& faults);
/// What HTTP itself refuses.
http::Response http_failure(http::HttpError error);
http::Response not_found();

Json to_tree(Profile const& profile);
/// The guest as it sees itself right after it was made.
Json new_user(GuestSession const& session);
/// The guest as `GET /api/guest/me` tells it.
Json own_user(GuestSession const& session);
/// The guest as told to whoever knows its session id.
Json known_user(GuestSession const& session);

}  // namespace parley::chat
