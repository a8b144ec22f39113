#include "chat/app/config.h"

#include "chat/app/settings.h"

namespace parley::chat {
namespace {

void check_weak_settings(Config const& config, SettingsSources const& sources, ConfigFaults& faults) {
  auto const where = [&](std::string_view name) {
    auto const* given = sources.find(name);
    return given ? given->where : std::string();
  };
  constexpr std::size_t secret_bytes_min = 32;
  if (config.jwt_secret.size() < secret_bytes_min) {
    faults.push_back({"JWT_SECRET", "must have at least 32 bytes in production", where("JWT_SECRET")});
  }
  // A heartbeat that fast only loads the server, and such a patience ends connections at every hiccup of a network.
  for (auto const& [name, value] : {std::pair{"SOCKET_PING_INTERVAL", config.ping_interval},
                                    std::pair{"SOCKET_PING_TIMEOUT", config.ping_timeout}}) {
    if (value < std::chrono::seconds(1)) faults.push_back({name, "must be at least 1000 in production", where(name)});
  }
}

/// Settings that make sense only together.
void check_combinations(Config const& config, ConfigFaults& faults) {
  auto const missing = [&](char const* name, std::string message) { faults.push_back({name, std::move(message), {}}); };
  if (config.tls_certificate_file.empty() != config.tls_key_file.empty()) {
    bool const has_key = config.tls_certificate_file.empty();
    missing(has_key ? "TLS_CERT_FILE" : "TLS_KEY_FILE",
            std::string("must be given as well, since ") + (has_key ? "TLS_KEY_FILE" : "TLS_CERT_FILE") + " is");
  }
  bool const has_pair = !config.turn_username.empty() && !config.turn_credential.empty();
  if (config.turn_username.empty() != config.turn_credential.empty()) {
    bool const has_credential = config.turn_username.empty();
    missing(
        has_credential ? "TURN_USERNAME" : "TURN_CREDENTIAL",
        std::string("must be given as well, since ") + (has_credential ? "TURN_CREDENTIAL" : "TURN_USERNAME") + " is");
  } else if (!config.turn_server.empty() && config.turn_secret.empty() && !has_pair) {
    missing("TURN_SECRET", "must be given, or TURN_USERNAME and TURN_CREDENTIAL: browsers use no TURN server without");
  }
  if (config.turn_server.empty() && (has_pair || !config.turn_secret.empty())) {
    missing("TURN_SERVER", "must be given, since credentials for it are");
  }
}

bool counts(Setting const& setting, Given const& given) {
  return !given.text.empty() || setting.special == Setting::Special::empty_is_a_value;
}

}  // namespace

std::string to_text(ConfigFault const& fault) {
  return fault.name + " " + fault.message + (fault.where.empty() ? "" : " (" + fault.where + ")");
}

SettingsLayer read_environment(Environment const& environment) {
  SettingsLayer layer;
  for (auto const& setting : all_settings()) {
    if (auto text = environment(std::string(setting.name))) {
      layer.emplace(setting.name, Given{std::move(*text), "environment"});
    }
  }
  // Node's own variable counts where ours is absent; it knows more words than ours.
  if (environment("NODE_ENV") == "production") layer.emplace("PARLEY_ENV", Given{"production", "NODE_ENV"});
  return layer;
}

Given const* SettingsSources::find(std::string_view name) const {
  auto const* const setting = find_setting(name);
  for (auto const* layer : {&flags, &environment, &file}) {
    auto const found = layer->find(name);
    if (found != layer->end() && setting && counts(*setting, found->second)) return &found->second;
  }
  return nullptr;
}

base::Result<Config, ConfigFaults> read_config(SettingsSources const& sources) {
  Config config;
  auto faults = sources.faults;
  for (auto const& setting : all_settings()) {
    auto const* given = sources.find(setting.name);
    if (!given) continue;
    if (auto fault = setting.apply(config, given->text)) {
      faults.push_back({std::string(setting.name), std::move(*fault), given->where});
    }
  }
  if (config.production) check_weak_settings(config, sources, faults);
  check_combinations(config, faults);
  if (!faults.empty()) return base::fail(std::move(faults));
  return config;
}

std::string show_config(Config const& config, SettingsSources const& sources) {
  std::string shown =
      "# The settings that hold. Give this file with --config; secrets are left out and stay as comments.\n";
  std::optional<SettingGroup> group;
  for (auto const& setting : all_settings()) {
    if (setting.group == SettingGroup::several_instances) continue;
    if (group != setting.group) {
      group = setting.group;
      shown += "\n# " + std::string(heading_of(*group)) + "\n";
    }
    auto const* given = sources.find(setting.name);
    auto const source = "  # " + (given ? given->where : std::string("default")) + "\n";
    bool const is_secret = setting.special == Setting::Special::secret;
    auto const value = is_secret ? std::nullopt : setting.show(config);
    if (value) {
      shown += key_of(setting.name) + " = " + *value + source;
    } else if (given) {
      shown += "# " + key_of(setting.name) + " = \"********\"" + source;
    } else {
      shown += "# " + key_of(setting.name) + " is not given\n";
    }
  }
  return shown;
}

}  // namespace parley::chat
