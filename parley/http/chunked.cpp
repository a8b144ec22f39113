#include "parley/http/chunked.h"

#include <algorithm>
#include <optional>

#include "parley/http/headers.h"

namespace parley::http {
namespace {

std::optional<unsigned> hex_digit(std::uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return std::nullopt;
}

bool may_stand_in_line(std::uint8_t byte) { return byte == '\t' || (byte >= 0x20 && byte != 0x7F); }

}  // namespace

base::Result<bool, ChunkError> ChunkDecoder::feed(base::BytesView& input, std::string& body,
                                                  std::uint64_t body_bytes_max) {
  while (!input.empty() && part_ != Part::done) {
    if (part_ == Part::data) {
      auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes_, input.size()));
      body += base::as_text(input.first(count));
      input = input.subspan(count);
      chunk_bytes_ -= count;
      if (chunk_bytes_ == 0) part_ = Part::data_return;
      continue;
    }
    auto const before = part_;
    if (!step(input.front())) return base::fail(ChunkError::invalid);
    input = input.subspan(1);
    if (before == Part::size_end && part_ == Part::data) {
      // Decided from the announced size: a chunk that would not fit is not read at all.
      if (chunk_bytes_ > body_bytes_max || body_bytes_ > body_bytes_max - chunk_bytes_) {
        return base::fail(ChunkError::body_too_large);
      }
      body_bytes_ += chunk_bytes_;
    }
  }
  return part_ == Part::done;
}

/// Reads one byte of what stands around the data; false when it must not stand there.
bool ChunkDecoder::step(std::uint8_t byte) {
  switch (part_) {
    case Part::size:
      if (auto const digit = hex_digit(byte)) {
        chunk_bytes_ = chunk_bytes_ << 4 | *digit;
        return ++size_digits_ <= 15;  // more could overflow, and nobody has that much to say
      }
      if (size_digits_ == 0) return false;
      part_ = byte == ';' ? Part::extension : Part::size_end;
      return byte == ';' || byte == '\r';
    case Part::extension:
      if (byte == '\r') {
        part_ = Part::size_end;
        return true;
      }
      return may_stand_in_line(byte) && ++overhead_bytes_ <= overhead_bytes_max;
    case Part::size_end:
      part_ = chunk_bytes_ > 0 ? Part::data : Part::trailer;
      size_digits_ = 0;
      return byte == '\n';
    case Part::data_return:
      part_ = Part::data_end;
      return byte == '\r';
    case Part::data_end:
      part_ = Part::size;
      return byte == '\n';
    case Part::trailer:
      return step_trailer(byte);
    case Part::trailer_end:
      part_ = line_bytes_ == 0 ? Part::done : Part::trailer;
      line_bytes_ = 0;
      trailer_named_ = false;
      return byte == '\n';
    case Part::data:
    case Part::done:
      break;
  }
  return false;
}

/// A trailer line is empty, or a name, a colon and a value.
bool ChunkDecoder::step_trailer(std::uint8_t byte) {
  if (byte == '\r') {
    part_ = Part::trailer_end;
    return line_bytes_ == 0 || trailer_named_;
  }
  if (++overhead_bytes_ > overhead_bytes_max) return false;
  ++line_bytes_;
  if (trailer_named_) return may_stand_in_line(byte);
  auto const c = static_cast<char>(byte);
  if (c != ':') return is_token({&c, 1});
  trailer_named_ = true;
  return line_bytes_ > 1;
}

}  // namespace parley::http
