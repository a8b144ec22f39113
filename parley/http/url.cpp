#include "parley/http/url.h"

#include <algorithm>
#include <boost/url/src.hpp>

#include "parley/base/json.h"

namespace parley::http {
namespace {

namespace urls = boost::urls;

/// Percent-encodes the printable characters that RFC 3986 has no place for, so that Boost.URL reads them.
std::string encode_strays(std::string_view text) {
  constexpr std::string_view strays = "\"<>[\\]^`{|}";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (char const c : text) {
    if (strays.find(c) == std::string_view::npos) {
      encoded += c;
    } else {
      auto const code = static_cast<unsigned char>(c);
      encoded += {'%', digits[code >> 4], digits[code & 0xF]};
    }
  }
  return encoded;
}

/// Takes `http://host` off an absolute form; what is left begins with `/` or `?`, or is empty.
std::string_view take_authority(std::string_view& target) {
  auto const scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return {};
  auto const scheme = target.substr(0, scheme_end);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return {};
  auto const end = std::min(target.find_first_of("/?", scheme_end + 3), target.size());
  auto const authority = target.substr(0, end);
  target.remove_prefix(end);
  return authority;
}

enum class Plus { is_plus, is_space };

std::optional<std::string> decode(urls::pct_string_view encoded, Plus plus) {
  urls::encoding_opts options;
  options.space_as_plus = plus == Plus::is_space;
  auto decoded = encoded.decode(options);
  if (!base::is_valid_utf8(decoded) || decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

}  // namespace

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (auto const& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

Result<Target, HttpError> parse_target(std::string_view target) {
  auto const refused = base::fail(HttpError::bad_request);
  if (auto const authority = take_authority(target); !authority.empty()) {
    auto const parsed = urls::parse_absolute_uri({authority.data(), authority.size()});
    if (!parsed || parsed->encoded_host().empty() || parsed->has_userinfo()) return refused;
    if (!target.starts_with('/')) return parse_target(std::string("/").append(target));
  }
  auto const encoded = encode_strays(target);
  auto const parsed = urls::parse_origin_form(encoded);
  if (!parsed) return refused;

  Target read;
  auto const mark = target.find('?');
  read.raw_path = target.substr(0, mark);
  if (mark != std::string_view::npos) read.raw_query = target.substr(mark + 1);
  auto path = decode(parsed->encoded_path(), Plus::is_plus);
  if (!path) return refused;
  read.path = std::move(*path);
  for (auto const& parameter : parsed->encoded_params()) {
    if (parameter.key.empty() && !parameter.has_value) continue;
    auto name = decode(parameter.key, Plus::is_space);
    auto value = decode(parameter.value, Plus::is_space);
    if (!name || !value) return refused;
    read.query.add(std::move(*name), std::move(*value));
  }
  return read;
}

}  // namespace parley::http
