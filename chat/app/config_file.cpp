#include "chat/app/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "chat/app/settings.h"

namespace parley::chat {
namespace {

std::string line_of(toml::source_region const& source, std::string const& name) {
  return name + ", line " + std::to_string(source.begin.line);
}

std::string_view type_of(toml::node const& node) {
  switch (node.type()) {
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::string:
      return "a text in quotes";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

std::string_view wanted_by(SettingKind kind) {
  switch (kind) {
    case SettingKind::number:
      return "a whole number";
    case SettingKind::boolean:
      return "true or false, without quotes";
    case SettingKind::list:
      return "a text in quotes, or a list of such";
    case SettingKind::life:
      return "a whole number of seconds, or a text in quotes";
    case SettingKind::text:
      break;
  }
  return "a text in quotes";
}

/// A list as one text, its elements separated by commas.
std::optional<std::string> joined(toml::array const& list) {
  std::string text;
  for (auto const& each : list) {
    auto const element = each.value_exact<std::string>();
    if (!element) return std::nullopt;
    text += (text.empty() ? "" : ",") + *element;
  }
  return text;
}

/// The value as it would stand in the environment; nothing if it has the wrong type.
std::optional<std::string> text_of(toml::node const& node, SettingKind kind) {
  if (auto const number = node.value_exact<std::int64_t>()) {
    bool const fits = kind == SettingKind::number || kind == SettingKind::life;
    return fits ? std::optional(std::to_string(*number)) : std::nullopt;
  }
  if (auto const flag = node.value_exact<bool>()) {
    return kind == SettingKind::boolean ? std::optional<std::string>(*flag ? "true" : "false") : std::nullopt;
  }
  if (auto text = node.value_exact<std::string>()) {
    bool const fits = kind == SettingKind::text || kind == SettingKind::life || kind == SettingKind::list;
    return fits ? std::move(text) : std::nullopt;
  }
  auto const* const list = node.as_array();
  return list && kind == SettingKind::list ? joined(*list) : std::nullopt;
}

Setting const* setting_of_key(std::string_view key) {
  auto const all = all_settings();
  auto const found = std::ranges::find_if(all, [&](Setting const& setting) { return key_of(setting.name) == key; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

void read_settings(std::string_view toml, std::string const& name, SettingsLayer& layer, ConfigFaults& faults) {
  toml::table table;
  try {
    table = toml::parse(toml, name);
  } catch (toml::parse_error const& error) {
    faults.push_back({name, "is not TOML: " + std::string(error.description()), line_of(error.source(), name)});
    return;
  }
  for (auto const& [key, node] : table) {
    auto const where = line_of(key.source(), name);
    auto const* const setting = setting_of_key(key.str());
    if (!setting) {
      faults.push_back({std::string(key.str()), "is no setting", where});
    } else if (auto text = text_of(node, setting->kind)) {
      layer.emplace(setting->name, Given{std::move(*text), where});
    } else {
      auto message = "must be " + std::string(wanted_by(setting->kind)) + ", and not " + std::string(type_of(node));
      faults.push_back({std::string(setting->name), std::move(message), where});
    }
  }
}

void read_settings_file(std::string const& path, SettingsLayer& layer, ConfigFaults& faults) {
  std::ifstream file(path);
  // Looking at the first byte tells a directory, which opens well, from a file that is empty.
  file.peek();
  if (!file.is_open() || file.bad()) {
    faults.push_back({path, std::string("cannot be read: ") + std::strerror(errno), "--config"});
    return;
  }
  read_settings(std::string(std::istreambuf_iterator<char>(file), {}), path, layer, faults);
}

}  // namespace parley::chat
