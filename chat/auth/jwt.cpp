#include "chat/auth/jwt.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "chat/auth/base64url.h"
#include "parley/base/json_codec.h"

namespace parley::chat {
namespace {

constexpr std::string_view issuer = "realtime-chat-app";
constexpr std::string_view audience = "realtime-chat-users";
constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::size_t token_bytes_max = 8 * 1024;

using base::JsonView;

/// A NumericDate in seconds; it may have a fraction.
std::optional<double> moment(JsonView claims, std::string_view name) {
  auto const value = claims[name].as_double();
  return value && std::isfinite(*value) ? value : std::nullopt;
}

/// `aud` may be one text or a list that contains it (RFC 7519 §4.1.3).
bool is_for_us(JsonView value) {
  bool found = value.as_string() == audience;
  value.for_each_element([&](JsonView each) { found = found || each.as_string() == audience; });
  return found;
}

}  // namespace

/// One HMAC that is keyed once and started anew for each token.
struct TokenAuthority::Hmac {
  explicit Hmac(std::string_view secret) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    auto const* key = reinterpret_cast<unsigned char const*>(secret.data());
    PARLEY_ASSERT(context && EVP_MAC_init(context, key, secret.size(), parameters.data()) == 1);
  }
  ~Hmac() { EVP_MAC_CTX_free(context); }
  Hmac(Hmac const&) = delete;
  Hmac& operator=(Hmac const&) = delete;

  std::string sign(std::string_view text) const {
    std::string signature(32, '\0');
    std::size_t length = 0;
    auto const* input = reinterpret_cast<unsigned char const*>(text.data());
    auto* output = reinterpret_cast<unsigned char*>(signature.data());
    bool const good = EVP_MAC_init(context, nullptr, 0, nullptr) == 1 &&
                      EVP_MAC_update(context, input, text.size()) == 1 &&
                      EVP_MAC_final(context, output, &length, signature.size()) == 1 && length == signature.size();
    PARLEY_ASSERT(good);
    return signature;
  }

  EVP_MAC_CTX* context = nullptr;
};

TokenAuthority::TokenAuthority(std::string_view secret, std::chrono::seconds life)
    : hmac_(std::make_unique<Hmac>(secret)), parser_(std::make_unique<base::JsonParser>()), life_(life) {}
TokenAuthority::~TokenAuthority() = default;
TokenAuthority::TokenAuthority(TokenAuthority&&) noexcept = default;

std::string TokenAuthority::issue(TokenClaims const& claims, base::Timestamp now) {
  auto const issued_at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  std::string body;
  base::JsonWriter writer(body);
  writer.raw("{");
  auto const text = [&](std::string_view name, std::string_view value, bool first = false) {
    writer.key(name, first);
    writer.string(value);
  };
  text("userId", claims.user_id, true);
  text("sessionId", claims.session_id);
  text("username", claims.username);
  writer.raw(R"(,"isGuest":true)");
  writer.key("iat", false);
  writer.integer(issued_at.count());
  writer.key("exp", false);
  writer.integer((issued_at + life_).count());
  text("iss", issuer);
  text("aud", audience);
  writer.raw("}");

  auto token = to_base64url(header) + '.' + to_base64url(body);
  auto const signature = hmac_->sign(token);
  return token + '.' + to_base64url(signature);
}

base::Result<TokenClaims, TokenError> TokenAuthority::verify(std::string_view token, base::Timestamp now) {
  auto const invalid = base::fail(TokenError::invalid);
  if (token.size() > token_bytes_max) return invalid;
  auto const first_dot = token.find('.');
  auto const last_dot = token.rfind('.');
  if (first_dot == token.npos || last_dot == first_dot) return invalid;
  auto const head = from_base64url(token.substr(0, first_dot));
  auto const body = from_base64url(token.substr(first_dot + 1, last_dot - first_dot - 1));
  auto const signature = from_base64url(token.substr(last_dot + 1));
  if (!head || !body || !signature) return invalid;

  auto const head_json = parser_->parse(*head);
  if (!head_json || (*head_json)["alg"].as_string() != "HS256") return invalid;
  // Extensions that must be understood, and are not (RFC 7515 §4.1.11).
  if (head_json->find("crit")) return invalid;
  auto const expected = hmac_->sign(token.substr(0, last_dot));
  if (signature->size() != expected.size() || CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return invalid;
  }

  auto const claims = parser_->parse(*body);
  if (!claims || !claims->is_object()) return invalid;
  if ((*claims)["iss"].as_string() != issuer || !is_for_us((*claims)["aud"])) return invalid;
  auto const expires = moment(*claims, "exp");
  auto const now_seconds = static_cast<double>(now.time_since_epoch().count()) / 1000.0;
  if (!expires) return invalid;
  if (claims->find("nbf")) {
    auto const not_before = moment(*claims, "nbf");
    if (!not_before || now_seconds < *not_before) return invalid;
  }
  if (now_seconds >= *expires) return base::fail(TokenError::expired);

  auto const session = (*claims)["sessionId"].as_string();
  if ((*claims)["isGuest"].as_bool() != true || !session || session->empty()) return base::fail(TokenError::not_guest);
  auto const text = [&](std::string_view name) {
    return std::string((*claims)[name].as_string().value_or(std::string_view{}));
  };
  // A century is longer than any token of ours and far from the end of the clock.
  auto const life = std::min(*expires - now_seconds, 36'525.0 * 86'400);
  return TokenClaims{text("userId"), std::string(*session), text("username"),
                     now + std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(life * 1000)))};
}

std::optional<std::chrono::seconds> parse_life(std::string_view text) {
  std::int64_t amount = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc{} || amount <= 0 || text.front() == '-') return std::nullopt;
  auto const unit = text.substr(static_cast<std::size_t>(end - text.data()));
  std::int64_t seconds = 0;
  if (unit.empty() || unit == "s") seconds = 1;
  if (unit == "m") seconds = 60;
  if (unit == "h") seconds = 3600;
  if (unit == "d") seconds = 86'400;
  // A century is longer than any token and far from the end of the clock.
  constexpr std::int64_t longest = std::int64_t{36'525} * 86'400;
  if (seconds == 0 || amount > longest / seconds) return std::nullopt;
  return std::chrono::seconds(amount * seconds);
}

}  // namespace parley::chat
