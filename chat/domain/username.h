#pragma once

#include <string>
#include <string_view>

#include "parley/base/id.h"

namespace parley::chat {

/// 3 to 20 letters, digits and underscores of ASCII.
bool is_username(std::string_view text);

/// Adjective, noun and a number from 1 to 9999, such as `BraveOwl417`; always a username by the rule above.
std::string propose_username(base::RandomSource& random);

}  // namespace parley::chat
