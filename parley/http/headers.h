#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::http {

/// True when the texts differ at most in the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// True for a non-empty text of RFC 9110's token characters: what a method or a header name consists of.
bool is_token(std::string_view text);
/// The text without the spaces and tabs around it.
std::string_view trim(std::string_view text);

/// Header fields in the order in which they were sent or added. Names compare without regard to case.
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string_view name, std::string_view value);
  /// Puts the value in place of all that the name had.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  void clear() { fields_.clear(); }

  /// The first value; borrowed until the headers change.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  /// Whether one of the comma-separated lists under this name holds `token`, in any case of letters.
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace parley::http
