#pragma once

#include <optional>
#include <string>

#include "chat/app/config.h"
#include "parley/base/json.h"

namespace parley::chat {

/// What the process was started for.
struct CommandLine {
  enum class Task {
    serve,
    check_config,
    show_config,
    administer  ///< ask the server that runs here
  };
  Task task = Task::serve;
  SettingsLayer flags;
  std::optional<std::string> config_file;

  /// Of `administer`: what the server is asked, and whether people or programs read the answer.
  base::Json request;
  bool as_json = false;

  /// Set: there is only this to say.
  struct Leave {
    std::string text;
    int exit_code = 0;
  };
  std::optional<Leave> leave;
};

CommandLine read_command_line(int count, char const* const* arguments);

}  // namespace parley::chat
