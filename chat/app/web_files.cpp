#include "chat/app/web_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

namespace parley::chat {
namespace {

namespace fs = std::filesystem;

/// Pages are small; who names the wrong directory shall not fill the memory.
constexpr std::uint64_t bytes_max = 64 * 1024 * 1024;

/// The path without the ending, if it has it.
std::optional<std::string> without(std::string const& path, std::string_view ending) {
  if (!path.ends_with(ending)) return std::nullopt;
  return path.substr(0, path.size() - ending.size());
}

/// The regular files of a directory and those below it, by the path that a request asks for.
std::map<std::string, fs::path> files_below(fs::path const& directory, std::error_code& error) {
  std::map<std::string, fs::path> found;
  fs::recursive_directory_iterator each(directory, error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    bool const hidden = each->path().filename().string().starts_with('.');
    if (hidden && each->is_directory(error)) each.disable_recursion_pending();
    if (error || hidden || !each->is_regular_file(error)) continue;
    found.emplace("/" + each->path().lexically_relative(directory).generic_string(), each->path());
  }
  return found;
}

}  // namespace

base::Result<WebFiles, std::string> read_web_files(fs::path const& directory) {
  std::error_code error;
  auto const found = files_below(directory, error);
  if (error) return base::fail(directory.string() + ": " + error.message());
  if (!found.contains("/index.html")) return base::fail(directory.string() + " has no index.html");

  WebFiles read;
  std::map<std::string, http::StaticFile> files;
  std::uint64_t bytes = 0;
  // A file sorts before its packed forms, whose names are longer.
  for (auto const& [path, place] : found) {
    bytes += fs::file_size(place, error);
    if (error) return base::fail(place.string() + ": " + error.message());
    if (bytes > bytes_max) return base::fail(directory.string() + " has more than 64 MiB");
    std::ifstream file(place, std::ios::binary);
    auto const& text = read.texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (!file) return base::fail(place.string() + " cannot be read");
    if (auto const plain = without(path, ".br"); plain && files.contains(*plain)) {
      files[*plain].brotli = text;
    } else if (auto const unzipped = without(path, ".gz"); unzipped && files.contains(*unzipped)) {
      files[*unzipped].gzip = text;
    } else {
      files[path] = {.path = read.texts.emplace_back(path), .bytes = text};
    }
  }
  for (auto const& [path, file] : files) read.files.push_back(file);
  return read;
}

}  // namespace parley::chat
