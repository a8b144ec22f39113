#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/domain/names.h"

namespace parley::chat {

struct Location {
  std::optional<std::string> country, region, city;
  friend bool operator==(Location const&, Location const&) = default;
};
constexpr auto json_fields(Location*) {
  return base::fields(base::field("country", &Location::country), base::field("region", &Location::region),
                      base::field("city", &Location::city));
}

inline constexpr std::size_t place_units_max = 50;
inline constexpr std::size_t word_units_max = 20;

/// What a guest tells about itself.
struct Profile {
  OrNull<Location> location;
  OrNull<std::string> gender, language;
};
constexpr auto json_fields(Profile*) {
  return base::fields(base::field("location", &Profile::location), base::field("gender", &Profile::gender),
                      base::field("language", &Profile::language));
}

/// The keys that a guest sent, each with its value or null; those it did not send stay as they are.
struct ProfileUpdate {
  std::optional<OrNull<Location>> location;
  std::optional<OrNull<std::string>> gender, language, device_id;
};

/// One value of a request body that breaks its rule.
struct FieldFault {
  std::string path;
  std::string message;
  Json value;
};

/// Reads the profile keys of `body`. What breaks its rule is not taken over but told in `faults`.
ProfileUpdate read_profile_update(JsonView body, std::vector<FieldFault>& faults);

/// The name a guest asks for, trimmed; nothing when it leaves the choice to us or (told in `faults`) breaks the rule.
std::optional<std::string> read_username(JsonView body, std::vector<FieldFault>& faults);

}  // namespace parley::chat
