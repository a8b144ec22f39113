#include "bench/load/frames.h"

#include <array>

namespace bench {
namespace {

std::string frame_head(Opcode opcode, std::size_t payload_bytes, unsigned char mask_bit) {
  std::string head;
  auto const put = [&head](std::size_t value) { head.push_back(static_cast<char>(value & 0xFF)); };
  put(0x80U | static_cast<unsigned char>(opcode));
  unsigned length_bytes = 0;
  if (payload_bytes < 126) {
    put(mask_bit | payload_bytes);
  } else if (payload_bytes < 0x1'0000) {
    put(mask_bit | 126U);
    length_bytes = 2;
  } else {
    put(mask_bit | 127U);
    length_bytes = 8;
  }
  for (unsigned left = length_bytes; left > 0; --left) put(payload_bytes >> (8 * (left - 1)));
  return head;
}

}  // namespace

std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask) {
  auto frame = frame_head(opcode, payload.size(), 0x80);
  std::array<char, 4> key{};
  for (unsigned i = 0; i < key.size(); ++i) key[i] = static_cast<char>(mask >> (8 * (3 - i)) & 0xFF);
  frame.append(key.data(), key.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
  return frame;
}

std::string server_frame(Opcode opcode, std::string_view payload) {
  return frame_head(opcode, payload.size(), 0).append(payload);
}

std::string const& server_ping_frame() {
  static auto const frame = server_frame(Opcode::text, "2");
  return frame;
}

std::string const& client_pong_frame() {
  static auto const frame = client_frame(Opcode::text, "3", 0x5A17C3E9);
  return frame;
}

}  // namespace bench
