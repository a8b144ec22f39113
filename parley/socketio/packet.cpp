#include "parley/socketio/packet.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace parley::socketio {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

base::Result<PacketHeader, PacketError> read_packet_header(std::string_view text) {
  PacketHeader header;
  if (text.empty() || text[0] < '0' || text[0] > '6') return base::fail(PacketError::unknown_type);
  header.type = static_cast<PacketType>(text[0] - '0');
  text.remove_prefix(1);

  if (header.type == PacketType::binary_event || header.type == PacketType::binary_ack) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), header.attachments);
    auto const digits = static_cast<std::size_t>(end - text.data());
    if (error == std::errc::result_out_of_range) return base::fail(PacketError::too_many_attachments);
    if (error != std::errc() || digits == text.size() || text[digits] != '-' || header.attachments == 0) {
      return base::fail(PacketError::illegal_attachments);
    }
    if (header.attachments > attachments_max) return base::fail(PacketError::too_many_attachments);
    text.remove_prefix(digits + 1);
  }
  if (!text.empty() && text[0] == '/') {
    auto const comma = text.find(',');
    header.nsp = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  if (!text.empty() && is_digit(text[0])) {
    auto const end = std::find_if_not(text.begin(), text.end(), is_digit);
    std::uint64_t id = 0;
    auto const [stop, error] = std::from_chars(text.data(), text.data() + (end - text.begin()), id);
    if (error != std::errc()) return base::fail(PacketError::bad_payload);
    header.id = id;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
  header.json = text;
  return header;
}

bool is_reserved_event(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{"connect",       "connect_error", "disconnect",
                                                  "disconnecting", "newListener",   "removeListener"};
  return std::ranges::find(names, name) != names.end();
}

std::string packet_prefix(PacketType type, std::size_t attachments, std::string_view nsp,
                          std::optional<std::uint64_t> id) {
  std::string prefix{'4', static_cast<char>('0' + static_cast<int>(type))};
  if (attachments > 0) prefix += std::to_string(attachments) + '-';
  if (nsp != "/") {
    prefix += nsp;
    prefix += ',';
  }
  if (id) prefix += std::to_string(*id);
  return prefix;
}

}  // namespace parley::socketio
