#include "parley/http/multipart.h"

#include <algorithm>
#include <array>

namespace parley::http {
namespace {

constexpr std::size_t boundary_bytes_max = 70;
/// Spaces that a mail gateway may have put behind a boundary.
constexpr std::size_t padding_bytes_max = 64;

bool is_boundary_char(char c) {
  constexpr std::string_view marks = "'()+_,-./:=? ";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         marks.find(c) != std::string_view::npos;
}

struct Parameter {
  std::string_view name;
  std::string value;
};

/// A quoted value, from behind its first quote. Browsers once escaped a quote with a backslash, and left those of a
/// Windows path alone.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  while (!rest.empty()) {
    auto const c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return value;
    bool const escaped = c == '\\' && !rest.empty() && (rest.front() == '"' || rest.front() == '\\');
    value += escaped ? rest.front() : c;
    if (escaped) rest.remove_prefix(1);
  }
  return std::nullopt;
}

/// Takes `; name=value` off the front. Nothing if that is not what stands there.
std::optional<Parameter> take_parameter(std::string_view& rest) {
  rest = trim(rest);
  if (!rest.starts_with(';')) return std::nullopt;
  rest = trim(rest.substr(1));
  auto const equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Parameter parameter{trim(rest.substr(0, equals)), {}};
  if (!is_token(parameter.name)) return std::nullopt;
  rest = trim(rest.substr(equals + 1));
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    auto value = take_quoted(rest);
    if (!value) return std::nullopt;
    parameter.value = std::move(*value);
    return parameter;
  }
  auto const end = std::min(rest.find(';'), rest.size());
  parameter.value = trim(rest.substr(0, end));
  rest.remove_prefix(end);
  return parameter;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The byte that a `%xx` at `at` stands for, or -1.
int percent_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  auto const high = hex_digit(text[at + 1]);
  auto const low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Undoes what browsers do to the three characters that would end a quoted name.
std::string unescape_form_name(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const byte = text[i] == '%' ? percent_byte(text, i) : -1;
    bool const escaped = byte == '"' || byte == '\r' || byte == '\n';
    out += escaped ? static_cast<char>(byte) : text[i];
    if (escaped) i += 2;
  }
  return out;
}

