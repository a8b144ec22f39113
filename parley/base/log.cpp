#include "parley/base/log.h"

namespace parley::base {
namespace {

// Written once before the workers start, read by all afterwards.
LogSink sink = nullptr;
LogLevel least_level = LogLevel::info;

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

void set_log_sink(LogSink new_sink, LogLevel least) {
  sink = new_sink;
  least_level = least;
}

bool log_enabled(LogLevel level) { return sink && level >= least_level; }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (log_enabled(level)) sink(level, message, {fields.begin(), fields.size()});
}

}  // namespace parley::base
