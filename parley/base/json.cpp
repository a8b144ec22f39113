#include "parley/base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace parley::base {
namespace {

/// What stands for a character inside a JSON string: 0 for itself, 'u' for \u00XX, else the letter after '\'.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

/// How many bytes at the beginning, in steps of eight, stand for themselves inside a JSON string.
std::size_t clean_words(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, tops = ones << 7;
  // A byte below `limit` (at most 0x80) borrows into its top bit.
  auto const below = [](std::uint64_t word, std::uint64_t limit) { return (word - ones * limit) & ~word & tops; };
  std::size_t clean = 0;
  for (std::uint64_t word = 0; clean + sizeof word <= text.size(); clean += sizeof word) {
    std::memcpy(&word, text.data() + clean, sizeof word);
    if (below(word, 0x20) | below(word ^ ones * '"', 1) | below(word ^ ones * '\\', 1)) break;
  }
  return clean;
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void JsonWriter::integer(std::int64_t value) { append_number(out_, value); }
void JsonWriter::unsigned_integer(std::uint64_t value) { append_number(out_, value); }

void JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  append_number(out_, value);
}

void JsonWriter::string(std::string_view utf8) {
  out_ += '"';
  std::size_t clean_from = 0;
  for (std::size_t at = clean_words(utf8); at < utf8.size(); ++at) {
    auto const c = static_cast<unsigned char>(utf8[at]);
    char const escape = escapes[c];
    if (!escape) continue;
    out_.append(utf8, clean_from, at - clean_from);
    clean_from = at + 1;
    out_ += '\\';
    out_ += escape;
    if (escape == 'u') {
      constexpr std::string_view hex = "0123456789abcdef";
      out_ += "00";
      out_ += hex[c >> 4];
      out_ += hex[c & 15];
    }
    at += clean_words(utf8.substr(clean_from));
  }
  out_.append(utf8, clean_from);
  out_ += '"';
}

void JsonWriter::binary(SharedBytes bytes) {
  if (!attachments_ || !bytes) return null();
  out_ += R"({"_placeholder":true,"num":)";
  append_number(out_, attachments_->size());
  out_ += '}';
  attachments_->push_back(std::move(bytes));
}

void JsonWriter::copy(JsonView value) {
  switch (value.kind()) {
    case JsonKind::null:
      return null();
    case JsonKind::boolean:
      return boolean(*value.as_bool());
    case JsonKind::number:
      if (auto const whole = value.as_uint()) return unsigned_integer(*whole);
      if (auto const whole = value.as_int()) return integer(*whole);
      return number(*value.as_double());
    case JsonKind::string:
      return string(*value.as_string());
    case JsonKind::binary:
      return binary(value.as_binary());
    case JsonKind::array: {
      out_ += '[';
      bool first = true;
      value.for_each_element([&](JsonView element) {
        if (!std::exchange(first, false)) out_ += ',';
        copy(element);
      });
      out_ += ']';
      return;
    }
    case JsonKind::object: {
      out_ += '{';
      bool first = true;
      value.for_each_member([&](std::string_view name, JsonView member) {
        key(name, std::exchange(first, false));
        copy(member);
      });
      out_ += '}';
      return;
    }
  }
}

Json Json::object(std::initializer_list<Member> members) {
  Json json;
  json.value_ = Object(members);
  return json;
}

Json Json::copy_of(JsonView view) {
  switch (view.kind()) {
    case JsonKind::null:
      return {};
    case JsonKind::boolean:
      return *view.as_bool();
    case JsonKind::number: {
      auto const whole = view.as_int();
      return whole ? Json(*whole) : Json(*view.as_double());
    }
    case JsonKind::string:
      return *view.as_string();
    case JsonKind::binary:
      return view.as_binary();
    case JsonKind::array: {
      Array elements;
      elements.reserve(view.size());
      view.for_each_element([&](JsonView element) { elements.push_back(copy_of(element)); });
      return Json(std::move(elements));
    }
    case JsonKind::object: {
      Json json = object();
      // As in JavaScript, a repeated name keeps its first place and its last value.
      view.for_each_member([&](std::string_view name, JsonView member) { json.set(name, copy_of(member)); });
      return json;
    }
  }
  return {};
}

Result<Json, JsonError> Json::parse(std::string_view text) {
  JsonParser parser;
  auto const view = parser.parse(text);
  if (!view) return fail(view.error());
  return copy_of(*view);
}

JsonKind Json::kind() const {
  constexpr std::array kinds{JsonKind::null,   JsonKind::boolean, JsonKind::number, JsonKind::number,
                             JsonKind::string, JsonKind::binary,  JsonKind::array,  JsonKind::object};
  return kinds[value_.index()];
}

std::optional<bool> Json::as_bool() const {
  auto const* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> Json::as_int() const {
  if (auto const* value = std::get_if<std::int64_t>(&value_)) return *value;
  auto const* real = std::get_if<double>(&value_);
  if (!real || *real != std::trunc(*real) || std::abs(*real) > 9007199254740991.0) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> Json::as_double() const {
  if (auto const* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  auto const* value = std::get_if<double>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> Json::as_string() const {
  auto const* value = std::get_if<std::string>(&value_);
  return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

SharedBytes Json::as_binary() const {
  auto const* value = std::get_if<SharedBytes>(&value_);
  return value ? *value : nullptr;
}

Json const* Json::find(std::string_view key) const {
  auto const* object = std::get_if<Object>(&value_);
  if (!object) return nullptr;
  auto const at = std::ranges::find(*object, key, &Member::first);
  return at == object->end() ? nullptr : &at->second;
}

Json const& Json::operator[](std::string_view key) const {
  static Json const none;
  auto const* found = find(key);
  return found ? *found : none;
}

void Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  auto& object = std::get<Object>(value_);
  auto const at = std::ranges::find(object, key, &Member::first);
  if (at == object.end()) {
    object.emplace_back(key, std::move(value));
  } else {
    at->second = std::move(value);
  }
}

void Json::write(JsonWriter& writer) const {
  struct Write {
    JsonWriter& writer;
    void operator()(std::monostate) const { writer.null(); }
    void operator()(bool value) const { writer.boolean(value); }
    void operator()(std::int64_t value) const { writer.integer(value); }
    void operator()(double value) const { writer.number(value); }
    void operator()(std::string const& value) const { writer.string(value); }
    void operator()(SharedBytes const& value) const { writer.binary(value); }
    void operator()(Array const& elements) const {
      writer.raw("[");
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) writer.raw(",");
        elements[i].write(writer);
      }
      writer.raw("]");
    }
    void operator()(Object const& members) const {
      writer.raw("{");
      for (std::size_t i = 0; i < members.size(); ++i) {
        writer.key(members[i].first, i == 0);
        members[i].second.write(writer);
      }
      writer.raw("}");
    }
  };
  std::visit(Write{writer}, value_);
}

std::string Json::dump() const {
  std::string out;
  JsonWriter writer(out);
  write(writer);
  return out;
}

bool Json::has_binary() const {
  switch (kind()) {
    case JsonKind::binary:
      return true;
    case JsonKind::array:
      return std::ranges::any_of(elements(), &Json::has_binary);
    case JsonKind::object:
      return std::ranges::any_of(members(), [](Member const& member) { return member.second.has_binary(); });
    default:
      return false;
  }
}

bool operator==(Json const& a, Json const& b) {
  if (auto const x = a.as_binary(), y = b.as_binary(); x && y) return *x == *y;
  return a.value_ == b.value_;
}

}  // namespace parley::base
