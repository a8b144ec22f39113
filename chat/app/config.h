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
  unsigned trusted_proxies = 0;
  base::LogLevel log_level = base::LogLevel::info;
  std::string log_file;  ///< empty: standard error
};

/// A setting that cannot be used, by the name of its variable.
struct ConfigFault {
  std::string name;
  std::string message;
};

/// The settings given as flags, by the name of their variable (`PORT` for `--port`), or what to say before leaving.
struct CommandLine {
  std::map<std::string, std::string, std::less<>> settings;
  struct Leave {
    std::string text;
    int exit_code = 0;
  };
  std::optional<Leave> leave;
};
CommandLine read_command_line(int count, char const* const* arguments);

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(std::string const& name)>;

/// Flag over environment over default; an empty value counts as none. Reports all faults at once.
base::Result<Config, std::vector<ConfigFault>> read_config(CommandLine const& line, Environment const& environment);

}  // namespace parley::chat
