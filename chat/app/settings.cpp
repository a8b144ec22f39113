#include "chat/app/settings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "chat/app/ice_servers.h"
#include "chat/auth/jwt.h"
#include "parley/base/json_codec.h"

namespace parley::chat {
namespace {

using base::Duration;
using Fault = std::optional<std::string>;
using Shown = std::optional<std::string>;

constexpr std::int64_t far = 1'000'000'000;
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

std::optional<std::int64_t> number_in(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  auto const* const end = text.data() + text.size();
  auto const [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || value < least || value > most) return std::nullopt;
  return value;
}

std::string bounds(std::int64_t least, std::int64_t most) {
  return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

/// JSON writes strings as TOML does.
std::string quoted(std::string const& text) { return base::to_json(text); }

// The kinds of members, each read and shown in one way.

template <auto member, std::int64_t least, std::int64_t most>
Fault read_number(Config& config, std::string_view text) {
  auto const value = number_in(text, least, most);
  if (!value) return bounds(least, most);
  config.*member = static_cast<std::remove_cvref_t<decltype(config.*member)>>(*value);
  return std::nullopt;
}
template <auto member>
Shown show_number(Config const& config) {
  return std::to_string(config.*member);
}

/// A duration, in the unit that the variable's name or the contract tells.
template <auto member, class Unit, std::int64_t least, std::int64_t most>
Fault read_duration(Config& config, std::string_view text) {
  auto const value = number_in(text, least, most);
  if (!value) return bounds(least, most);
  config.*member = Unit(*value);
  return std::nullopt;
}
template <auto member>
Shown show_duration(Config const& config) {
  return std::to_string((config.*member).count());
}

template <auto member>
Fault read_text(Config& config, std::string_view text) {
  config.*member = std::string(text);
  return std::nullopt;
}
template <auto member>
Shown show_text(Config const& config) {
  return quoted(config.*member);
}

// Settings with rules of their own.

Fault read_token_life(Config& config, std::string_view text) {
  auto const life = parse_life(text);
  if (!life) return "must be a number of seconds, or a number with one of the units s, m, h and d";
  config.token_life = *life;
  return std::nullopt;
}
Shown show_token_life(Config const& config) {
  auto const seconds = config.token_life.count();
  for (auto const& [unit, letter] : {std::pair{86'400, "d"}, std::pair{3'600, "h"}, std::pair{60, "m"}}) {
    if (seconds % unit == 0) return quoted(std::to_string(seconds / unit) + letter);
  }
  return quoted(std::to_string(seconds) + "s");
}

Fault read_origins(Config& config, std::string_view text) {
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
Shown show_origins(Config const& config) { return base::to_json(config.cors_origins); }

Fault read_environment_kind(Config& config, std::string_view text) {
  config.production = text == "production";
  if (config.production || text == "development" || text == "test") return std::nullopt;
  return "must be production, development or test";
}
Shown show_environment_kind(Config const& config) { return quoted(config.production ? "production" : "development"); }

Fault read_log_level(Config& config, std::string_view text) {
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
Shown show_log_level(Config const& config) { return quoted(std::string(base::to_string(config.log_level))); }

Fault read_require_secure(Config& config, std::string_view text) {
  if (text != "true" && text != "false") return "must be true or false";
  config.require_secure = text == "true";
  return std::nullopt;
}
Shown show_require_secure(Config const& config) {
  if (!config.require_secure) return std::nullopt;
  return *config.require_secure ? "true" : "false";
}

Fault read_database_url(Config& config, std::string_view text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
    return "must be sqlite:<path>: this version keeps its records in SQLite and cannot use PostgreSQL";
  }
  if (!text.starts_with(sqlite_scheme) || text.size() == sqlite_scheme.size()) return "must be sqlite:<path>";
  config.database_url = std::string(text);
  return std::nullopt;
}

template <auto member>
Fault read_ice_urls(Config& config, std::string_view text, std::string_view scheme) {
  auto fault = fault_of_ice_urls(text, scheme);
  if (!fault) config.*member = std::string(text);
  return fault;
}
Fault read_stun_server(Config& config, std::string_view text) {
  return read_ice_urls<&Config::stun_server>(config, text, "stun");
}
Fault read_turn_server(Config& config, std::string_view text) {
  return read_ice_urls<&Config::turn_server>(config, text, "turn");
}

Fault read_socket_path(Config& config, std::string_view text) {
  // What the kernel has room for, its own end mark included.
  constexpr std::size_t path_bytes_max = 107;
  if (text.size() > path_bytes_max) return "must be a path of at most 107 bytes";
  config.admin_socket = std::string(text);
  return std::nullopt;
}

Fault refuse_redis(Config&, std::string_view) {
  return "must be left out: this version serves one instance, which keeps its state itself and needs no Redis";
}
Fault ignore(Config&, std::string_view) { return std::nullopt; }
Shown show_nothing(Config const&) { return std::nullopt; }

// The shapes most rows of the table have.

using Group = SettingGroup;
using Kind = SettingKind;

template <auto member, std::int64_t least, std::int64_t most>
constexpr Setting number(std::string_view name, Group group, std::string_view help) {
  return {name, group, Kind::number, "N", help, read_number<member, least, most>, show_number<member>};
}
template <auto member, class Unit, std::int64_t least, std::int64_t most>
constexpr Setting duration(std::string_view name, Group group, std::string_view help) {
  auto const* const hint = std::is_same_v<Unit, Duration> ? "MS" : "SECONDS";
  return {name, group, Kind::number, hint, help, read_duration<member, Unit, least, most>, show_duration<member>};
}
template <auto member>
constexpr Setting text(std::string_view name, Group group, std::string_view hint, std::string_view help) {
  return {name, group, Kind::text, hint, help, read_text<member>, show_text<member>};
}
template <auto member>
constexpr Setting secret(std::string_view name, Group group, std::string_view help) {
  return {name, group, Kind::text, "TEXT", help, read_text<member>, show_text<member>, Setting::Special::secret};
}

constexpr std::array settings{
    number<&Config::port, 0, 65535>("PORT", Group::serving, "port for HTTP and WebSocket; 0: the system chooses one"),
    text<&Config::host>("HOST", Group::serving, "ADDRESS", "address to listen on"),
    number<&Config::workers, 0, 255>("WORKERS", Group::serving, "event-loop threads; 0: one per core"),
    Setting{"PARLEY_ENV", Group::serving, Kind::text, "KIND",
            "production, development or test; production refuses weak settings. Where it is not given, NODE_ENV counts",
            read_environment_kind, show_environment_kind},
    Setting{"CORS_ORIGIN", Group::serving, Kind::list, "ORIGINS",
            "origins whose web pages may use the server, separated by commas, or *", read_origins, show_origins},
    number<&Config::trusted_proxies, 0, 100>("TRUST_PROXY", Group::serving,
                                             "how many proxies in front are believed what they say of the client"),
    text<&Config::public_base_url>("PUBLIC_BASE_URL", Group::serving, "URL",
                                   "what file URLs begin with; empty: what the request says"),
    text<&Config::web_root>("WEB_ROOT", Group::serving, "DIRECTORY",
                            "pages to serve in place of the built-in web client, read once at the start"),

    secret<&Config::jwt_secret>("JWT_SECRET", Group::security,
                                "key of the tokens, in production at least 32 bytes; elsewhere one is made and kept"),
    Setting{"JWT_EXPIRES_IN", Group::security, Kind::life, "LIFE",
            "life of a token: seconds, or a number with s, m, h or d", read_token_life, show_token_life},
    text<&Config::tls_certificate_file>("TLS_CERT_FILE", Group::security, "FILE",
                                        "certificate chain, PEM; with TLS_KEY_FILE: HTTPS on PORT"),
    text<&Config::tls_key_file>("TLS_KEY_FILE", Group::security, "FILE", "its private key, PEM"),
    Setting{"REQUIRE_SECURE", Group::security, Kind::boolean, "BOOL",
            "sockets only over TLS; where it is not given: in production, but not from this machine",
            read_require_secure, show_require_secure},

    duration<&Config::session_life, std::chrono::seconds, 1, far>("SESSION_TTL_SECONDS", Group::guests,
                                                                  "life of a session that nobody uses"),
    duration<&Config::ping_interval, Duration, 1, day_ms>("SOCKET_PING_INTERVAL", Group::guests,
                                                          "time between two heartbeats"),
    duration<&Config::ping_timeout, Duration, 1, day_ms>("SOCKET_PING_TIMEOUT", Group::guests,
                                                         "how long a heartbeat may stay unanswered"),
    duration<&Config::stats_interval, Duration, 0, day_ms>("STATS_INTERVAL_MS", Group::guests,
                                                           "least time between two broadcasts of the statistics"),
    duration<&Config::disconnect_grace, Duration, 0, day_ms>("DISCONNECT_GRACE_MS", Group::chats,
                                                             "how long a chat survives a lost connection; 0: not"),
    duration<&Config::call_answer_time, Duration, 0, day_ms>("CALL_TIMEOUT_MS", Group::chats,
                                                             "how long a call may ring; 0: for ever"),

    duration<&Config::rest_window, Duration, 1, day_ms>("RATE_LIMIT_WINDOW_MS", Group::limits,
                                                        "window in which REST requests are counted"),
    number<&Config::rest_requests_max, 1, far>("RATE_LIMIT_MAX_REQUESTS", Group::limits,
                                               "REST requests per window and client address"),
    number<&Config::uploads_per_hour_max, 1, far>("UPLOAD_RATE_LIMIT_MAX", Group::limits,
                                                  "uploads per hour and client address"),
    duration<&Config::event_window, Duration, 1, day_ms>("SOCKET_RATE_LIMIT_WINDOW_MS", Group::limits,
                                                         "window in which socket events are counted"),
    number<&Config::events_max, 0, far>("SOCKET_RATE_LIMIT_MAX", Group::limits,
                                        "messages per window and guest, other events in proportion; 0: unlimited"),
    number<&Config::connections_per_address_max, 0, far>("MAX_CONNECTIONS_PER_IP", Group::limits,
                                                         "sockets per client address; 0: unlimited"),

    number<&Config::file_bytes_max, 1, (std::int64_t{1} << 40)>("MAX_FILE_SIZE", Group::files, "largest file, bytes"),
    number<&Config::voice_seconds_max, 1, far>("MAX_VOICE_DURATION", Group::files, "longest voice note, seconds"),
    text<&Config::upload_path>("UPLOAD_PATH", Group::files, "DIRECTORY", "where uploaded files are kept"),
    Setting{"DATABASE_URL", Group::files, Kind::text, "URL", "where records are kept: sqlite:<path>", read_database_url,
            show_text<&Config::database_url>},

    Setting{"STUN_SERVER", Group::calls, Kind::text, "URLS",
            "STUN servers that clients are told of, by commas; empty: none", read_stun_server,
            show_text<&Config::stun_server>, Setting::Special::empty_is_a_value},
    Setting{"TURN_SERVER", Group::calls, Kind::text, "URLS", "TURN servers that clients are told of, by commas",
            read_turn_server, show_text<&Config::turn_server>},
    text<&Config::turn_username>("TURN_USERNAME", Group::calls, "NAME", "its user"),
    secret<&Config::turn_credential>("TURN_CREDENTIAL", Group::calls, "its password"),
    secret<&Config::turn_secret>("TURN_SECRET", Group::calls,
                                 "secret shared with the TURN server: clients get credentials that last an hour"),

    Setting{"ADMIN_SOCKET", Group::operation, Kind::text, "PATH", "socket of `parley admin`; empty: none",
            read_socket_path, show_text<&Config::admin_socket>, Setting::Special::empty_is_a_value},
    Setting{"LOG_LEVEL", Group::operation, Kind::text, "LEVEL", "trace, debug, info, warning or error", read_log_level,
            show_log_level},
    text<&Config::log_file>("LOG_FILE", Group::operation, "FILE", "where log lines go; empty: standard error"),

    Setting{"REDIS_URL", Group::several_instances, Kind::text, "URL", "", refuse_redis, show_nothing,
            Setting::Special::secret},
    Setting{"REDIS_HOST", Group::several_instances, Kind::text, "HOST", "", refuse_redis, show_nothing},
    Setting{"REDIS_PORT", Group::several_instances, Kind::number, "N", "", ignore, show_nothing},
    Setting{"REDIS_PASSWORD", Group::several_instances, Kind::text, "TEXT", "", ignore, show_nothing,
            Setting::Special::secret},
};

}  // namespace

std::string_view heading_of(SettingGroup group) {
  switch (group) {
    case SettingGroup::serving:
      return "Serving";
    case SettingGroup::security:
      return "Security";
    case SettingGroup::guests:
      return "Guests";
    case SettingGroup::chats:
      return "Chats";
    case SettingGroup::limits:
      return "Limits";
    case SettingGroup::files:
      return "Files and records";
    case SettingGroup::calls:
      return "Calls";
    case SettingGroup::operation:
      return "Operation";
    case SettingGroup::several_instances:
      break;
  }
  return "Several instances";
}

std::span<Setting const> all_settings() { return settings; }

Setting const* find_setting(std::string_view name) {
  auto const found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : &*found;
}

std::string flag_of(std::string_view name) {
  auto flag = "--" + key_of(name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string key_of(std::string_view name) {
  std::string key;
  for (char const c : name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return key;
}

}  // namespace parley::chat
