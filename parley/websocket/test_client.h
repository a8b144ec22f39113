#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "parley/websocket/message_reader.h"

/// What tests and fuzz targets need to play the client.
namespace parley::websocket {

inline std::string masked_frame(bool final, Opcode opcode, std::string_view payload) {
  std::array<std::uint8_t, server_header_bytes_max> header;
  auto const length = write_frame_header(header.data(), opcode, payload.size());
  if (!final) header[0] &= 0x7F;
  header[1] |= 0x80;
  std::array<std::uint8_t, 4> const mask{0x37, 0xFA, 0x21, 0x3D};
  std::string wire(base::as_text({header.data(), length}));
  wire += base::as_text(mask);
  base::Bytes body(payload.begin(), payload.end());
  unmask(body, mask);
  wire += base::as_text(body);
  return wire;
}
inline std::string frame(Opcode opcode, std::string_view payload) { return masked_frame(true, opcode, payload); }
/// A frame that is not the last of its message.
inline std::string fragment(Opcode opcode, std::string_view payload) { return masked_frame(false, opcode, payload); }

/// The received bytes as a reader wants them, with readable bytes behind.
inline base::Bytes padded(std::string_view wire) {
  base::Bytes bytes(wire.begin(), wire.end());
  bytes.resize(wire.size() + base::json_padding_bytes, 0xEE);
  return bytes;
}
inline base::MutableBytes without_padding(base::Bytes& bytes) {
  return base::MutableBytes(bytes).first(bytes.size() - base::json_padding_bytes);
}

struct EventText {
  std::string operator()(MessageReader::NeedMore) const { return {}; }
  std::string operator()(MessageReader::Message const& message) const {
    return (message.text ? "text " : "binary ") + std::string(base::as_text(message.payload));
  }
  std::string operator()(MessageReader::Ping const& ping) const {
    return "ping " + std::string(base::as_text(ping.payload));
  }
  std::string operator()(MessageReader::Pong) const { return "pong"; }
  std::string operator()(MessageReader::Close const& close) const {
    return "close " + std::to_string(close.code) + " " + std::string(close.reason);
  }
  std::string operator()(MessageReader::Failure const& failure) const {
    return "failure " + std::to_string(failure.close_code) + " " + std::string(to_string(failure.error));
  }
};

/// Appends what the reader makes of one received piece.
inline void read_all(MessageReader& reader, std::string_view wire, std::vector<std::string>& seen) {
  auto bytes = padded(wire);
  auto input = without_padding(bytes);
  for (;;) {
    auto const event = reader.next(input);
    if (std::holds_alternative<MessageReader::NeedMore>(event)) return;
    seen.push_back(std::visit(EventText{}, event));
  }
}

}  // namespace parley::websocket
