#include <simdjson.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "parley/base/json.h"

namespace parley::base {
namespace {

namespace dom = simdjson::dom;

/// JsonView keeps the two words of a simdjson element without naming its type in a public header.
struct ElementWords {
  void const* document;
  std::size_t index;
};
static_assert(sizeof(dom::element) == sizeof(ElementWords) && std::is_trivially_copyable_v<dom::element>);

dom::element to_element(void const* document, std::size_t index) {
  dom::element element;
  ElementWords const words{document, index};
  std::memcpy(static_cast<void*>(&element), &words, sizeof words);
  return element;
}
ElementWords to_words(dom::element const& element) {
  ElementWords words{};
  std::memcpy(&words, static_cast<void const*>(&element), sizeof words);
  return words;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The code unit of `\uXXXX` at `at`, or nothing if there is no such escape.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    if (!is_hex(text[i])) return std::nullopt;
    auto const c = static_cast<unsigned>(text[i]);
    unit = unit * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return unit;
}

/// What a number too large for 64 bits or for a double is shown as.
std::string readable_number(std::string const& digits) {
  double const value = std::strtod(digits.c_str(), nullptr);
  if (std::isinf(value)) return value > 0 ? "1.7976931348623157e308" : "-1.7976931348623157e308";
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.17g", value);
  std::string readable = text.data();
  if (readable.find_first_of(".eE") == std::string::npos) readable += ".0";
  return readable;
}

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  auto const digits = [&] {
    auto const begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  if (at < text.size() && text[at] == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

/// Rewrites the two things that JSON allows and simdjson refuses, token for token: numbers beyond 64 bits or beyond
/// a double, and escapes of lone surrogates. All else, mistakes included, stays for the parser to judge.
std::string with_readable_tokens(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    char const c = text[at];
    if (in_string) {
      if (auto const unit = unit_at(text, at)) {
        auto const next = unit_at(text, at + 6);
        bool const high = *unit >= 0xD800 && *unit < 0xDC00;
        bool const low = *unit >= 0xDC00 && *unit < 0xE000;
        bool const pair = high && next && *next >= 0xDC00 && *next < 0xE000;
        if (pair) {
          out += text.substr(at, 12);
          at += 12;
        } else {
          out += high || low ? std::string_view("\\ufffd") : text.substr(at, 6);
          at += 6;
        }
        continue;
      }
      auto const step = c == '\\' && at + 1 < text.size() ? 2u : 1u;
      if (step == 1 && c == '"') in_string = false;
      out += text.substr(at, step);
      at += step;
      continue;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
      auto const end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
      std::string const token(text.substr(at, end - at));
      out += is_json_number(token) && (token.size() > 15)                              ? readable_number(token)
             : is_json_number(token) && token.find_first_of("eE") != std::string::npos ? readable_number(token)
                                                                                       : token;
      at = end;
      continue;
    }
    if (c == '"') in_string = true;
    out += c;
    ++at;
  }
  return out;
}

JsonError to_error(simdjson::error_code code) {
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return JsonError::too_deep;
    case simdjson::UTF8_ERROR:
      return JsonError::invalid_utf8;
    default:
      return JsonError::invalid;
  }
}

}  // namespace

struct JsonParser::Document {
  dom::parser parser;
  std::string rewritten;
  std::span<SharedBytes const> attachments;
};

JsonParser::JsonParser() : document_(std::make_unique<Document>()) {
  // Fails only without memory; parse() would then report it as an error.
  [[maybe_unused]] auto const failure = document_->parser.allocate(16 * 1024, depth_max);
}
JsonParser::~JsonParser() = default;

Result<JsonView, JsonError> JsonParser::parse(std::string_view text, Padding padding,
                                              std::span<SharedBytes const> attachments) {
  static_assert(json_padding_bytes >= simdjson::SIMDJSON_PADDING);
  // The parser grows its tables by itself but forgets the depth when it does.
  if (text.size() > document_->parser.capacity()) {
    if (document_->parser.allocate(text.size(), depth_max)) return fail(JsonError::invalid);
  }
  dom::element root;
  auto error = document_->parser.parse(text.data(), text.size(), padding == Padding::absent).get(root);
  if (error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR) {
    document_->rewritten = with_readable_tokens(text);
    error = document_->parser.parse(document_->rewritten).get(root);
  }
  if (error) return fail(to_error(error));
  document_->attachments = attachments;
  auto const words = to_words(root);
  return JsonView(words.document, words.index, attachments.empty() ? nullptr : &document_->attachments);
}

bool is_valid_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

namespace {

/// The attachment that `object` stands for: its index, or nothing if it is an ordinary object.
std::optional<std::size_t> placeholder_index(dom::object object, std::size_t attachments) {
  bool marked = false;
  std::optional<std::size_t> index;
  for (auto const member : object) {
    if (member.key == "_placeholder") {
      bool value = false;
      marked = member.value.get(value) == simdjson::SUCCESS && value;
    } else if (member.key == "num") {
      std::int64_t number = -1;
      bool const fits = member.value.get(number) == simdjson::SUCCESS && number >= 0 &&
                        static_cast<std::size_t>(number) < attachments;
      index = fits ? std::optional(static_cast<std::size_t>(number)) : std::nullopt;
    }
  }
  return marked ? index : std::nullopt;
}

}  // namespace

JsonKind JsonView::kind() const {
  if (!document_) return JsonKind::null;
  auto const element = to_element(document_, index_);
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return JsonKind::array;
    case dom::element_type::OBJECT:
      if (attachments_ && placeholder_index(dom::object(element), attachments_->size())) return JsonKind::binary;
      return JsonKind::object;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return JsonKind::number;
    case dom::element_type::STRING:
      return JsonKind::string;
    case dom::element_type::BOOL:
      return JsonKind::boolean;
    case dom::element_type::NULL_VALUE:
      return JsonKind::null;
  }
  return JsonKind::null;
}

