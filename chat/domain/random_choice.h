#pragma once

#include <array>
#include <cstdint>

#include "parley/base/assert.h"
#include "parley/base/id.h"

namespace parley::chat {

/// A number from 0 up to `bound` - 1. The bias of the remainder is below 2⁻³² for the sizes of a chat.
inline std::size_t random_below(std::size_t bound, base::RandomSource& random) {
  PARLEY_ASSERT(bound > 0);
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  std::uint64_t bits = 0;
  for (auto const byte : bytes) bits = bits << 8 | byte;
  return static_cast<std::size_t>(bits % bound);
}

}  // namespace parley::chat
