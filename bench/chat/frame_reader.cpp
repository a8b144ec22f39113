#include "bench/chat/frame_reader.h"

#include <optional>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

struct Frame {
  std::string_view payload;
  std::size_t whole = 0;  ///< bytes, head included
  bool is_close = false;
};

std::optional<Frame> first_frame(std::string_view bytes) {
  auto const byte = [bytes](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  if (bytes.size() < 2) return std::nullopt;
  if (byte(0) != 0x81 && byte(0) != 0x88) throw std::runtime_error("a frame is neither a whole text nor a close");
  auto const short_length = byte(1);
  if (short_length > 127) throw std::runtime_error("the server has masked a frame");
  std::size_t const length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
  auto const head = 2 + length_bytes;
  if (bytes.size() < head) return std::nullopt;
  auto length = length_bytes == 0 ? short_length : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(2 + i);
  if (bytes.size() - head < length) return std::nullopt;
  return Frame{bytes.substr(head, length), head + length, byte(0) == 0x88};
}

}  // namespace

void FrameReader::read(std::string_view bytes, std::function<void(std::string_view)> const& take) {
  std::string joined;
  if (!held_.empty()) {
    joined = std::exchange(held_, {}).append(bytes);
    bytes = joined;
  }
  while (auto const frame = first_frame(bytes)) {
    if (!frame->is_close) take(frame->payload);
    bytes.remove_prefix(frame->whole);
  }
  held_ = bytes;
}

}  // namespace bench
