#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/result.h"
#include "parley/http/request.h"

namespace parley::http {

/// The decoded parameters of a query, in the order in which they were sent. Names are case-sensitive.
class Query {
 public:
  struct Parameter {
    std::string name;
    std::string value;  ///< empty when there was no `=`
  };

  void add(std::string name, std::string value) { parameters_.push_back({std::move(name), std::move(value)}); }

  /// The first value; borrowed from the query.
  std::optional<std::string_view> find(std::string_view name) const;

  std::size_t size() const { return parameters_.size(); }
  bool empty() const { return parameters_.empty(); }
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

 private:
  std::vector<Parameter> parameters_;
};

/// What a request asks for. All decoded texts are valid UTF-8 without NUL.
struct Target {
  std::string raw_path;   ///< as sent
  std::string path;       ///< percent-decoded; dot segments are left as they are
  std::string raw_query;  ///< as sent, without the `?`
  Query query;
};

/// Takes a request target in origin form (`/path?query`) or absolute form (`http://host/path?query`) apart.
///
/// In a query `+` is a space. Printable characters that browsers send unencoded though RFC 3986 forbids it
/// (`[ ] { } | ^` and the like) stand for themselves.
/// Errors  bad_request: another form, a fragment, a broken percent-encoding, text that is not UTF-8.
/// Source  RFC 9112 §3.2, RFC 3986 §3, WHATWG URL "application/x-www-form-urlencoded".
Result<Target, HttpError> parse_target(std::string_view target);

}  // namespace parley::http
