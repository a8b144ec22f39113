#pragma once

#include <array>

#include "parley/base/id.h"

namespace parley::net {

/// The kernel's random numbers, fetched a page at a time. Lives on one worker.
class Entropy final : public base::RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::array<std::uint8_t, 1024> page_;
  std::size_t left_ = 0;
};

}  // namespace parley::net