std::optional<bool> JsonView::as_bool() const {
  bool value = false;
  if (!document_ || to_element(document_, index_).get(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonView::as_int() const {
  if (!document_) return std::nullopt;
  auto const element = to_element(document_, index_);
  std::int64_t value = 0;
  if (!element.get(value)) return value;
  double real = 0;
  if (element.type() != dom::element_type::DOUBLE || element.get(real)) return std::nullopt;
  if (real != std::trunc(real) || std::abs(real) > 9007199254740991.0) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<std::uint64_t> JsonView::as_uint() const {
  if (!document_) return std::nullopt;
  std::uint64_t value = 0;
  if (!to_element(document_, index_).get(value)) return value;
  auto const integer = as_int();
  return integer && *integer >= 0 ? std::optional(static_cast<std::uint64_t>(*integer)) : std::nullopt;
}

std::optional<double> JsonView::as_double() const {
  double value = 0;
  if (!document_ || kind() != JsonKind::number || to_element(document_, index_).get(value)) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonView::as_string() const {
  std::string_view value;
  if (!document_ || to_element(document_, index_).get(value)) return std::nullopt;
  return value;
}

SharedBytes JsonView::as_binary() const {
  if (!attachments_) return nullptr;
  auto const element = to_element(document_, index_);
  if (element.type() != dom::element_type::OBJECT) return nullptr;
  auto const index = placeholder_index(dom::object(element), attachments_->size());
  return index ? (*attachments_)[*index] : nullptr;
}

std::size_t JsonView::size() const {
  if (!document_) return 0;
  auto const element = to_element(document_, index_);
  if (element.type() == dom::element_type::ARRAY) return dom::array(element).size();
  if (element.type() == dom::element_type::OBJECT) return dom::object(element).size();
  return 0;
}

std::optional<JsonView> JsonView::find(std::string_view key) const {
  std::optional<JsonView> found;
  for_each_member([&](std::string_view name, JsonView value) {
    if (name == key) found = value;
  });
  return found;
}

JsonView JsonView::at(std::size_t index) const {
  if (!document_) return {};
  auto const element = to_element(document_, index_);
  if (element.type() != dom::element_type::ARRAY) return {};
  for (auto const child : dom::array(element)) {
    if (index-- > 0) continue;
    auto const words = to_words(child);
    return JsonView(words.document, words.index, attachments_);
  }
  return {};
}

void JsonView::for_each_element(FunctionRef<void(JsonView)> visit) const {
  if (!document_) return;
  auto const element = to_element(document_, index_);
  if (element.type() != dom::element_type::ARRAY) return;
  for (auto const child : dom::array(element)) {
    auto const words = to_words(child);
    visit(JsonView(words.document, words.index, attachments_));
  }
}

void JsonView::for_each_member(FunctionRef<void(std::string_view, JsonView)> visit) const {
  if (!document_) return;
  auto const element = to_element(document_, index_);
  if (element.type() != dom::element_type::OBJECT) return;
  for (auto const member : dom::object(element)) {
    auto const words = to_words(member.value);
    visit(member.key, JsonView(words.document, words.index, attachments_));
  }
}

}  // namespace parley::base
