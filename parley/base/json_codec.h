#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "parley/base/json.h"

/// How C++ values become JSON and back.
///
/// A struct takes part when its fields are listed once, beside it, in its own namespace:
///
///     struct ChatMessage { std::string id; std::string text; std::optional<int> seq; };
///     constexpr auto json_fields(ChatMessage*) {
///       return fields(field("id", &ChatMessage::id), field("text", &ChatMessage::text), field("seq",
///       &ChatMessage::seq));
///     }
///
/// An optional field may be absent or null, and is left out when empty; every other field must be there and fit.
namespace parley::base {

template <class Owner, class Value>
struct JsonField {
  std::string_view name;
  Value Owner::*member;
};
template <class Owner, class Value>
constexpr JsonField<Owner, Value> field(std::string_view name, Value Owner::*member) {
  return {name, member};
}
template <class... F>
constexpr std::tuple<F...> fields(F... each) {
  return {each...};
}

template <class T>
concept JsonStruct = requires {
  json_fields(static_cast<T*>(nullptr));
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <>
inline constexpr bool is_list<Bytes> = false;

template <class T>
void write_json(JsonWriter& writer, T const& value) {
  if constexpr (std::is_same_v<T, bool>) {
    writer.boolean(value);
  } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
    writer.null();
  } else if constexpr (std::is_enum_v<T>) {
    write_json(writer, to_string(value));
  } else if constexpr (std::unsigned_integral<T>) {
    writer.unsigned_integer(value);
  } else if constexpr (std::integral<T>) {
    writer.integer(value);
  } else if constexpr (std::floating_point<T>) {
    writer.number(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, Json>) {
    value.write(writer);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    writer.raw(value.text);
  } else if constexpr (std::is_same_v<T, JsonView>) {
    writer.copy(value);
  } else if constexpr (std::is_same_v<T, SharedBytes>) {
    writer.binary(value);
  } else if constexpr (std::is_same_v<T, Bytes>) {
    writer.binary(std::make_shared<Bytes const>(value));
  } else if constexpr (std::convertible_to<T const&, std::string_view>) {
    writer.string(value);
  } else if constexpr (is_optional<T>) {
    if (value) {
      write_json(writer, *value);
    } else {
      writer.null();
    }
  } else if constexpr (is_list<T>) {
    writer.raw("[");
    bool first = true;
    for (auto const& element : value) {
      if (!std::exchange(first, false)) writer.raw(",");
      write_json(writer, element);
    }
    writer.raw("]");
  } else {
    static_assert(JsonStruct<T>, "this type has no json_fields(T*) beside it");
    writer.raw("{");
    bool first = true;
    std::apply(
        [&](auto const&... each) {
          auto const one = [&](auto const& f) {
            auto const& member = value.*f.member;
            if constexpr (is_optional<std::remove_cvref_t<decltype(member)>>) {
              if (!member) return;
            }
            writer.key(f.name, std::exchange(first, false));
            write_json(writer, member);
          };
          (one(each), ...);
        },
        json_fields(static_cast<T*>(nullptr)));
    writer.raw("}");
  }
}

template <class T>
std::string to_json(T const& value) {
  std::string out;
  JsonWriter writer(out);
  write_json(writer, value);
  return out;
}

/// False when `view` does not fit; `value` is then half-written.
template <class T>
[[nodiscard]] bool read_json(JsonView view, T& value) {
  auto const take = [&value](auto&& found) {
    if (!found) return false;
    value = static_cast<T>(*found);
    return true;
  };
  if constexpr (std::is_same_v<T, bool>) {
    return take(view.as_bool());
  } else if constexpr (std::integral<T>) {
    if constexpr (std::is_unsigned_v<T>) {
      auto const found = view.as_uint();
      return found && *found <= std::numeric_limits<T>::max() && take(found);
    } else {
      auto const found = view.as_int();
      return found && *found >= std::numeric_limits<T>::min() && *found <= std::numeric_limits<T>::max() && take(found);
    }
  } else if constexpr (std::floating_point<T>) {
    return take(view.as_double());
  } else if constexpr (std::is_same_v<T, std::string>) {
    auto const found = view.as_string();
    if (found) value.assign(*found);
    return found.has_value();
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return take(view.as_string());
  } else if constexpr (std::is_same_v<T, JsonView>) {
    value = view;
    return true;
  } else if constexpr (std::is_same_v<T, Json>) {
    value = Json::copy_of(view);
    return true;
  } else if constexpr (std::is_same_v<T, SharedBytes>) {
    value = view.as_binary();
    return value != nullptr;
  } else if constexpr (std::is_same_v<T, Bytes>) {
    auto const found = view.as_binary();
    if (found) value = *found;
    return found != nullptr;
  } else if constexpr (is_optional<T>) {
    if (view.is_null()) {
      value.reset();
      return true;
    }
    return read_json(view, value.emplace());
  } else if constexpr (is_list<T>) {
    if (!view.is_array()) return false;
    bool fits = true;
    value.clear();
    view.for_each_element([&](JsonView element) { fits = fits && read_json(element, value.emplace_back()); });
    return fits;
  } else {
    static_assert(JsonStruct<T>, "this type has no json_fields(T*) beside it");
    if (!view.is_object()) return false;
    return std::apply(
        [&](auto const&... each) {
          auto const one = [&](auto const& f) {
            auto& member = value.*f.member;
            auto const found = view.find(f.name);
            if (!found) return is_optional<std::remove_cvref_t<decltype(member)>>;
            return read_json(*found, member);
          };
          return (one(each) && ...);
        },
        json_fields(static_cast<T*>(nullptr)));
  }
}

}  // namespace parley::base
