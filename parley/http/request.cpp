#include "parley/http/request.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "parley/http/chunked.h"
#include "parley/http/head_parser.h"
#include "parley/http/head_scanner.h"

namespace parley::http {

struct RequestParser::Reading {
  explicit Reading(RequestLimits given) : limits(given) {}

  RequestLimits limits;
  State state = State::head;
  std::optional<HttpError> error;
  HeadScanner scanner;
  RequestHead head;
  std::string body;
  std::uint64_t body_missing = 0;  ///< of an announced length
  std::uint64_t body_bytes_max = std::numeric_limits<std::uint64_t>::max();
  ChunkDecoder chunks;

  Result<State, HttpError> feed_head(BytesView& input);
  Result<State, HttpError> feed_body(BytesView& input);
  Result<State, HttpError> feed_chunks(BytesView& input);
};

RequestParser::RequestParser(RequestLimits limits) : reading_(std::make_unique<Reading>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

Result<RequestParser::State, HttpError> RequestParser::feed(BytesView& input) {
  auto& reading = *reading_;
  if (reading.error) return base::fail(*reading.error);
  if (reading.state == State::complete) return State::complete;
  auto const fed = reading.state == State::head ? reading.feed_head(input)
                   : reading.head.chunked       ? reading.feed_chunks(input)
                                                : reading.feed_body(input);
  if (fed) {
    reading.state = *fed;
  } else {
    reading.error = fed.error();
  }
  return fed;
}

RequestHead const& RequestParser::head() const { return reading_->head; }
std::string const& RequestParser::raw_head() const { return reading_->scanner.raw(); }
std::string RequestParser::take_body() { return std::exchange(reading_->body, {}); }
void RequestParser::limit_body(std::uint64_t bytes_max) { reading_->body_bytes_max = bytes_max; }
void RequestParser::reset() { *reading_ = Reading(reading_->limits); }

Result<RequestParser::State, HttpError> RequestParser::Reading::feed_head(BytesView& input) {
  auto const scanned = scanner.feed(input, limits);
  if (!scanned) return base::fail(scanned.error());
  if (!*scanned) return State::head;
  auto parsed = parse_head(scanner.raw());
  if (!parsed) return base::fail(parsed.error());
  head = std::move(*parsed);
  body_missing = head.content_length.value_or(0);
  return head.chunked || body_missing > 0 ? State::body : State::complete;
}

Result<RequestParser::State, HttpError> RequestParser::Reading::feed_body(BytesView& input) {
  if (*head.content_length > body_bytes_max) return base::fail(HttpError::body_too_large);
  auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(body_missing, input.size()));
  body += base::as_text(input.first(count));
  input = input.subspan(count);
  body_missing -= count;
  return body_missing > 0 ? State::body : State::complete;
}

Result<RequestParser::State, HttpError> RequestParser::Reading::feed_chunks(BytesView& input) {
  auto const decoded = chunks.feed(input, body, body_bytes_max);
  if (decoded) return *decoded ? State::complete : State::body;
  return base::fail(decoded.error() == ChunkError::body_too_large ? HttpError::body_too_large : HttpError::bad_request);
}

unsigned status_of(HttpError error) {
  switch (error) {
    case HttpError::bad_request:
    case HttpError::body_incomplete:
      return 400;
    case HttpError::body_too_slow:
      return 408;
    case HttpError::body_too_large:
      return 413;
    case HttpError::uri_too_long:
      return 414;
    case HttpError::unsupported_expectation:
      return 417;
    case HttpError::header_too_large:
      return 431;
    case HttpError::unsupported_transfer_encoding:
      return 501;
    case HttpError::unsupported_version:
      return 505;
  }
  return 400;
}

std::string_view to_string(HttpError error) {
  switch (error) {
    case HttpError::bad_request:
      return "bad request";
    case HttpError::header_too_large:
      return "header too large";
    case HttpError::uri_too_long:
      return "URI too long";
    case HttpError::body_too_large:
      return "body too large";
    case HttpError::body_incomplete:
      return "body incomplete";
    case HttpError::body_too_slow:
      return "body too slow";
    case HttpError::unsupported_version:
      return "unsupported HTTP version";
    case HttpError::unsupported_transfer_encoding:
      return "unsupported transfer encoding";
    case HttpError::unsupported_expectation:
      return "unsupported expectation";
  }
  return "unknown";
}

}  // namespace parley::http
