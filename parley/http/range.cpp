#include "parley/http/range.h"

#include <algorithm>
#include <charconv>

#include "parley/http/headers.h"

namespace parley::http {
namespace {

/// Digits and nothing else. A number beyond 64 bits is as good as the greatest.
std::optional<std::uint64_t> to_number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc::result_out_of_range ? UINT64_MAX : number;
}

}  // namespace

base::Result<std::optional<ByteRange>, RangeNotSatisfiable> parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::optional<ByteRange> all;
  auto const equals = header.find('=');
  if (equals == std::string_view::npos || !equal_ignoring_case(trim(header.substr(0, equals)), "bytes")) return all;
  auto const spec = trim(header.substr(equals + 1));
  auto const dash = spec.find('-');
  if (dash == std::string_view::npos) return all;
  auto const first_text = trim(spec.substr(0, dash));
  auto const last_text = trim(spec.substr(dash + 1));
  auto const last = to_number(last_text);
  if (first_text.empty()) {
    if (!last) return all;
    if (*last == 0 || size == 0) return base::fail(RangeNotSatisfiable{});
    auto const length = std::min(*last, size);
    return std::optional(ByteRange{size - length, length});
  }
  auto const first = to_number(first_text);
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return all;
  if (*first >= size) return base::fail(RangeNotSatisfiable{});
  auto const end = last ? std::min(*last, size - 1) : size - 1;
  return std::optional(ByteRange{*first, end - *first + 1});
}

std::string content_range(ByteRange range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.length - 1) + "/" +
         std::to_string(size);
}

std::string unsatisfied_content_range(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace parley::http
