#include "parley/http/content_disposition.h"

namespace parley::http {
namespace {

/// Characters that stand for themselves in an extended value.
bool is_attr_char(char c) {
  constexpr std::string_view marks = "!#$&+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         marks.find(c) != std::string_view::npos;
}

}  // namespace

std::string content_disposition(Disposition disposition, std::string_view name) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string plain, encoded;
  for (char const c : name) {
    auto const byte = static_cast<unsigned char>(c);
    // One underscore for each character, however many bytes it has.
    if ((byte & 0xC0) != 0x80) {
      bool const harmless = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%';
      plain += harmless ? c : '_';
    }
    if (is_attr_char(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += hex[byte >> 4];
      encoded += hex[byte & 0x0F];
    }
  }
  std::string value = disposition == Disposition::attachment ? "attachment" : "inline";
  return value + "; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace parley::http
