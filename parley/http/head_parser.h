#pragma once

#include <string_view>

#include "parley/http/request.h"

namespace parley::http {

/// Reads a complete request head that a HeadScanner has let through.
///
/// Boost.Beast takes it into pieces; how the body is framed and whom the request is for is then judged here, more
/// strictly than Beast does: it would let a repeated Content-Length, several transfer codings or no Host pass.
/// Source  RFC 9112 §3 (request line), §3.2 (Host), §6 (body length), §9.3 (persistence); RFC 9110 §7.8, §10.1.1.
Result<RequestHead, HttpError> parse_head(std::string_view raw);

}  // namespace parley::http
