#pragma once

#include <cstdint>
#include <string>

#include "parley/base/bytes.h"
#include "parley/base/result.h"

namespace parley::http {

enum class ChunkError { invalid, body_too_large };

/// Joins the chunks of one body. Keeps no input: a few numbers are all its state, wherever the bytes are cut.
///
/// Chunk extensions and trailers are checked and dropped; together they may take `overhead_bytes_max`, so that a
/// body of few bytes cannot keep us reading.
/// Source  RFC 9112 §7.1.
class ChunkDecoder {
 public:
  static constexpr std::size_t overhead_bytes_max = 16 * 1024;

  /// Takes chunks off the front of `input` and appends their content to `body`, `body_bytes_max` bytes in all.
  /// True when the last chunk and the trailers have been read; nothing after them is taken.
  base::Result<bool, ChunkError> feed(base::BytesView& input, std::string& body, std::uint64_t body_bytes_max);

 private:
  enum class Part { size, extension, size_end, data, data_return, data_end, trailer, trailer_end, done };

  bool step(std::uint8_t byte);
  bool step_trailer(std::uint8_t byte);

  Part part_ = Part::size;
  std::uint64_t chunk_bytes_ = 0;  ///< the size as read so far, then what is left of the data
  unsigned size_digits_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::size_t overhead_bytes_ = 0;
  std::size_t line_bytes_ = 0;  ///< of the current trailer line
  bool trailer_named_ = false;  ///< its colon has been read
};

}  // namespace parley::http
