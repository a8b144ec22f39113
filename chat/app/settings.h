#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "chat/app/config.h"

namespace parley::chat {

/// What a setting is about: the headings of `--help` and `config show`.
enum class SettingGroup { serving, security, guests, chats, limits, files, calls, operation, several_instances };
std::string_view heading_of(SettingGroup group);

/// What a value looks like in a file; as a flag or in the environment everything is text.
enum class SettingKind { number, text, boolean, list, life };

/// One setting: its names, its words for people, and its place in the config.
struct Setting {
  std::string_view name;  ///< of the environment variable; flag and file key follow from it
  SettingGroup group;
  SettingKind kind;
  std::string_view hint;  ///< what stands for the value in `--help`
  std::string_view help;
  /// Takes a text over into the config; says what it should have been if it cannot.
  std::optional<std::string> (*apply)(Config& config, std::string_view text);
  /// The value as TOML; nothing when there is none.
  std::optional<std::string> (*show)(Config const& config);
  enum class Special {
    none,
    secret,           ///< never shown
    empty_is_a_value  ///< elsewhere an empty text counts as not given
  };
  Special special = Special::none;
};

/// All settings, in the order in which people want to read them.
std::span<Setting const> all_settings();
/// By the name of the variable; null if there is none.
Setting const* find_setting(std::string_view name);

/// `JWT_SECRET` is the flag `--jwt-secret` and the key `jwt_secret`.
std::string flag_of(std::string_view name);
std::string key_of(std::string_view name);

}  // namespace parley::chat
