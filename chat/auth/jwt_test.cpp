#include "chat/auth/jwt.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "chat/auth/base64url.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Json;
using parley::base::Timestamp;

namespace {

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
Timestamp const now{1'800'000'000'500ms};
constexpr std::int64_t now_seconds = 1'800'000'000;

/// Signs anything, with the one-call HMAC of OpenSSL: another way to the same bytes.
std::string signed_text(std::string_view head, std::string_view body, std::string_view key = secret,
                        EVP_MD const* digest = EVP_sha256()) {
  auto const text = to_base64url(head) + '.' + to_base64url(body);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(text.data()),
       text.size(), mac, &length);
  return text + '.' + to_base64url({reinterpret_cast<char const*>(mac), length});
}

Json good_claims() {
  return Json::object({{"userId", "guest_1"},
                       {"sessionId", "secret_1"},
                       {"username", "Ada"},
                       {"isGuest", true},
                       {"iat", now_seconds - 10},
                       {"exp", now_seconds + 10},
                       {"iss", "realtime-chat-app"},
                       {"aud", "realtime-chat-users"}});
}
constexpr std::string_view good_head = R"({"alg":"HS256","typ":"JWT"})";

std::string signed_claims(Json const& claims, std::string_view head = good_head) {
  return signed_text(head, claims.dump());
}
std::string with(std::string_view name, Json value) {
  auto claims = good_claims();
  claims.set(name, std::move(value));
  return signed_claims(claims);
}
std::string without(std::string_view name) {
  auto claims = good_claims();
  std::erase_if(claims.members(), [&](auto const& member) { return member.first == name; });
  return signed_claims(claims);
}

/// "good" or the word for the error.
std::string_view verdict(std::string_view token, Timestamp at = now) {
  TokenAuthority authority(secret, 1h);
  auto const verified = authority.verify(token, at);
  if (verified) return "good";
  switch (verified.error()) {
    case TokenError::invalid:
      return "invalid";
    case TokenError::expired:
      return "expired";
    case TokenError::not_guest:
      return "not_guest";
  }
  return "?";
}

}  // namespace

TEST_CASE("a token that was issued is verified, and says what was put in") {
  TokenAuthority authority(secret, 1h);
  for (int round = 0; round < 3; ++round) {
    auto const token = authority.issue({"guest_1", "secret_1", "Ada"}, now);
    auto const claims = authority.verify(token, now);
    REQUIRE(claims);
    CHECK(claims->user_id == "guest_1");
    CHECK(claims->session_id == "secret_1");
    CHECK(claims->username == "Ada");
  }
}

TEST_CASE("§3-claims: a token carries exactly the claims of the contract") {
  TokenAuthority authority(secret, 90s);
  auto const token = authority.issue({"g", "s", "Ada"}, now);
  auto const dot = token.find('.');
  auto const body = from_base64url(token.substr(dot + 1, token.rfind('.') - dot - 1));
  REQUIRE(body);
  CHECK(*body == R"({"userId":"g","sessionId":"s","username":"Ada","isGuest":true,"iat":1800000000,"exp":1800000090,)"
                 R"("iss":"realtime-chat-app","aud":"realtime-chat-users"})");
  CHECK(token == signed_text(good_head, *body));
}

