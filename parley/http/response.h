#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parley/base/task.h"
#include "parley/base/time.h"
#include "parley/http/headers.h"

namespace parley::http {

/// A body that is made while it is sent: too long for memory, or still to be read from somewhere.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The whole length; what `next` gives must add up to it.
  virtual std::uint64_t bytes() const = 0;
  /// The next piece, of a size that fits memory well, asked for when there is room for it. An empty one means that it
  /// cannot be had: the connection is cut, since its length has been announced.
  virtual base::Task<std::string> next() = 0;
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource> source{};  ///< in place of `body`
};

/// "Not Found" and the like; empty for a status that has no name here.
std::string_view reason_phrase(unsigned status);

/// Appends `name: value` and the line end. Control characters in the value become spaces, and a name that is no
/// token is left out with its value, so that no text can start a line of its own.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// The whole response, but without what a `source` is going to give. Content-Length (but not for 1xx, 204 and 304),
/// Connection and Date are written here and nowhere else: fields of these names, and Transfer-Encoding, in
/// `response.headers` are left out.
///
/// `head_only`  the answer to a HEAD: the body counts for Content-Length and is not sent.
/// `date`       as made by `http_date`; none when empty.
std::string serialize(Response const& response, bool keep_alive, bool head_only, std::string_view date);

/// `Sun, 22 Nov 2026 10:00:00 GMT`
std::string http_date(base::Timestamp time);

}  // namespace parley::http
