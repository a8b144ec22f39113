#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace parley::base {

/// Binary data that is owned. In an event's arguments it travels as a binary attachment.
using Bytes = std::vector<std::uint8_t>;
/// Binary data of somebody else, borrowed for the length of a call unless said otherwise.
using BytesView = std::span<std::uint8_t const>;
/// The same, and the borrower may change it in place.
using MutableBytes = std::span<std::uint8_t>;
/// Binary data that several owners read and nobody changes.
using SharedBytes = std::shared_ptr<Bytes const>;

inline std::string_view as_text(BytesView bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }
inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// How many readable bytes must lie behind a text that JsonParser is to read without copying it.
inline constexpr std::size_t json_padding_bytes = 64;

}  // namespace parley::base
