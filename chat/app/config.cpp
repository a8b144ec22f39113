#include "chat/app/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "chat/auth/jwt.h"

namespace parley::chat {
namespace {

using base::Duration;

/// Takes a text over into the config; says what it should have been if it cannot.
using Apply = std::optional<std::string> (*)(Config& config, std::string_view text);

struct Setting {
  std::string_view name;
  std::string_view help;
  Apply apply;
};

std::optional<std::int64_t> number_in(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  auto const* const end = text.data() + text.size();
  auto const [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || value < least || value > most) return std::nullopt;
  return value;
}

/// A whole number within bounds, put into a member of the config.
template <auto member, std::int64_t least, std::int64_t most>
std::optional<std::string> number(Config& config, std::string_view text) {
  auto const value = number_in(text, least, most);
  if (!value) {
    return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  using Member = std::remove_cvref_t<decltype(config.*member)>;
  config.*member = static_cast<Member>(*value);
  return std::nullopt;
}
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

/// The same for durations, in the unit that the variable's name or the contract tells.
template <auto member, class Unit, std::int64_t least, std::int64_t most>
std::optional<std::string> duration(Config& config, std::string_view text) {
  auto const value = number_in(text, least, most);
  if (!value) return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  config.*member = Unit(*value);
  return std::nullopt;
}

template <auto member>
std::optional<std::string> take_text(Config& config, std::string_view text) {
  config.*member = std::string(text);
  return std::nullopt;
}

std::optional<std::string> token_life(Config& config, std::string_view text) {
  auto const life = parse_life(text);
  if (!life) return "must be a number of seconds, or a number with one of the units s, m, h and d";
  config.token_life = *life;
  return std::nullopt;
}

std::optional<std::string> origins(Config& config, std::string_view text) {
  config.cors_origins.clear();
  while (!text.empty()) {
    auto const comma = std::min(text.find(','), text.size());
    auto origin = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (origin.starts_with(' ')) origin.remove_prefix(1);
    while (origin.ends_with(' ')) origin.remove_suffix(1);
    if (origin.empty()) continue;
    auto const scheme_end = origin.find("://");
    bool const whole = scheme_end != origin.npos && scheme_end > 0 && origin.size() > scheme_end + 3 &&
                       origin.find('/', scheme_end + 3) == origin.npos;
    if (origin != "*" && !whole) return "must be * or origins such as https://chat.example, separated by commas";
    config.cors_origins.emplace_back(origin);
  }
  return std::nullopt;
}

std::optional<std::string> environment_kind(Config& config, std::string_view text) {
  config.production = text == "production";
  if (config.production || text == "development" || text == "test") return std::nullopt;
  return "must be production, development or test";
}

std::optional<std::string> log_level(Config& config, std::string_view text) {
  using enum base::LogLevel;
  // The words of other loggers mean the nearest of ours.
  constexpr std::array<std::pair<std::string_view, base::LogLevel>, 7> words{{{"trace", debug},
                                                                              {"debug", debug},
                                                                              {"info", info},
                                                                              {"warning", warning},
                                                                              {"warn", warning},
                                                                              {"error", error},
                                                                              {"fatal", error}}};
  for (auto const& [word, level] : words) {
    if (text != word) continue;
    config.log_level = level;
    return std::nullopt;
  }
  return "must be trace, debug, info, warning or error";
}

std::optional<std::string> require_secure(Config& config, std::string_view text) {
  if (text != "true" && text != "false") return "must be true or false";
  config.require_secure = text == "true";
  return std::nullopt;
}

constexpr std::int64_t far = 1'000'000'000;
constexpr std::array settings{
    Setting{"PORT", "port for HTTP and WebSocket; 0 lets the system choose", number<&Config::port, 0, 65535>},
    Setting{"HOST", "address to listen on", take_text<&Config::host>},
    Setting{"WORKERS", "event-loop threads; 0: one per core", number<&Config::workers, 0, 255>},
    Setting{"PARLEY_ENV", "production, development or test", environment_kind},
    Setting{"JWT_SECRET", "key of the tokens, at least 32 bytes in production", take_text<&Config::jwt_secret>},
    Setting{"JWT_EXPIRES_IN", "life of a token, such as 7d", token_life},
    Setting{"SESSION_TTL_SECONDS", "life of an unused session",
            duration<&Config::session_life, std::chrono::seconds, 1, far>},
    Setting{"CORS_ORIGIN", "origins that may use the server from a browser", origins},
    Setting{"SOCKET_PING_INTERVAL", "heartbeat, milliseconds", duration<&Config::ping_interval, Duration, 1, day_ms>},
    Setting{"SOCKET_PING_TIMEOUT", "patience with a heartbeat, milliseconds",
            duration<&Config::ping_timeout, Duration, 1, day_ms>},
    Setting{"DISCONNECT_GRACE_MS", "how long a chat survives a lost transport",
            duration<&Config::disconnect_grace, Duration, 0, day_ms>},
    Setting{"CALL_TIMEOUT_MS", "how long a call may ring; 0: for ever",
            duration<&Config::call_answer_time, Duration, 0, day_ms>},
    Setting{"STATS_INTERVAL_MS", "least time between two statistics broadcasts",
            duration<&Config::stats_interval, Duration, 0, day_ms>},
    Setting{"MAX_FILE_SIZE", "largest file, bytes", number<&Config::file_bytes_max, 1, std::int64_t{1} << 40>},
    Setting{"MAX_VOICE_DURATION", "longest voice note, seconds", number<&Config::voice_seconds_max, 1, far>},
    Setting{"UPLOAD_PATH", "directory of uploaded files", take_text<&Config::upload_path>},
    Setting{"DATABASE_URL", "where records are kept, such as sqlite:./data/parley.db",
            take_text<&Config::database_url>},
    Setting{"RATE_LIMIT_WINDOW_MS", "window of the limit of REST requests",
            duration<&Config::rest_window, Duration, 1, day_ms>},
    Setting{"RATE_LIMIT_MAX_REQUESTS", "REST requests per window and client address",
            number<&Config::rest_requests_max, 1, far>},
    Setting{"UPLOAD_RATE_LIMIT_MAX", "uploads per hour and client address",
            number<&Config::uploads_per_hour_max, 1, far>},
    Setting{"SOCKET_RATE_LIMIT_WINDOW_MS", "window of the limit of socket events",
            duration<&Config::event_window, Duration, 1, day_ms>},
    Setting{"SOCKET_RATE_LIMIT_MAX", "socket events per window and guest; 0: unlimited",
            number<&Config::events_max, 0, far>},
    Setting{"MAX_CONNECTIONS_PER_IP", "sockets per client address; 0: unlimited",
            number<&Config::connections_per_address_max, 0, far>},
    Setting{"PUBLIC_BASE_URL", "prefix of file URLs; empty: derived from the request",
            take_text<&Config::public_base_url>},
    Setting{"STUN_SERVER", "STUN server handed to clients", take_text<&Config::stun_server>},
    Setting{"TURN_SERVER", "TURN server handed to clients", take_text<&Config::turn_server>},
    Setting{"TURN_USERNAME", "its user", take_text<&Config::turn_username>},
    Setting{"TURN_CREDENTIAL", "its password", take_text<&Config::turn_credential>},
    Setting{"TURN_SECRET", "secret shared with the TURN server, for time-limited credentials",
            take_text<&Config::turn_secret>},
    Setting{"TLS_CERT_FILE", "certificate chain, PEM; with TLS_KEY_FILE: HTTPS on PORT",
            take_text<&Config::tls_certificate_file>},
    Setting{"TLS_KEY_FILE", "private key, PEM", take_text<&Config::tls_key_file>},
    Setting{"REQUIRE_SECURE", "true: sockets only over TLS", require_secure},
    Setting{"TRUST_PROXY", "how many proxies in front are believed", number<&Config::trusted_proxies, 0, 100>},
    Setting{"LOG_LEVEL", "trace, debug, info, warning or error", log_level},
    Setting{"LOG_FILE", "where log lines go; empty: standard error", take_text<&Config::log_file>},
};

/// `JWT_SECRET` is given as `--jwt-secret`.
std::string flag_of(std::string_view name) {
  std::string flag = "--";
  for (char const c : name) flag += c == '_' ? '-' : static_cast<char>(c - 'A' + 'a');
  return flag;
}

std::optional<std::string> non_empty(std::optional<std::string> value) {
  return value && !value->empty() ? value : std::nullopt;
}

}  // namespace

CommandLine read_command_line(int count, char const* const* arguments) {
  CommandLine line;
  CLI::App app("Parley chat server. Every setting is an environment variable or a flag; flags win.", "parley");
  app.set_version_flag("--version", PARLEY_VERSION);
  std::array<std::string, settings.size()> values;
  std::array<CLI::Option*, settings.size()> options{};
  for (std::size_t i = 0; i < settings.size(); ++i) {
    auto const help = std::string(settings[i].help) + " (" + std::string(settings[i].name) + ")";
    options[i] = app.add_option(flag_of(settings[i].name), values[i], help);
  }
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& stop) {
    std::ostringstream out, err;
    int const code = app.exit(stop, out, err);
    line.leave = CommandLine::Leave{out.str() + err.str(), code == 0 ? 0 : 2};
    return line;
  }
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (options[i]->count() > 0) line.settings.emplace(settings[i].name, values[i]);
  }
  return line;
}

base::Result<Config, std::vector<ConfigFault>> read_config(CommandLine const& line, Environment const& environment) {
  Config config;
  std::vector<ConfigFault> faults;
  // Node's own variable counts where ours is absent; it knows more words than ours.
  if (environment("NODE_ENV") == "production") config.production = true;
  for (auto const& setting : settings) {
    auto const flag = line.settings.find(setting.name);
    auto const text =
        non_empty(flag != line.settings.end() ? std::optional(flag->second) : environment(std::string(setting.name)));
    if (!text) continue;
    if (auto fault = setting.apply(config, *text)) faults.push_back({std::string(setting.name), std::move(*fault)});
  }
  constexpr std::size_t secret_bytes_min = 32;
  if (config.production && config.jwt_secret.size() < secret_bytes_min) {
    faults.push_back({"JWT_SECRET", "must have at least 32 bytes in production"});
  }
  if (!faults.empty()) return base::fail(std::move(faults));
  return config;
}

}  // namespace parley::chat
