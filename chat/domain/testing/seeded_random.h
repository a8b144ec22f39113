#pragma once

#include <random>

#include "chat/domain/random_choice.h"

namespace parley::chat {

/// Random for tests: the same seed tells the same story.
class SeededRandom : public base::RandomSource {
 public:
  explicit SeededRandom(std::uint32_t seed) : engine_(seed) {}

  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }
  std::size_t below(std::size_t bound) { return random_below(bound, *this); }

 private:
  std::mt19937 engine_;
};

}  // namespace parley::chat
