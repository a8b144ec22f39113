#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::websocket {

/// Stands for a close frame without a code; never sent.
inline constexpr std::uint16_t no_close_code = 1005;

/// Whether an endpoint may put this code into a close frame.
/// Source  RFC 6455 §7.4 and the IANA registry of close codes.
bool may_be_sent(std::uint16_t code);

/// The payload of a close frame: empty for `no_close_code`. A reason that does not fit into a control frame is cut
/// between two characters.
std::string close_payload(std::uint16_t code, std::string_view reason);

}  // namespace parley::websocket
