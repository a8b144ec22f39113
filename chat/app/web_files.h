#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "parley/base/result.h"
#include "parley/http/static_files.h"

namespace parley::chat {

/// The files of a web client, in memory.
struct WebFiles {
  std::vector<http::StaticFile> files;
  std::deque<std::string> texts{};  ///< what the files refer to, unless it is part of the program
};

/// What was built into the program from PARLEY_WEB_DIST; empty if there was nothing.
WebFiles built_in_web_files();

/// Reads a directory, once. `app.js.br` and `app.js.gz` are packed forms of the `app.js` beside them, and no files of
/// their own. Hidden files, and links to directories, are passed over.
/// Error  for people: what cannot be read, is too large to keep, or that there is no `index.html`.
base::Result<WebFiles, std::string> read_web_files(std::filesystem::path const& directory);

}  // namespace parley::chat
