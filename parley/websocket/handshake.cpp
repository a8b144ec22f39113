#include "parley/websocket/handshake.h"

#include <openssl/evp.h>

#include <array>

#include "parley/base/assert.h"

namespace parley::websocket {
namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string base64(base::BytesView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends the text with a NUL
  auto const length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// Whether this is the base64 of exactly 16 bytes, as 24 characters with two `=` at the end.
bool is_nonce(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // 22 characters hold four bits more than 16 bytes; some clients fill them with noise, and it does no harm.
  return key.substr(0, 22).find_first_not_of(alphabet) == std::string_view::npos;
}

}  // namespace

base::Result<Handshake, HandshakeError> check_handshake(http::RequestHead const& request) {
  auto const& headers = request.headers;
  if (request.method != http::Method::get) return base::fail(HandshakeError::not_a_get);
  if (request.version != 11) return base::fail(HandshakeError::not_http_11);
  if (!headers.has_token("Connection", "upgrade") || !headers.has_token("Upgrade", "websocket")) {
    return base::fail(HandshakeError::no_upgrade);
  }
  // A body would stand where the first frame is expected.
  if (request.chunked || request.content_length.value_or(0) > 0) return base::fail(HandshakeError::has_body);
  if (headers.count("Sec-WebSocket-Version") != 1 || headers.find("Sec-WebSocket-Version") != "13") {
    return base::fail(HandshakeError::unsupported_version);
  }
  auto const key = headers.find("Sec-WebSocket-Key");
  if (!key || headers.count("Sec-WebSocket-Key") != 1 || !is_nonce(*key)) {
    return base::fail(HandshakeError::invalid_key);
  }
  return Handshake{std::string(*key)};
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += guid;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  PARLEY_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1);
  return base64({digest.data(), length});
}

std::string handshake_response(std::string_view key, http::Headers const& extra) {
  std::string response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  http::append_field(response, "Sec-WebSocket-Accept", accept_key(key));
  for (auto const& field : extra) http::append_field(response, field.name, field.value);
  response += "\r\n";
  return response;
}

http::Response refusal(HandshakeError error) {
  http::Response response{400, {{"Content-Type", "text/plain; charset=UTF-8"}}, std::string(to_string(error))};
  if (error == HandshakeError::not_a_get) {
    response.status = 405;
    response.headers.set("Allow", "GET");
  }
  if (error == HandshakeError::no_upgrade || error == HandshakeError::unsupported_version) {
    response.status = 426;
    response.headers.set("Upgrade", "websocket");
    response.headers.set("Sec-WebSocket-Version", "13");
  }
  return response;
}

std::string_view to_string(HandshakeError error) {
  switch (error) {
    case HandshakeError::not_a_get:
      return "a WebSocket is opened by GET";
    case HandshakeError::not_http_11:
      return "a WebSocket is opened over HTTP/1.1";
    case HandshakeError::no_upgrade:
      return "the request does not ask for a WebSocket";
    case HandshakeError::has_body:
      return "a WebSocket is opened without a body";
    case HandshakeError::unsupported_version:
      return "only WebSocket version 13 is spoken here";
    case HandshakeError::invalid_key:
      return "Sec-WebSocket-Key is missing or no base64 of 16 bytes";
  }
  return "unknown";
}

}  // namespace parley::websocket
