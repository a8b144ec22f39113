#include "parley/websocket/handshake.h"

#include <doctest/doctest.h>

#include <random>

#include "parley/base/json.h"
#include "parley/websocket/close.h"

using namespace parley::websocket;
namespace http = parley::http;

namespace {

http::RequestHead opening() {
  http::RequestHead request;
  request.method = http::Method::get;
  request.version = 11;
  request.headers = {{"Host", "example.com"},
                     {"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"Sec-WebSocket-Version", "13"}};
  return request;
}

std::optional<HandshakeError> error_with(std::string_view name, std::string_view value) {
  auto request = opening();
  request.headers.set(name, value);
  auto const checked = check_handshake(request);
  if (checked) return std::nullopt;
  return checked.error();
}

std::optional<HandshakeError> error_without(std::string_view name) {
  auto request = opening();
  request.headers.remove(name);
  auto const checked = check_handshake(request);
  if (checked) return std::nullopt;
  return checked.error();
}

}  // namespace

TEST_CASE("the handshake of RFC 6455 is accepted with its key") {
  auto const checked = check_handshake(opening());
  REQUIRE(checked);
  CHECK(checked->key == "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(accept_key(checked->key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("tokens may stand in lists and in any case") {
  CHECK_FALSE(error_with("Connection", "keep-alive, UPGRADE"));
  CHECK_FALSE(error_with("Upgrade", "h2c, WebSocket"));
  CHECK(error_with("Connection", "keep-alive") == HandshakeError::no_upgrade);
  CHECK(error_with("Connection", "upgraded") == HandshakeError::no_upgrade);
  CHECK(error_with("Upgrade", "websockets") == HandshakeError::no_upgrade);
  CHECK(error_without("Connection") == HandshakeError::no_upgrade);
  CHECK(error_without("Upgrade") == HandshakeError::no_upgrade);
}

TEST_CASE("only GET over HTTP/1.1 without a body opens a WebSocket") {
  auto request = opening();
  request.method = http::Method::post;
  CHECK(check_handshake(request).error() == HandshakeError::not_a_get);
  request = opening();
  request.version = 10;
  CHECK(check_handshake(request).error() == HandshakeError::not_http_11);
  request = opening();
  request.chunked = true;
  CHECK(check_handshake(request).error() == HandshakeError::has_body);
  request = opening();
  request.content_length = 1;
  CHECK(check_handshake(request).error() == HandshakeError::has_body);
  request.content_length = 0;
  CHECK(check_handshake(request));
}

TEST_CASE("only version 13 is spoken") {
  for (auto const* const version : {"", "8", "14", "013", "13, 8"}) {
    CHECK(error_with("Sec-WebSocket-Version", version) == HandshakeError::unsupported_version);
  }
  CHECK(error_without("Sec-WebSocket-Version") == HandshakeError::unsupported_version);
}

TEST_CASE("a key is the base64 of 16 bytes, given once") {
  for (auto const* const key :
       {"", "short==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZQAA", "dGhl-HNhbXBsZSBub25jZQ==", "dGhl IHNhbXBsZSBub25jZQ=="}) {
    CAPTURE(key);
    CHECK(error_with("Sec-WebSocket-Key", key) == HandshakeError::invalid_key);
  }
  CHECK(error_without("Sec-WebSocket-Key") == HandshakeError::invalid_key);
  auto request = opening();
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(check_handshake(request).error() == HandshakeError::invalid_key);
}

TEST_CASE("a refusal says what would be accepted") {
  CHECK(refusal(HandshakeError::unsupported_version).status == 426);
  CHECK(refusal(HandshakeError::unsupported_version).headers.find("Sec-WebSocket-Version") == "13");
  CHECK(refusal(HandshakeError::no_upgrade).status == 426);
  CHECK(refusal(HandshakeError::not_a_get).status == 405);
  CHECK(refusal(HandshakeError::not_a_get).headers.find("Allow") == "GET");
  for (auto const error : {HandshakeError::not_http_11, HandshakeError::has_body, HandshakeError::invalid_key}) {
    CHECK(refusal(error).status == 400);
  }
}

TEST_CASE("the response switches protocols and carries further headers, cleansed") {
  CHECK(handshake_response("dGhlIHNhbXBsZSBub25jZQ==", {{"x-all", "1"}, {"x-evil", "a\r\nSet-Cookie: b"}}) ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nx-all: 1\r\nx-evil: a  Set-Cookie: b\r\n\r\n");
}

TEST_CASE("a close payload carries code and reason, or nothing at all") {
  CHECK(close_payload(1000, "bye") ==
        "\x03\xE8"
        "bye");
  CHECK(close_payload(4999, "") == "\x13\x87");
  CHECK(close_payload(no_close_code, "ignored").empty());
}

TEST_CASE("a reason that is too long is cut between two characters") {
  CHECK(close_payload(1000, std::string(123, 'x')).size() == 125);
  CHECK(close_payload(1000, std::string(500, 'x')).size() == 125);
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string reason(shift, 'x');
    for (int i = 0; i < 40; ++i) reason += "\U0001F600";
    auto const payload = close_payload(1000, reason);
    CHECK(payload.size() <= 125);
    CHECK(payload.size() > 121);
    CHECK(parley::base::is_valid_utf8(std::string_view(payload).substr(2)));
  }
}
