#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parley/base/bytes.h"
#include "parley/base/result.h"
#include "parley/http/headers.h"

namespace parley::http {

using base::BytesView;
using base::Result;

enum class Method { get, head, post, put, delete_, options, patch, other };

/// Why a request is refused. The connection must close after the answer: where the next request begins is unknown.
enum class HttpError {
  bad_request,
  header_too_large,
  uri_too_long,
  body_too_large,
  body_incomplete,  ///< the peer has ended the connection inside a body; for whoever reads the connection to say
  body_too_slow,    ///< likewise for the reader to say
  unsupported_version,
  unsupported_transfer_encoding,
  unsupported_expectation
};
unsigned status_of(HttpError error);
std::string_view to_string(HttpError error);

/// What stands before the body of a request.
struct RequestHead {
  Method method = Method::other;
  std::string method_text;
  std::string target;     ///< as sent; `parse_target` takes it apart
  unsigned version = 11;  ///< 10 or 11
  Headers headers;
  bool keep_alive = false;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool upgrade = false;  ///< asks to upgrade the connection; to what is told by the header `Upgrade`
  bool expect_continue = false;
};

struct RequestLimits {
  std::size_t head_bytes_max = 16 * 1024;  ///< request line and headers, line ends included
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t headers_max = 100;
};

/// Reads the requests of one connection, one after the other, wherever the bytes are cut.
///
/// Strict where leniency would let two servers in a row disagree on where a request ends: bare CR or LF, folded
/// lines, a space before the colon, a repeated Content-Length, Content-Length beside Transfer-Encoding, any
/// transfer coding but chunked, a missing or repeated Host. One empty line before a request is forgiven.
///
/// Lives on  one worker.
/// Source    RFC 9112 §2 (messages), §3.2 (Host), §6 (body length), §7.1 (chunked); RFC 9110 §5.5 (values).
class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  enum class State { head, body, complete };
  /// Takes bytes off the front of `input`. Stops right after the head, so that the caller can decide about the body
  /// before any of it is read; takes nothing when the request is complete. After an error, repeats it.
  Result<State, HttpError> feed(BytesView& input);

  /// Valid once the head has been read, until `reset`.
  RequestHead const& head() const;
  /// The bytes of the head as received, for handing the connection to another worker.
  std::string const& raw_head() const;

  /// Takes the body bytes that have arrived since the last call, chunks already joined.
  std::string take_body();
  /// Longer bodies are an error of the next `feed`, even an empty one, when the length was announced, and
  /// otherwise as soon as they grow longer. Holds for this request; without it the body has no limit.
  void limit_body(std::uint64_t bytes_max);

  /// Ready for the next request of the same connection.
  void reset();

 private:
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace parley::http
