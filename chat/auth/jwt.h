#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parley/base/json.h"
#include "parley/base/result.h"
#include "parley/base/time.h"

namespace parley::chat {

/// What a token says about its bearer.
struct TokenClaims {
  std::string user_id;
  std::string session_id;
  std::string username;
  base::Timestamp expires_at{};  ///< of a token that was checked
};

/// Why a token is not accepted, in the order in which it is examined.
enum class TokenError { invalid, expired, not_guest };

/// Makes and checks the tokens of guests: JSON Web Tokens signed with HMAC-SHA256 and nothing else.
///
/// Lives on  one worker: the keyed HMAC and the JSON memory are used again for the next token.
/// Source    RFC 7515 (compact form), RFC 7519 (claims), RFC 7518 §3.2 (HS256).
class TokenAuthority {
 public:
  TokenAuthority(std::string_view secret, std::chrono::seconds life);
  ~TokenAuthority();
  TokenAuthority(TokenAuthority&&) noexcept;

  std::string issue(TokenClaims const& claims, base::Timestamp now);

  /// The signature is examined before anything that the token says is believed: a forged token is `invalid`, never
  /// `expired`. There is no leeway.
  base::Result<TokenClaims, TokenError> verify(std::string_view token, base::Timestamp now);

 private:
  struct Hmac;
  std::unique_ptr<Hmac> hmac_;
  std::unique_ptr<base::JsonParser> parser_;
  std::chrono::seconds life_;
};

/// `90s`, `15m`, `2h`, `7d` or plain seconds; nothing for anything else, zero included.
std::optional<std::chrono::seconds> parse_life(std::string_view text);

}  // namespace parley::chat
