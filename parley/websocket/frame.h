#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "parley/base/bytes.h"
#include "parley/base/result.h"

namespace parley::websocket {

using base::BytesView;
using base::MutableBytes;
using base::Result;

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
constexpr bool is_control(Opcode opcode) { return (static_cast<unsigned>(opcode) & 8u) != 0; }

/// How a client has broken the protocol.
enum class FrameError {
  reserved_bits_set,
  unknown_opcode,
  unmasked_client_frame,
  control_frame_invalid,  ///< fragmented, compressed or longer than 125 bytes
  length_not_minimal,
  payload_too_large,
  unexpected_continuation,   ///< there is no message to continue
  message_interrupted,       ///< a new message before the fragmented one has ended
  too_many_empty_fragments,  ///< a message that never gets any further
  close_frame_invalid,       ///< a body of one byte, or a code that must not be sent
  invalid_utf8
};
std::string_view to_string(FrameError error);
/// The code to close the connection with: 1002, 1007 or 1009.
std::uint16_t close_code_of(FrameError error);

struct FrameRules {
  std::uint64_t payload_bytes_max;  ///< of data frames, in bytes as on the wire
  bool deflate = false;             ///< permessage-deflate was agreed upon
};

struct FrameHeader {
  bool final;
  bool compressed;
  Opcode opcode;
  std::array<std::uint8_t, 4> mask;
  std::uint64_t payload_bytes;
  std::size_t header_bytes;  ///< what the header itself takes, mask included
};

/// The longest header a client can send.
inline constexpr std::size_t client_header_bytes_max = 14;
/// The longest header a server writes.
inline constexpr std::size_t server_header_bytes_max = 10;

/// Reads one frame header sent by a client.
///
/// `input`   bytes as received; may end anywhere; borrowed until return.
/// Returns   the header; `nullopt` when more bytes are needed (nothing is consumed).
/// Errors    FrameError; the connection must then close with its `close_code_of`.
/// Source    RFC 6455 §5.2 (layout), §5.1 (clients mask), §5.5 (control frames).
Result<std::optional<FrameHeader>, FrameError> read_frame_header(BytesView input, FrameRules const& rules);

/// Writes the header of a whole, unmasked message or control frame, as a server sends them.
///
/// `out`     room for `server_header_bytes_max` bytes.
/// Returns   how many of them were written.
std::size_t write_frame_header(std::uint8_t* out, Opcode opcode, std::size_t payload_bytes);

/// Removes (or applies) the mask in place. `phase` is how many bytes of the same payload came before these.
/// True when what it leaves is all ASCII: found on the way, and it spares most texts the check for UTF-8.
bool unmask(MutableBytes payload, std::array<std::uint8_t, 4> mask, std::size_t phase = 0);

}  // namespace parley::websocket
