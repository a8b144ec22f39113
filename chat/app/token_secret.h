#pragma once

#include <filesystem>
#include <string>

#include "parley/base/id.h"
#include "parley/base/result.h"

namespace parley::chat {

/// The secret kept in `file`; made there at the first start, readable by its owner alone, so that tokens survive a
/// restart. For development only: in production the secret is a setting.
base::Result<std::string, std::string> kept_secret(std::filesystem::path const& file, base::RandomSource& random);

}  // namespace parley::chat
