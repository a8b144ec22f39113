#include "parley/websocket/close.h"

namespace parley::websocket {
namespace {

constexpr std::size_t reason_bytes_max = 123;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

}  // namespace

bool may_be_sent(std::uint16_t code) {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == no_close_code) return {};
  auto length = reason.size();
  if (length > reason_bytes_max) {
    length = reason_bytes_max;
    while (length > 0 && continues_character(reason[length])) --length;
  }
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  payload += reason.substr(0, length);
  return payload;
}

}  // namespace parley::websocket
