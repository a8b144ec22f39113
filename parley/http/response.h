#pragma once

#include <string>
#include <string_view>

#include "parley/base/time.h"
#include "parley/http/headers.h"

namespace parley::http {

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
};

/// "Not Found" and the like; empty for a status that has no name here.
std::string_view reason_phrase(unsigned status);

/// Appends `name: value` and the line end. Control characters in the value become spaces, and a name that is no
/// token is left out with its value, so that no text can start a line of its own.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// The whole response. Content-Length (but not for 1xx, 204 and 304), Connection and Date are written here and
/// nowhere else: fields of these names, and Transfer-Encoding, in `response.headers` are left out.
///
/// `head_only`  the answer to a HEAD: the body counts for Content-Length and is not sent.
/// `date`       as made by `http_date`; none when empty.
std::string serialize(Response const& response, bool keep_alive, bool head_only, std::string_view date);

/// `Sun, 22 Nov 2026 10:00:00 GMT`
std::string http_date(base::Timestamp time);

}  // namespace parley::http
