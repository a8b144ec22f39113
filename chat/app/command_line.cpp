#include "chat/app/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "chat/app/help_text.h"
#include "chat/app/settings.h"
#include "chat/auth/jwt.h"

namespace parley::chat {
namespace {

using base::Json;

/// What the words behind `parley admin` are read into.
struct AdminWords {
  bool json = false;
  std::string report, kind, value, time, reason;
};

void expect_kind_and_value(CLI::App& command, AdminWords& words) {
  command.add_option("kind", words.kind)->required()->check(CLI::IsMember({"session", "address"}));
  command.add_option("value", words.value)->required();
}

void add_admin_commands(CLI::App& app, CommandLine& line, AdminWords& words) {
  auto* const admin = app.add_subcommand("admin")->require_subcommand(1)->fallthrough();
  auto const command = [&](std::string const& name, auto&& ask) {
    auto* const added = admin->add_subcommand(name)->fallthrough();
    added->callback([&line, &words, ask] {
      line.task = CommandLine::Task::administer;
      line.request = ask(words);
      line.as_json = words.json;
    });
    return added;
  };
  for (std::string const name : {"reports", "bans", "stats"}) {
    command(name, [name](AdminWords const&) { return Json::object({{"do", name}}); })->add_flag("--json", words.json);
  }
  command("close-report",
          [](AdminWords const& said) {
            return Json::object({{"do", "close-report"}, {"id", said.report}});
          })
      ->add_option("id", words.report)
      ->required();

  auto* const ban = command("ban", [](AdminWords const& said) {
    auto request = Json::object({{"do", "ban"}, {"of", said.kind}, {"value", said.value}, {"reason", said.reason}});
    if (!said.time.empty()) request.set("seconds", parse_life(said.time).value_or(std::chrono::seconds(0)).count());
    return request;
  });
  expect_kind_and_value(*ban, words);
  ban->add_option("--reason", words.reason);
  ban->add_option("--for", words.time)->check([](std::string const& time) {
    return parse_life(time) ? "" : "must be a number of seconds, or a number with one of the units s, m, h and d";
  });

  expect_kind_and_value(*command("unban",
                                 [](AdminWords const& said) {
                                   return Json::object({{"do", "unban"}, {"of", said.kind}, {"value", said.value}});
                                 }),
                        words);
}

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
  AdminWords words;
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
  add_admin_commands(app, line, words);
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
