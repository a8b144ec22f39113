#pragma once

#include <string>

#include "parley/base/json.h"

namespace parley::chat {

/// `parley admin`: asks the server that listens at `path`, and prints its answer for people or as JSON. Returns the
/// exit code: 0, 1 when the server says no, 3 when none is there.
int ask_server(std::string const& path, base::Json const& question, bool as_json);

/// An answer in words. What guests have written is shown without its control characters, which could take the
/// operator's terminal over.
std::string told(base::Json const& question, base::Json const& answer);

}  // namespace parley::chat
