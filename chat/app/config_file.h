#pragma once

#include <string>

#include "chat/app/config.h"

namespace parley::chat {

/// Reads settings from TOML: a key for each, such as `port = 3001`. Keys that name no setting, values of the wrong type
/// and a text that is no TOML are faults with their line.
///
/// `name`  what the text is called in faults.
void read_settings(std::string_view toml, std::string const& name, SettingsLayer& layer, ConfigFaults& faults);
/// The same with what a file holds; one that cannot be read is a fault.
void read_settings_file(std::string const& path, SettingsLayer& layer, ConfigFaults& faults);

}  // namespace parley::chat
