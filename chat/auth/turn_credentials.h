#pragma once

#include <string>
#include <string_view>

#include "parley/base/time.h"

namespace parley::chat {

/// What a client shows a TURN server that shares our secret.
struct TurnCredentials {
  std::string username;
  std::string credential;
};

/// Credentials that the TURN server believes until `expires_at`, to the second.
/// Source  "A REST API For Access To TURN Services" (draft-uberti-behave-turn-rest-00), §2.2, as coturn reads it.
TurnCredentials issue_turn_credentials(std::string_view secret, std::string_view name,
                                       std::chrono::sys_seconds expires_at);

}  // namespace parley::chat
