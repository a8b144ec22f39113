#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "parley/base/bytes.h"
#include "parley/base/function.h"
#include "parley/base/result.h"

namespace parley::base {

enum class JsonKind { null, boolean, number, string, binary, array, object };

/// Why a text is not JSON that we accept.
enum class JsonError { invalid, too_deep, invalid_utf8 };

/// One value inside a parsed text: a reference, two words large. Valid as long as the parser that made it is not
/// asked to parse again; a coroutine must copy what it needs (`Json::copy_of`) before it first waits.
///
/// In a packet with attachments an object `{"_placeholder":true,"num":n}` is the n-th attachment: kind `binary`.
class JsonView {
 public:
  JsonView() = default;  ///< null

  JsonKind kind() const;
  bool is_null() const { return kind() == JsonKind::null; }
  bool is_object() const { return kind() == JsonKind::object; }
  bool is_array() const { return kind() == JsonKind::array; }

  /// Nothing if the value is of another kind. `as_int` and `as_uint` also take integral floating-point numbers,
  /// since JavaScript knows only one kind of number.
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;
  std::optional<std::uint64_t> as_uint() const;
  std::optional<double> as_double() const;
  std::optional<std::string_view> as_string() const;
  SharedBytes as_binary() const;  ///< null if it is not binary

  /// Elements of an array or members of an object; 0 for anything else.
  std::size_t size() const;
  /// The last member of that name, which is the one that JavaScript keeps. Nothing if this is no object.
  std::optional<JsonView> find(std::string_view key) const;
  /// Null when there is no such member.
  JsonView operator[](std::string_view key) const { return find(key).value_or(JsonView{}); }

  /// One element of an array; null if there is none. Costs as many steps as `index`.
  JsonView at(std::size_t index) const;
  void for_each_element(FunctionRef<void(JsonView)> visit) const;
  /// In the order of the text; a repeated name is visited each time.
  void for_each_member(FunctionRef<void(std::string_view, JsonView)> visit) const;

 private:
  friend class JsonParser;
  JsonView(void const* document, std::size_t index, std::span<SharedBytes const> const* attachments)
      : document_(document), index_(index), attachments_(attachments) {}

  void const* document_ = nullptr;
  std::size_t index_ = 0;
  std::span<SharedBytes const> const* attachments_ = nullptr;
};

/// Reads JSON texts, one at a time, into memory that is used again for the next.
///
/// Accepts what JavaScript's JSON.parse accepts, but for nesting beyond `depth_max`: numbers of any size (the view
/// shows them as doubles) and escaped lone surrogates (the view shows U+FFFD) included.
/// Lives on  one worker.
class JsonParser {
 public:
  static constexpr std::size_t depth_max = 1024;

  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser const&) = delete;
  JsonParser& operator=(JsonParser const&) = delete;

  enum class Padding {
    absent,  ///< the text is copied
    present  ///< `json_padding_bytes` readable bytes follow the text
  };
  /// The text is borrowed only until return. `attachments` must outlive the views.
  Result<JsonView, JsonError> parse(std::string_view text, Padding padding = Padding::absent,
                                    std::span<SharedBytes const> attachments = {});

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

bool is_valid_utf8(std::string_view text);

/// Appends JSON to a text. The caller is responsible for commas inside arrays and objects that it writes by hand.
class JsonWriter {
 public:
  /// Binary values become placeholders and are appended to `attachments`; without it they become null.
  explicit JsonWriter(std::string& out, std::vector<SharedBytes>* attachments = nullptr)
      : out_(out), attachments_(attachments) {}

  void raw(std::string_view json) { out_ += json; }
  void null() { out_ += "null"; }
  void boolean(bool value) { out_ += value ? "true" : "false"; }
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void number(double value);  ///< NaN and infinities become null, as in JavaScript
  void string(std::string_view utf8);
  void binary(SharedBytes bytes);
  void key(std::string_view name, bool first) {
    if (!first) out_ += ',';
    string(name);
    out_ += ':';
  }
  void copy(JsonView value);
  std::string& out() { return out_; }

 private:
  std::string& out_;
  std::vector<SharedBytes>* attachments_;
};

/// A JSON value that owns itself, for building and keeping. Objects keep the order of insertion.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Json(T value) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
      if (value > static_cast<T>(INT64_MAX)) {
        value_ = static_cast<double>(value);
        return;
      }
    }
    value_ = static_cast<std::int64_t>(value);
  }
  Json(double value) : value_(value) {}
  Json(char const* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(SharedBytes value) : value_(std::move(value)) {}
  Json(Bytes value) : value_(SharedBytes(std::make_shared<Bytes const>(std::move(value)))) {}
  Json(Array value) : value_(std::move(value)) {}

  static Json array(std::initializer_list<Json> elements = {}) { return Json(Array(elements)); }
  static Json object(std::initializer_list<Member> members = {});
  static Json copy_of(JsonView view);
  static Result<Json, JsonError> parse(std::string_view text);

  JsonKind kind() const;
  bool is_null() const { return kind() == JsonKind::null; }
  bool is_object() const { return kind() == JsonKind::object; }
  bool is_array() const { return kind() == JsonKind::array; }
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;
  std::optional<double> as_double() const;
  std::optional<std::string_view> as_string() const;
  SharedBytes as_binary() const;
  /// Precondition: is_array(), is_object().
  Array& elements() { return std::get<Array>(value_); }
  Array const& elements() const { return std::get<Array>(value_); }
  Object& members() { return std::get<Object>(value_); }
  Object const& members() const { return std::get<Object>(value_); }

  Json const* find(std::string_view key) const;
  /// Null when there is no such member or this is no object.
  Json const& operator[](std::string_view key) const;
  /// Sets or replaces a member; a null value becomes an object first.
  void set(std::string_view key, Json value);

  void write(JsonWriter& writer) const;
  std::string dump() const;
  bool has_binary() const;

  friend bool operator==(Json const& a, Json const& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, SharedBytes, Array, Object> value_;
};

/// A value that is JSON text already, known to be valid: written as it is.
struct RawJson {
  std::string_view text;
};

}  // namespace parley::base
