#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

enum class Opcode : unsigned char { text = 1, binary = 2 };

/// One whole frame as a client must send it: final and masked.
/// Source    RFC 6455 §5.2, §5.3.
std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask);

/// The only form in which a measured server may send the same payload: final, unmasked, uncompressed, with the
/// shortest length form. Answers are compared with it byte for byte.
std::string server_frame(Opcode opcode, std::string_view payload);

/// The heartbeat of Engine.IO 4, as it travels.
std::string const& server_ping_frame();
std::string const& client_pong_frame();

}  // namespace bench
