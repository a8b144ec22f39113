#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::chat {

/// Base64url without padding (RFC 7515 §2). The bytes travel in a string.
std::string to_base64url(std::string_view bytes);

/// Strict: no padding, no foreign characters, no stray bits. One byte sequence has exactly one text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace parley::chat
