#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parley/base/json.h"
#include "parley/base/result.h"

namespace parley::socketio {

enum class PacketType : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

enum class PacketError {
  unknown_type,
  illegal_attachments,  ///< no plain count, or 0
  too_many_attachments,
  bad_payload,       ///< not JSON, or not of the shape that the type asks for
  reserved_event,    ///< a name that only the library itself may use
  unexpected_text,   ///< text while an attachment was due
  unexpected_binary  ///< an attachment that nobody announced
};

/// As Node's parser: more attachments than that end the connection.
inline constexpr unsigned attachments_max = 10;

/// What stands before the JSON of a packet. Views point into the packet's text.
struct PacketHeader {
  PacketType type = PacketType::event;
  unsigned attachments = 0;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id;
  std::string_view json;
};

/// `text`   one Engine.IO message without its type digit.
/// Source   Socket.IO protocol v5, "Packet encoding": `<type>[<attachments>-][<namespace>,][<id>][<json>]`.
base::Result<PacketHeader, PacketError> read_packet_header(std::string_view text);

/// Names of events that a client must not send.
bool is_reserved_event(std::string_view name);

/// The start of a packet up to its JSON, the Engine.IO message type included: `451-/nsp,7`.
std::string packet_prefix(PacketType type, std::size_t attachments, std::string_view nsp,
                          std::optional<std::uint64_t> id);

}  // namespace parley::socketio
