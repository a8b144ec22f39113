#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/log.h"
#include "parley/base/result.h"
#include "parley/base/time.h"

namespace parley::chat {

/// What the URL of a database file begins with; its path follows.
inline constexpr std::string_view sqlite_scheme = "sqlite:";

/// Read once at start, constant afterwards. The defaults are the contract's.
struct Config {
  std::string host = "0.0.0.0";
  std::uint16_t port = 3001;
  unsigned workers = 0;  ///< 0: one per core
  bool production = false;
  std::string jwt_secret;  ///< empty: none was given
  std::chrono::seconds token_life = std::chrono::days(7);
  std::chrono::seconds session_life = std::chrono::hours(2);
  std::vector<std::string> cors_origins{"http://localhost:3000"};  ///< "*" among them: any
  base::Duration ping_interval = std::chrono::seconds(25);
  base::Duration ping_timeout = std::chrono::seconds(60);
  base::Duration disconnect_grace = std::chrono::seconds(5);
  base::Duration call_answer_time = std::chrono::seconds(45);
  base::Duration stats_interval = std::chrono::seconds(1);
  std::uint64_t file_bytes_max = 10'485'760;
  std::uint64_t voice_seconds_max = 300;
  std::string upload_path = "./uploads";
  std::string database_url = "sqlite:./data/parley.db";
  base::Duration rest_window = std::chrono::minutes(15);
  std::uint64_t rest_requests_max = 100;    ///< per window and client address
  std::uint64_t uploads_per_hour_max = 10;  ///< per client address
  base::Duration event_window = std::chrono::minutes(1);
  std::uint64_t events_max = 100;                 ///< per window and guest; 0: unlimited
  std::uint64_t connections_per_address_max = 0;  ///< 0: unlimited
  unsigned trusted_proxies = 0;
  std::string public_base_url;  ///< empty: derived from each request
  std::string web_root;         ///< a directory of pages; empty: those that were built in
  std::string stun_server = "stun:stun.l.google.com:19302";
  std::string turn_server, turn_username, turn_credential, turn_secret;  ///< empty: none
  std::string tls_certificate_file, tls_key_file;                        ///< both empty: plain HTTP
  std::optional<bool> require_secure;  ///< absent: in production, but not for requests from loopback
  base::LogLevel log_level = base::LogLevel::info;
  std::string log_file;                            ///< empty: standard error
  std::string admin_socket = "./data/admin.sock";  ///< empty: none
};

/// A setting as somebody has written it down.
struct Given {
  std::string text;
  std::string where;  ///< in words: the flag, the environment, the line of a file
};
/// The settings of one source, by the name of their variable (`PORT` for `--port`).
using SettingsLayer = std::map<std::string, Given, std::less<>>;

/// What is wrong with a setting, or with the place it comes from.
struct ConfigFault {
  std::string name;     ///< of the variable; of a file that cannot be read: the file
  std::string message;  ///< a sentence's rest, such as "must be true or false"
  std::string where;    ///< empty: nowhere, and that is the fault
};
using ConfigFaults = std::vector<ConfigFault>;
/// One line for people.
std::string to_text(ConfigFault const& fault);

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(std::string const& name)>;
SettingsLayer read_environment(Environment const& environment);

/// Everything that was given. A setting is taken from the first source that has it; what another source overrides is
/// not looked at.
struct SettingsSources {
  SettingsLayer flags, environment, file;
  ConfigFaults faults{};  ///< found on the way, such as a key in the file that names no setting

  /// Null: the default holds.
  Given const* find(std::string_view name) const;
};

/// The settings that hold, or all that is wrong with any of them.
base::Result<Config, ConfigFaults> read_config(SettingsSources const& sources);

/// All settings that hold and where each comes from, as a file that can be read again. Secrets are left out.
std::string show_config(Config const& config, SettingsSources const& sources);

}  // namespace parley::chat