/// RFC 5987's `UTF-8'language'percent-encoded`; nothing for other character sets.
std::optional<std::string> decode_extended(std::string_view text) {
  auto const charset = text.find('\'');
  auto const language = charset == std::string_view::npos ? charset : text.find('\'', charset + 1);
  if (language == std::string_view::npos || !equal_ignoring_case(text.substr(0, charset), "utf-8")) return std::nullopt;
  text.remove_prefix(language + 1);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    auto const byte = percent_byte(text, i);
    if (byte < 0) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

bool read_disposition(std::string_view value, PartHead& head) {
  auto const type = std::min(value.find(';'), value.size());
  if (!equal_ignoring_case(trim(value.substr(0, type)), "form-data")) return false;
  value.remove_prefix(type);
  std::optional<std::string> name, filename, extended;
  while (!trim(value).empty()) {
    auto parameter = take_parameter(value);
    if (!parameter) return false;
    auto* const place = equal_ignoring_case(parameter->name, "name")        ? &name
                        : equal_ignoring_case(parameter->name, "filename")  ? &filename
                        : equal_ignoring_case(parameter->name, "filename*") ? &extended
                                                                            : nullptr;
    if (!place) continue;
    if (*place) return false;
    *place = std::move(parameter->value);
  }
  if (!name) return false;
  head.name = unescape_form_name(*name);
  if (filename) head.filename = unescape_form_name(*filename);
  if (extended) {
    if (auto decoded = decode_extended(*extended)) head.filename = std::move(*decoded);
  }
  return true;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  auto const type = std::min(content_type.find(';'), content_type.size());
  if (!equal_ignoring_case(trim(content_type.substr(0, type)), "multipart/form-data")) return std::nullopt;
  auto rest = content_type.substr(type);
  while (auto parameter = take_parameter(rest)) {
    if (!equal_ignoring_case(parameter->name, "boundary")) continue;
    auto& boundary = parameter->value;
    bool const good = !boundary.empty() && boundary.size() <= boundary_bytes_max && !boundary.ends_with(' ') &&
                      std::ranges::all_of(boundary, is_boundary_char);
    return good ? std::optional(std::move(boundary)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<PartHead> parse_part_head(std::string_view lines) {
  PartHead head;
  bool has_disposition = false;
  bool has_type = false;
  while (!lines.empty()) {
    auto const end = std::min(lines.find("\r\n"), lines.size());
    auto const line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return std::nullopt;
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
    auto const name = line.substr(0, colon);
    auto const value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(name, "content-disposition")) {
      if (std::exchange(has_disposition, true) || !read_disposition(value, head)) return std::nullopt;
    } else if (equal_ignoring_case(name, "content-type")) {
      if (std::exchange(has_type, true)) return std::nullopt;
      head.content_type = value;
    }
  }
  return has_disposition ? std::optional(std::move(head)) : std::nullopt;
}

MultipartParser::MultipartParser(std::string_view boundary, MultipartUser& user, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)),
      user_(user),
      limits_(limits),
      // The line end that belongs to a boundary is not there in front of the first one.
      held_("\r\n") {}

base::Result<void, MultipartError> MultipartParser::feed(base::BytesView input) {
  if (error_) return base::fail(*error_);
  if (state_ == State::over) return {};
  held_ += base::as_text(input);
  for (;;) {
    auto const step = state_ == State::preamble         ? find_first_boundary()
                      : state_ == State::after_boundary ? read_boundary_end()
                      : state_ == State::head           ? read_head()
                                                        : read_content();
    if (!step) {
      error_ = step.error();
      held_ = {};
      return base::fail(*error_);
    }
    if (state_ == State::over) held_ = {};
    if (!*step || state_ == State::over) return {};
  }
}

base::Result<void, MultipartError> MultipartParser::finish() const {
  if (error_) return base::fail(*error_);
  if (state_ != State::over) return base::fail(MultipartError::incomplete);
  return {};
}

/// Each step is true when it has come to its end, and false when it needs more input.
MultipartParser::Step MultipartParser::find_first_boundary() {
  auto const at = held_.find(delimiter_);
  auto const passed = at != std::string::npos ? at : held_.size() - std::min(held_.size(), delimiter_.size() - 1);
  preamble_bytes_ += passed;
  if (preamble_bytes_ > limits_.preamble_bytes_max) return base::fail(MultipartError::malformed);
  held_.erase(0, passed);
  if (at == std::string::npos) return false;
  held_.erase(0, delimiter_.size());
  state_ = State::after_boundary;
  return true;
}

MultipartParser::Step MultipartParser::read_boundary_end() {
  if (held_.size() < 2) return false;
  if (held_.starts_with("--")) {
    state_ = State::over;
    return true;
  }
  auto const end = std::min(held_.find_first_not_of(" \t"), held_.size());
  if (end > padding_bytes_max) return base::fail(MultipartError::malformed);
  if (held_.size() - end < 2) return false;
  if (held_.compare(end, 2, "\r\n") != 0) return base::fail(MultipartError::malformed);
  if (++parts_ > limits_.parts_max) return base::fail(MultipartError::too_many_parts);
  held_.erase(0, end + 2);
  state_ = State::head;
  return true;
}

MultipartParser::Step MultipartParser::read_head() {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  if (held_.starts_with("\r\n")) return base::fail(MultipartError::malformed);  // no line at all
  auto const end = held_.find(end_of_head);
  auto const least = end != std::string::npos ? end : held_.size() - std::min(held_.size(), end_of_head.size() - 1);
  if (least > limits_.head_bytes_max) return base::fail(MultipartError::head_too_large);
  if (end == std::string::npos) return false;
  auto head = parse_part_head(std::string_view(held_).substr(0, end));
  if (!head) return base::fail(MultipartError::malformed);
  // The last line end may be the one in front of a boundary, where a part is empty.
  held_.erase(0, end + 2);
  state_ = State::content;
  at_content_begin_ = true;
  user_.on_part(std::move(*head));
  return true;
}

MultipartParser::Step MultipartParser::read_content() {
  // The line end after the head is not content, but may be the beginning of a boundary.
  if (at_content_begin_) {
    if (held_.size() < delimiter_.size() && delimiter_.starts_with(held_)) return false;
    if (!held_.starts_with(delimiter_)) held_.erase(0, 2);
    at_content_begin_ = false;
  }
  auto const at = held_.find(delimiter_);
  auto const count = at != std::string::npos ? at : held_.size() - std::min(held_.size(), delimiter_.size() - 1);
  if (count > 0) user_.on_part_bytes(base::as_bytes(std::string_view(held_).substr(0, count)));
  held_.erase(0, count);
  if (at == std::string::npos) return false;
  held_.erase(0, delimiter_.size());
  user_.on_part_end();
  state_ = State::after_boundary;
  return true;
}

}  // namespace parley::http
