#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/base/result.h"

namespace parley::http {

/// A part of a content that has at least one byte.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  friend bool operator==(ByteRange const&, ByteRange const&) = default;
};

struct RangeNotSatisfiable {};

/// What a `Range` header asks for of a content of `size` bytes. Nothing when all of it is to be sent: the header is
/// absent (empty), malformed, of another unit, or asks for several ranges, which a server may ignore.
/// Error   the answer is 416 with `unsatisfied_content_range`.
/// Source  RFC 9110 §14.1.2, §14.2.
base::Result<std::optional<ByteRange>, RangeNotSatisfiable> parse_range(std::string_view header, std::uint64_t size);

/// `bytes 0-99/1000`, for a 206.
std::string content_range(ByteRange range, std::uint64_t size);
/// `bytes */1000`, for a 416.
std::string unsatisfied_content_range(std::uint64_t size);

}  // namespace parley::http
