#pragma once

#include <cstdint>
#include <string_view>

namespace parley::websocket {

/// Checks a text that arrives in pieces, and knows of an invalid sequence as soon as its first wrong byte is here.
/// Source  Unicode 15 §3.9, table 3-7 (well-formed UTF-8 byte sequences).
class Utf8Validator {
 public:
  /// False when the text can no longer become valid.
  [[nodiscard]] bool feed(std::string_view piece);
  /// False inside a character: the text must not end here.
  bool complete() const { return missing_ == 0; }

 private:
  bool step(std::uint8_t byte);

  std::uint8_t missing_ = 0;  ///< continuation bytes that the current character still needs
  std::uint8_t least_ = 0x80;
  std::uint8_t most_ = 0xBF;  ///< bounds of the next one of them
};

}  // namespace parley::websocket
