#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "parley/base/bytes.h"
#include "parley/http/request.h"

namespace parley::http {

/// Collects the bytes of one request head, and refuses at the first byte that no head may have there, so that a
/// peer that does not speak HTTP is not listened to until a deadline.
class HeadScanner {
 public:
  /// Takes bytes off the front of `input`. True when the head is complete, its last line end included.
  Result<bool, HttpError> feed(BytesView& input, RequestLimits const& limits);

  std::string const& raw() const { return raw_; }

 private:
  enum class Step { go_on, complete };
  std::size_t take_ordinary(BytesView& input, RequestLimits const& limits);
  Result<Step, HttpError> take(std::uint8_t byte, RequestLimits const& limits);
  Result<Step, HttpError> end_line(RequestLimits const& limits);

  std::string raw_;
  std::size_t lines_ = 0;  ///< that have ended
  std::size_t line_bytes_ = 0;
  std::size_t target_bytes_ = 0;
  unsigned spaces_ = 0;  ///< in the request line
  bool after_return_ = false;
  bool forgave_empty_line_ = false;
};

}  // namespace parley::http
