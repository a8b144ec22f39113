#pragma once

#include <cstdint>
#include <string>

#include "parley/base/log.h"

namespace parley::chat {

/// Writes every log line as one JSON object: to a file, or to standard error when there is none. Lines are written by
/// a thread of their own; when it cannot keep up the oldest are lost, never time.
/// Make it after signals are blocked and before any worker starts; lines that are still waiting are written when it
/// goes.
class LogOutput {
 public:
  /// Throws std::runtime_error, with a sentence for people, when the file cannot be opened.
  LogOutput(base::LogLevel least, std::string const& file);
  ~LogOutput();
  LogOutput(LogOutput const&) = delete;
  LogOutput& operator=(LogOutput const&) = delete;

  /// Any thread. From the next line on the file is the one that then stands under its name, which whoever rotates logs
  /// has moved away. If it cannot be opened, lines go on into the old one.
  static void reopen();

  /// Any thread, while there is a log: how many lines were lost.
  static std::uint64_t lines_dropped();
};

}  // namespace parley::chat
