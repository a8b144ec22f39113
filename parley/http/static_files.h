#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parley/http/content_coding.h"
#include "parley/http/request.h"
#include "parley/http/response.h"

namespace parley::http {

/// A file in memory, as it is and, where that is worth it, packed.
struct StaticFile {
  std::string_view path;  ///< what a request asks for, decoded: "/assets/app.js"
  std::string_view bytes;
  std::string_view gzip{};    ///< the same, packed; empty if it is not there
  std::string_view brotli{};  ///< likewise
};

/// Files that are sent as they are: nothing is read, packed or counted when a request comes, and no path leads anywhere
/// but to one of them.
///
/// Lives on  any number of workers at a time; it never changes.
class StaticFiles {
 public:
  /// How long a browser may go on without asking.
  enum class Caching {
    ask_again,  ///< it keeps the file, and asks each time whether it still holds
    for_ever    ///< another content will have another path
  };

  StaticFiles() = default;
  /// What the files refer to is borrowed as long as this lives.
  explicit StaticFiles(std::span<StaticFile const> files);

  bool empty() const { return files_.empty(); }
  bool has(std::string_view path) const { return find(path) != nullptr; }
  /// The answer to a GET or HEAD of a file that is there: 200, packed as the client likes it best, or 304 when it says
  /// that it has the file. Each way of packing has a strong entity tag of its own.
  /// Source  RFC 9110 §8.8.3 (ETag), §13.1.2 (If-None-Match), §15.4.5 (304).
  Response answer(std::string_view path, Caching caching, RequestHead const& request) const;
  /// All paths, sorted.
  std::vector<std::string_view> paths() const;

 private:
  struct Kept {
    StaticFile file;
    std::string tag;  ///< of the bytes as they are, without its quotes
  };
  Kept const* find(std::string_view path) const;

  std::vector<Kept> files_;  ///< sorted by path
};

}  // namespace parley::http
