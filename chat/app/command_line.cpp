#include "chat/app/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "chat/app/help_text.h"
#include "chat/app/settings.h"

namespace parley::chat {
namespace {

void add_config_commands(CLI::App& app, CommandLine& line) {
  auto* const config = app.add_subcommand("config")->require_subcommand(1)->fallthrough();
  using enum CommandLine::Task;
  for (auto const& [name, task] : {std::pair{"check", check_config}, std::pair{"show", show_config}}) {
    config->add_subcommand(name)->fallthrough()->callback([&line, task = task] { line.task = task; });
  }
}

}  // namespace

CommandLine read_command_line(int count, char const* const* arguments) {
  CommandLine line;
  CLI::App app("", "parley");
  app.set_help_flag("--help,-h");
  app.set_version_flag("--version", "parley " PARLEY_VERSION);
  // One page says it all, whatever command it is asked for.
  app.formatter_fn([](CLI::App const*, std::string const&, CLI::AppFormatMode) { return help_text(); });
  app.failure_message([](CLI::App const*, CLI::Error const& error) {
    return std::string(error.what()) + "\nparley --help lists all commands and settings\n";
  });

  auto const settings = all_settings();
  std::vector<std::string> values(settings.size());
  std::vector<CLI::Option*> options;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    options.push_back(app.add_option(flag_of(settings[i].name), values[i]));
  }
  app.add_option("--config", line.config_file);
  add_config_commands(app, line);
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& stop) {
    std::ostringstream out, err;
    int const code = app.exit(stop, out, err);
    line.leave = CommandLine::Leave{out.str() + err.str(), code == 0 ? 0 : 2};
    return line;
  }
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (options[i]->count() > 0) {
      line.flags.emplace(settings[i].name, Given{std::move(values[i]), flag_of(settings[i].name)});
    }
  }
  return line;
}

}  // namespace parley::chat
