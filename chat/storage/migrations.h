#pragma once

#include <span>
#include <string_view>

namespace parley::chat {

/// One step from a schema to the next: the file `migrations/<number>_<what>.sql`, built into the program.
struct Migration {
  int number;
  std::string_view sql;
};

/// All steps, from number 1 on without a gap.
std::span<Migration const> migrations();

}  // namespace parley::chat
