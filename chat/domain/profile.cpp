#include "chat/domain/profile.h"

#include "chat/domain/text_rules.h"
#include "chat/domain/username.h"

namespace parley::chat {
namespace {

constexpr std::size_t device_id_units_max = 100;

std::optional<std::string> short_text(JsonView value, std::size_t units_max) {
  auto const text = value.as_string();
  if (!text || utf16_units(*text) > units_max) return std::nullopt;
  return std::string(*text);
}

void read_text(JsonView body, std::string_view key, std::size_t units_max, std::string_view rule,
               std::optional<OrNull<std::string>>& out, std::vector<FieldFault>& faults) {
  auto const value = body.find(key);
  if (!value) return;
  if (value->is_null()) {
    out.emplace();
  } else if (auto text = short_text(*value, units_max)) {
    out.emplace(std::move(*text));
  } else {
    faults.push_back({std::string(key), std::string(rule), Json::copy_of(*value)});
  }
}

void read_location(JsonView body, std::optional<OrNull<Location>>& out, std::vector<FieldFault>& faults) {
  auto const value = body.find("location");
  if (!value) return;
  if (value->is_null()) {
    out.emplace();
    return;
  }
  if (!value->is_object()) {
    faults.push_back({"location", "Location must be an object", Json::copy_of(*value)});
    return;
  }
  Location location;
  bool good = true;
  auto const read_place = [&](std::string_view key, std::optional<std::string>& place) {
    auto const part = value->find(key);
    if (!part || part->is_null()) return;
    place = short_text(*part, place_units_max);
    if (place) return;
    good = false;
    faults.push_back({"location." + std::string(key), "Must be a text of at most 50 characters", Json::copy_of(*part)});
  };
  read_place("country", location.country);
  read_place("region", location.region);
  read_place("city", location.city);
  if (good) out.emplace(std::move(location));
}

}  // namespace

ProfileUpdate read_profile_update(JsonView body, std::vector<FieldFault>& faults) {
  ProfileUpdate update;
  read_location(body, update.location, faults);
  read_text(body, "gender", word_units_max, "Gender must be a text of at most 20 characters", update.gender, faults);
  read_text(body, "language", word_units_max, "Language must be a text of at most 20 characters", update.language,
            faults);
  read_text(body, "deviceId", device_id_units_max, "Device ID must be a text of at most 100 characters",
            update.device_id, faults);
  return update;
}

std::optional<std::string> read_username(JsonView body, std::vector<FieldFault>& faults) {
  auto const value = body.find("username");
  if (!value || value->is_null()) return std::nullopt;
  if (auto const text = value->as_string()) {
    auto const name = trimmed(*text);
    if (name.empty()) return std::nullopt;
    if (is_username(name)) return std::string(name);
  }
  faults.push_back({"username", "Username must be 3 to 20 letters, digits or underscores", Json::copy_of(*value)});
  return std::nullopt;
}

}  // namespace parley::chat
