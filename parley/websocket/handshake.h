#pragma once

#include <string>
#include <string_view>

#include "parley/base/result.h"
#include "parley/http/request.h"
#include "parley/http/response.h"

namespace parley::websocket {

/// Why a request does not open a WebSocket.
enum class HandshakeError { not_a_get, not_http_11, no_upgrade, has_body, unsupported_version, invalid_key };
std::string_view to_string(HandshakeError error);
/// What to answer: 400, 405, or 426 together with what would be accepted.
http::Response refusal(HandshakeError error);

struct Handshake {
  std::string key;  ///< Sec-WebSocket-Key, as sent
};

/// Checks a client's opening handshake.
/// Source  RFC 6455 §4.2.1, §4.4.
base::Result<Handshake, HandshakeError> check_handshake(http::RequestHead const& request);

/// The value of Sec-WebSocket-Accept.
std::string accept_key(std::string_view key);

/// The 101 response that opens the WebSocket. `extra` is cleansed as `http::append_field` does.
std::string handshake_response(std::string_view key, http::Headers const& extra = {});

}  // namespace parley::websocket
