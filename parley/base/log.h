#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace parley::base {

enum class LogLevel { debug, info, warning, error };
std::string_view to_string(LogLevel level);

/// One named value of a log line. The text is borrowed for the length of the call.
struct LogField {
  template <class T>
  LogField(std::string_view name, T const& given) : key(name) {
    if constexpr (std::is_same_v<T, bool>) {
      value = given;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<std::int64_t>(given);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<double>(given);
    } else {
      value = std::string_view(given);
    }
  }
  std::string_view key;
  std::variant<bool, std::int64_t, double, std::string_view> value;
};

/// Where log lines go. Called from any worker; must not throw.
using LogSink = void (*)(LogLevel level, std::string_view message, std::span<LogField const> fields);

/// Until a sink is set the library is silent. Call before any worker starts.
void set_log_sink(LogSink sink, LogLevel least = LogLevel::info);
bool log_enabled(LogLevel level);

/// Any thread. Tokens and the contents of messages are never logged.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::debug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::info, message, fields);
}
inline void log_warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::warning, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::error, message, fields);
}

}  // namespace parley::base
