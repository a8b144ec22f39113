#pragma once

#include <string_view>

namespace parley::chat {

/// Every reason the chat has for saying no.
enum class Refusal {
  token_required_over_rest,
  token_required,
  token_invalid,
  token_expired,
  not_guest,
  session_expired,
  session_unknown,
  authentication_lost,
  authentication_expired,
  session_replaced,
  connection_failed,
  rate_limited,
  banned,
  shutting_down,
  store_unavailable,
  invalid_message,
  not_in_chat,
  partner_unavailable,
  sending_failed,
  clearing_failed,
  invalid_signal,
  signal_outside_chat,
  relaying_failed,
  matching_failed,
  matched_already,
  statistics_failed,
};

struct RefusalText {
  std::string_view message;
  std::string_view code;
};

/// The one table of texts and codes. Clients match on both, so neither ever changes.
constexpr RefusalText text_of(Refusal why) {
  switch (why) {
    case Refusal::token_required_over_rest:
      return {"Access token is required", "TOKEN_REQUIRED"};
    case Refusal::token_required:
      return {"Authentication token required", "TOKEN_REQUIRED"};
    case Refusal::token_invalid:
      return {"Invalid token", "TOKEN_INVALID"};
    case Refusal::token_expired:
      return {"Token has expired", "TOKEN_EXPIRED"};
    case Refusal::not_guest:
      return {"Only guest sessions are supported", "NOT_GUEST"};
    case Refusal::session_expired:
      return {"Guest session not found or expired", "SESSION_NOT_FOUND"};
    case Refusal::session_unknown:
      return {"Guest session not found", "SESSION_NOT_FOUND"};
    case Refusal::authentication_lost:
      return {"Authentication failed", "SESSION_NOT_FOUND"};
    case Refusal::authentication_expired:
      return {"Authentication failed", "TOKEN_EXPIRED"};
    case Refusal::session_replaced:
      return {"Session opened in another window", "SESSION_REPLACED"};
    case Refusal::connection_failed:
      return {"Connection failed", "CONNECTION_FAILED"};
    case Refusal::rate_limited:
      return {"Rate limit exceeded", "RATE_LIMITED"};
    case Refusal::banned:
      return {"You have been banned", "BANNED"};
    case Refusal::shutting_down:
      return {"Server is shutting down", "SHUTTING_DOWN"};
    case Refusal::store_unavailable:
      return {"Service temporarily unavailable", "STORE_UNAVAILABLE"};
    case Refusal::invalid_message:
      return {"Invalid message format", "INVALID_MESSAGE"};
    case Refusal::not_in_chat:
      return {"You are not connected to any user", "NOT_IN_CHAT"};
    case Refusal::partner_unavailable:
      return {"Connected user is not available", "PARTNER_UNAVAILABLE"};
    case Refusal::sending_failed:
      return {"Failed to send message", "STORE_UNAVAILABLE"};
    case Refusal::clearing_failed:
      return {"Failed to clear chat", "STORE_UNAVAILABLE"};
    case Refusal::invalid_signal:
      return {"Invalid signaling data", "INVALID_SIGNAL"};
    case Refusal::signal_outside_chat:
      return {"User not connected", "NOT_IN_CHAT"};
    case Refusal::relaying_failed:
      return {"Failed to relay signal", "STORE_UNAVAILABLE"};
    case Refusal::matching_failed:
      return {"Matching failed", "STORE_UNAVAILABLE"};
    case Refusal::matched_already:
      return {"Already matched", "IN_CHAT"};
    case Refusal::statistics_failed:
      return {"Failed to get statistics", "STORE_UNAVAILABLE"};
  }
  return {"Internal server error", "INTERNAL"};
}

}  // namespace parley::chat
