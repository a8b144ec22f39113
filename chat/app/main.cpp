#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "chat/app/chat_server.h"
#include "chat/app/command_line.h"
#include "chat/app/config_file.h"
#include "chat/app/log_output.h"
#include "chat/app/token_secret.h"
#include "chat/storage/sqlite_storage.h"
#include "parley/net/blocking_pool.h"
#include "parley/net/entropy.h"
#include "parley/net/signals.h"

namespace {

using namespace parley;
using namespace parley::chat;

std::optional<std::string> environment(std::string const& name) {
  auto const* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int serve(Config config) {
  net::Entropy random;
  std::filesystem::path const database = config.database_url.substr(sqlite_scheme.size());
  net::BlockingPool disk(1, 16);
  SqliteStorage storage(database.string(), [&disk](base::Function<void()> work) { return disk.post(std::move(work)); });
  auto kept = storage.load_now();
  if (config.jwt_secret.empty()) {
    auto const file = database.parent_path() / "jwt_secret";
    auto secret = kept_secret(file, random);
    if (!secret) {
      std::fprintf(stderr, "JWT_SECRET is not set, and no secret can be kept: %s\n", secret.error().c_str());
      return 1;
    }
    config.jwt_secret = std::move(*secret);
    log_warning("JWT_SECRET is not set: using the secret kept beside the database", {{"file", file.string()}});
  }
  ChatServer server(config, storage, random);
  storage.answer_through([&server](base::Function<void()> call) { return server.post_to_lobby(std::move(call)); });
  server.go_on_from(std::move(kept));
  int const code = server.run();
  disk.finish();
  storage.abandon();
  return code;
}

SettingsSources sources_of(CommandLine const& line) {
  SettingsSources sources{.flags = line.flags, .environment = read_environment(environment), .file = {}};
  if (line.config_file) read_settings_file(*line.config_file, sources.file, sources.faults);
  return sources;
}

}  // namespace

int main(int count, char** arguments) {
  auto const line = read_command_line(count, arguments);
  if (line.leave) {
    std::fputs(line.leave->text.c_str(), line.leave->exit_code == 0 ? stdout : stderr);
    return line.leave->exit_code;
  }
  auto const sources = sources_of(line);
  auto const config = read_config(sources);
  if (!config) {
    for (auto const& fault : config.error()) std::fprintf(stderr, "%s\n", to_text(fault).c_str());
    return 1;
  }
  switch (line.task) {
    case CommandLine::Task::check_config:
      std::puts("ok");
      return 0;
    case CommandLine::Task::show_config:
      std::fputs(show_config(*config, sources).c_str(), stdout);
      return 0;
    case CommandLine::Task::serve:
      break;
  }
  // Before the log's thread is there, so that no thread but the server's hears of them.
  net::Signals::block({SIGINT, SIGTERM, SIGHUP});
  LogOutput const log(config->log_level, config->log_file);
  return serve(*config);
}
