#include "parley/http/head_scanner.h"

#include <algorithm>
#include <utility>

namespace parley::http {
namespace {

bool is_control(std::uint8_t byte) { return (byte < 0x20 && byte != '\t') || byte == 0x7F; }

}  // namespace

Result<bool, HttpError> HeadScanner::feed(BytesView& input, RequestLimits const& limits) {
  while (!input.empty()) {
    if (take_ordinary(input, limits) > 0) continue;
    auto const byte = input.front();
    input = input.subspan(1);
    if (raw_.size() >= limits.head_bytes_max) return base::fail(HttpError::header_too_large);
    raw_ += static_cast<char>(byte);
    auto const step = take(byte, limits);
    if (!step) return base::fail(step.error());
    if (*step == Step::complete) return true;
  }
  return false;
}

/// Inside a header line all that comes before the next control character is taken at once.
std::size_t HeadScanner::take_ordinary(BytesView& input, RequestLimits const& limits) {
  if (lines_ == 0 || line_bytes_ == 0 || after_return_) return 0;
  auto const within = input.first(std::min(input.size(), limits.head_bytes_max - raw_.size()));
  auto const end = std::find_if(within.begin(), within.end(), is_control);
  auto const count = static_cast<std::size_t>(end - within.begin());
  raw_ += base::as_text(input.first(count));
  line_bytes_ += count;
  input = input.subspan(count);
  return count;
}

Result<HeadScanner::Step, HttpError> HeadScanner::take(std::uint8_t byte, RequestLimits const& limits) {
  // CR and LF stand together or not at all: others may take either alone for a line end.
  if (after_return_) {
    if (byte != '\n') return base::fail(HttpError::bad_request);
    after_return_ = false;
    return end_line(limits);
  }
  if (byte == '\r') {
    after_return_ = true;
    return Step::go_on;
  }
  bool const blank = byte == ' ' || byte == '\t';
  // A blank at the start of a line would fold it into the line before.
  if (is_control(byte) || (blank && line_bytes_ == 0)) return base::fail(HttpError::bad_request);
  ++line_bytes_;
  if (lines_ > 0) return Step::go_on;

  if (byte == ' ') ++spaces_;
  if (spaces_ == 1 && byte != ' ' && ++target_bytes_ > limits.target_bytes_max) {
    return base::fail(HttpError::uri_too_long);
  }
  return Step::go_on;
}

Result<HeadScanner::Step, HttpError> HeadScanner::end_line(RequestLimits const& limits) {
  bool const empty = line_bytes_ == 0;
  line_bytes_ = 0;
  if (empty && lines_ > 0) return Step::complete;
  if (empty) {
    // Some clients end a body with a line end that they do not count (RFC 9112 §2.2).
    if (std::exchange(forgave_empty_line_, true)) return base::fail(HttpError::bad_request);
    raw_.clear();
    return Step::go_on;
  }
  if (lines_++ > limits.headers_max) return base::fail(HttpError::header_too_large);
  return Step::go_on;
}

}  // namespace parley::http