TEST_CASE("§3-2, §3-3, §3-4: the checks of a token, each broken on its own") {
  CHECK(verdict(signed_claims(good_claims())) == "good");

  CHECK(verdict(signed_text(good_head, good_claims().dump(), "another secret of sufficient length!")) == "invalid");
  for (std::string_view const head :
       {R"({"alg":"none"})", R"({"alg":"hs256"})", R"({"alg":"HS384"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})",
        R"({"alg":1})", R"({})", R"([])", R"("HS256")", "not json", "", R"({"alg":"HS256","crit":["x"]})"}) {
    CAPTURE(head);
    CHECK(verdict(signed_claims(good_claims(), head)) == "invalid");
  }
  CHECK(verdict(signed_text(R"({"alg":"HS512"})", good_claims().dump(), secret, EVP_sha512())) == "invalid");
  CHECK(verdict(with("iss", "someone-else")) == "invalid");
  CHECK(verdict(with("iss", 1)) == "invalid");
  CHECK(verdict(without("iss")) == "invalid");
  CHECK(verdict(with("aud", "someone-else")) == "invalid");
  CHECK(verdict(with("aud", Json::array({"x", "realtime-chat-users"}))) == "good");
  CHECK(verdict(with("aud", Json::array({"x"}))) == "invalid");
  CHECK(verdict(without("aud")) == "invalid");
  CHECK(verdict(without("exp")) == "invalid");
  CHECK(verdict(with("exp", "never")) == "invalid");
  CHECK(verdict(with("exp", Json{})) == "invalid");
  CHECK(verdict(with("nbf", now_seconds + 1)) == "invalid");
  CHECK(verdict(with("nbf", now_seconds)) == "good");
  CHECK(verdict(with("nbf", "soon")) == "invalid");
  CHECK(verdict(with("isGuest", false)) == "not_guest");
  CHECK(verdict(with("isGuest", "true")) == "not_guest");
  CHECK(verdict(with("isGuest", 1)) == "not_guest");
  CHECK(verdict(without("isGuest")) == "not_guest");
  CHECK(verdict(without("sessionId")) == "not_guest");
  CHECK(verdict(with("sessionId", "")) == "not_guest");
  CHECK(verdict(with("sessionId", 5)) == "not_guest");
  CHECK(verdict(without("iat")) == "good");
}

TEST_CASE("§3-3, §3-claims: a token expires on the second, without leeway") {
  auto const token = with("exp", now_seconds);
  CHECK(verdict(token, Timestamp{1'799'999'999'999ms}) == "good");
  CHECK(verdict(token, Timestamp{1'800'000'000'000ms}) == "expired");
}

TEST_CASE("§3-6: the first fault in the order of the checks is the one that is told") {
  auto claims = good_claims();
  claims.set("exp", now_seconds - 1);
  claims.set("isGuest", false);
  CHECK(verdict(signed_claims(claims)) == "expired");
  CHECK(verdict(signed_text(good_head, claims.dump(), "wrong")) == "invalid");
  claims.set("aud", "nobody");
  CHECK(verdict(signed_claims(claims)) == "invalid");
}

TEST_CASE("text that is no token is refused") {
  auto const good = signed_claims(good_claims());
  for (std::string const& text :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), std::string("a.b.c.d"), good + ".",
        good + "=", " " + good, good + "\n", good.substr(0, good.size() - 1), good + good, std::string(20'000, 'a')}) {
    CAPTURE(text);
    CHECK(verdict(text) == "invalid");
  }
  CHECK(verdict(signed_text(good_head, "[]")) == "invalid");
  CHECK(verdict(signed_text(good_head, "{")) == "invalid");
}

TEST_CASE("no single changed character leaves a token valid") {
  auto const good = signed_claims(good_claims());
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CAPTURE(at);
    CHECK(verdict(changed) == "invalid");
  }
}

TEST_CASE("base64url has one text for one byte sequence") {
  for (std::string const& bytes :
       {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\xff\xfe\x00\x01", 4)}) {
    CHECK(from_base64url(to_base64url(bytes)) == bytes);
  }
  CHECK(to_base64url("\xfb\xff") == "-_8");
  for (std::string_view const wrong : {"A", "AAAAA", "Zh", "Zm9=", "Zg==", "Z+", "Z/", "Z g", "Zm9v\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(from_base64url(wrong));
  }
}

TEST_CASE("the life of a token is seconds, or a number with a unit") {
  CHECK(parse_life("90") == 90s);
  CHECK(parse_life("90s") == 90s);
  CHECK(parse_life("2m") == 120s);
  CHECK(parse_life("3h") == 10'800s);
  CHECK(parse_life("7d") == 604'800s);
  for (std::string_view const wrong :
       {"", "d", "-1s", "0", "0d", "7 d", "7D", "7dd", "1.5h", "1w", "+7d", "99999999999999999999", "9999999999d"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_life(wrong));
  }
}
