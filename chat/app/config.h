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
  std::string stun_server = "stun:stun.l.google.com:19302";
  std::string turn_server, turn_username, turn_credential, turn_secret;  ///< empty: none
  std::string tls_certificate_file, tls_key_file;                        ///< both empty: plain HTTP
  std::optional<bool> require_secure;  ///< absent: in production, but not for requests from loopback
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
