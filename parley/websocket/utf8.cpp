#include "parley/websocket/utf8.h"

#include <algorithm>

#include "parley/base/json.h"

namespace parley::websocket {
namespace {

/// How many bytes at the end of `text` begin a character that does not end there. A first guess: whether they are
/// well-formed is for `step` to say.
std::size_t cut_off_bytes(std::string_view text) {
  auto const reach = std::min<std::size_t>(text.size(), 3);
  for (std::size_t back = 1; back <= reach; ++back) {
    auto const byte = static_cast<std::uint8_t>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;
    std::size_t const length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return back < length ? back : 0;
  }
  return 0;
}

}  // namespace

bool Utf8Validator::feed(std::string_view piece) {
  while (missing_ > 0 && !piece.empty()) {
    if (!step(static_cast<std::uint8_t>(piece.front()))) return false;
    piece.remove_prefix(1);
  }
  // All but a cut-off last character is left to the vector code.
  auto const whole = piece.size() - cut_off_bytes(piece);
  if (!base::is_valid_utf8(piece.substr(0, whole))) return false;
  for (char const byte : piece.substr(whole)) {
    if (!step(static_cast<std::uint8_t>(byte))) return false;
  }
  return true;
}

bool Utf8Validator::step(std::uint8_t byte) {
  if (missing_ > 0) {
    if (byte < least_ || byte > most_) return false;
    --missing_;
    least_ = 0x80;
    most_ = 0xBF;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  // Narrower bounds keep out overlong forms, surrogates and what lies beyond U+10FFFF.
  if (byte == 0xE0) least_ = 0xA0;
  if (byte == 0xED) most_ = 0x9F;
  if (byte == 0xF0) least_ = 0x90;
  if (byte == 0xF4) most_ = 0x8F;
  return true;
}

}  // namespace parley::websocket
