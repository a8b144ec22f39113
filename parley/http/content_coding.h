#pragma once

#include <span>
#include <string_view>

namespace parley::http {

/// How the bytes of a body are packed on their way.
enum class ContentCoding { identity, gzip, brotli };
/// The word for `Content-Encoding`.
std::string_view to_string(ContentCoding coding);

/// Which of the codings that a file is there in a client likes best, by its `Accept-Encoding` (several headers joined
/// by commas). Of those it likes alike the first is taken, so list the smallest first. Identity when it accepts none:
/// a client that refuses even that is better served with it than with nothing.
/// Source  RFC 9110 §12.5.3 (Accept-Encoding), §12.4.2 (weights).
ContentCoding choose_coding(std::string_view accept_encoding, std::span<ContentCoding const> available);

}  // namespace parley::http
