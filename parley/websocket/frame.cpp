#include "parley/websocket/frame.h"

#include <cstring>

namespace parley::websocket {
namespace {

/// The number that the next `count` bytes spell, most significant first.
std::uint64_t big_endian(std::uint8_t const* bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

std::optional<Opcode> to_opcode(unsigned bits) {
  switch (bits) {
    case 0x0:
      return Opcode::continuation;
    case 0x1:
      return Opcode::text;
    case 0x2:
      return Opcode::binary;
    case 0x8:
      return Opcode::close;
    case 0x9:
      return Opcode::ping;
    case 0xA:
      return Opcode::pong;
    default:
      return std::nullopt;
  }
}

/// The payload length is followed by this many bytes of the real one.
std::size_t extended_bytes(unsigned short_length) { return short_length < 126 ? 0 : short_length == 126 ? 2 : 8; }

}  // namespace

Result<std::optional<FrameHeader>, FrameError> read_frame_header(BytesView input, FrameRules const& rules) {
  if (input.size() < 2) return std::nullopt;
  unsigned const first = input[0];
  unsigned const second = input[1];
  bool const final = first & 0x80u;
  bool const compressed = first & 0x40u;
  bool const masked = second & 0x80u;
  unsigned const short_length = second & 0x7Fu;
  auto const opcode = to_opcode(first & 0x0Fu);

  if (first & 0x30u || (compressed && !rules.deflate)) return base::fail(FrameError::reserved_bits_set);
  if (!opcode) return base::fail(FrameError::unknown_opcode);
  // The extension marks the first frame of a message and no other (RFC 7692 §6).
  if (compressed && *opcode == Opcode::continuation) return base::fail(FrameError::reserved_bits_set);
  if (!masked) return base::fail(FrameError::unmasked_client_frame);
  if (is_control(*opcode) && (!final || compressed || short_length > 125)) {
    return base::fail(FrameError::control_frame_invalid);
  }

  auto const extended = extended_bytes(short_length);
  std::uint64_t payload_bytes = short_length;
  if (extended) {
    if (input.size() < 2 + extended) return std::nullopt;
    payload_bytes = big_endian(input.data() + 2, extended);
    // 126 and 127 are escapes: the real length must need them.
    if (payload_bytes < (extended == 2 ? 126u : 0x1'0000u)) return base::fail(FrameError::length_not_minimal);
  }
  if (!is_control(*opcode) && payload_bytes > rules.payload_bytes_max) {
    return base::fail(FrameError::payload_too_large);
  }
  auto const header_bytes = 2 + extended + 4;
  if (input.size() < header_bytes) return std::nullopt;
  std::array<std::uint8_t, 4> mask;
  std::memcpy(mask.data(), input.data() + 2 + extended, mask.size());
  return FrameHeader{final, compressed, *opcode, mask, payload_bytes, header_bytes};
}

std::size_t write_frame_header(std::uint8_t* out, Opcode opcode, std::size_t payload_bytes) {
  out[0] = static_cast<std::uint8_t>(0x80u | static_cast<unsigned>(opcode));
  if (payload_bytes < 126) {
    out[1] = static_cast<std::uint8_t>(payload_bytes);
    return 2;
  }
  std::size_t const extended = payload_bytes <= 0xFFFF ? 2 : 8;
  out[1] = extended == 2 ? 126 : 127;
  std::uint64_t rest = payload_bytes;
  for (std::size_t i = extended; i > 0; --i, rest >>= 8) out[1 + i] = static_cast<std::uint8_t>(rest & 0xFFu);
  return 2 + extended;
}

bool unmask(MutableBytes payload, std::array<std::uint8_t, 4> mask, std::size_t phase) {
  // Two masks side by side, turned so that the first byte meets its own: then whole words can be taken.
  std::array<std::uint8_t, 8> turned;
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(phase + i) % mask.size()];
  std::uint64_t key;
  std::memcpy(&key, turned.data(), sizeof key);

  auto* at = payload.data();
  auto left = payload.size();
  std::uint64_t seen = 0;
  for (; left >= sizeof key; at += sizeof key, left -= sizeof key) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= key;
    seen |= word;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) {
    at[i] = static_cast<std::uint8_t>(at[i] ^ turned[i]);
    seen |= at[i];
  }
  return (seen & 0x8080'8080'8080'8080) == 0;
}

std::uint16_t close_code_of(FrameError error) {
  switch (error) {
    case FrameError::payload_too_large:
      return 1009;
    case FrameError::invalid_utf8:
      return 1007;
    default:
      return 1002;
  }
}

std::string_view to_string(FrameError error) {
  switch (error) {
    case FrameError::reserved_bits_set:
      return "reserved bits are set";
    case FrameError::unknown_opcode:
      return "unknown opcode";
    case FrameError::unmasked_client_frame:
      return "client frame is not masked";
    case FrameError::control_frame_invalid:
      return "invalid control frame";
    case FrameError::length_not_minimal:
      return "length is not in its shortest form";
    case FrameError::payload_too_large:
      return "message is too large";
    case FrameError::unexpected_continuation:
      return "continuation without a message";
    case FrameError::message_interrupted:
      return "new message inside a fragmented one";
    case FrameError::too_many_empty_fragments:
      return "too many empty fragments";
    case FrameError::close_frame_invalid:
      return "invalid close frame";
    case FrameError::invalid_utf8:
      return "invalid UTF-8";
  }
  return "unknown";
}

}  // namespace parley::websocket
