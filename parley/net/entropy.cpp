#include "parley/net/entropy.h"

#include <sys/random.h>

#include <cstring>

#include "parley/base/assert.h"

namespace parley::net {

void Entropy::fill(std::span<std::uint8_t> bytes) {
  PARLEY_ASSERT(bytes.size() <= page_.size());
  if (left_ < bytes.size()) {
    // Requests above 256 bytes may be interrupted; the size is bounded, so asking again is enough.
    for (std::size_t filled = 0; filled < page_.size();) {
      auto const count = getrandom(page_.data() + filled, page_.size() - filled, 0);
      if (count > 0) filled += static_cast<std::size_t>(count);
    }
    left_ = page_.size();
  }
  left_ -= bytes.size();
  std::memcpy(bytes.data(), page_.data() + left_, bytes.size());
  // What has been handed out must not be found here later.
  std::memset(page_.data() + left_, 0, bytes.size());
}

}  // namespace parley::net
