#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "chat/app/admin_client.h"
#include "chat/app/chat_server.h"
#include "chat/app/command_line.h"
#include "chat/app/config_file.h"
#include "chat/app/log_output.h"
#include "chat/app/token_secret.h"
#include "chat/app/web_files.h"
#include "chat/storage/sqlite_storage.h"
#include "parley/net/blocking_pool.h"
#include "parley/net/entropy.h"
#include "parley/net/local_socket.h"
#include "parley/net/signals.h"

namespace {

using namespace parley;
using namespace parley::chat;

std::optional<std::string> environment(std::string const& name) {
  auto const* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// The socket of `parley admin`, or -1 when there is none to be. The error is for people.
base::Result<int, std::string> operators_socket(Config const& config) {
  if (config.admin_socket.empty()) return -1;
  return net::bind_local(config.admin_socket);
}

/// The pages to serve: those of a directory, or those that were built in. The error is for people.
base::Result<WebFiles, std::string> pages_of(Config const& config) {
  if (config.web_root.empty()) return built_in_web_files();
  return read_web_files(config.web_root);
}

int serve(Config config) {
  // First of all, so that a directory that is made for it is its owner's alone.
  auto const for_operators = operators_socket(config);
  if (!for_operators) {
    std::fprintf(stderr, "ADMIN_SOCKET cannot be used: %s\n", for_operators.error().c_str());
    return 1;
  }
  auto pages = pages_of(config);
  if (!pages) {
    std::fprintf(stderr, "WEB_ROOT cannot be used: %s\n", pages.error().c_str());
    return 1;
  }
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
  ChatServer server(config, std::move(*pages), storage, random);
  if (*for_operators >= 0) server.listen_to_operators(*for_operators, config.admin_socket);
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

int administer(CommandLine const& line, SettingsSources const& sources) {
  for (auto const& fault : sources.faults) std::fprintf(stderr, "%s\n", to_text(fault).c_str());
  if (!sources.faults.empty()) return 2;
  // The other settings are the server's own business.
  auto const* given = sources.find("ADMIN_SOCKET");
  return ask_server(given ? given->text : Config().admin_socket, line.request, line.as_json);
}

}  // namespace

int main(int count, char** arguments) {
  auto const line = read_command_line(count, arguments);
  if (line.leave) {
    std::fputs(line.leave->text.c_str(), line.leave->exit_code == 0 ? stdout : stderr);
    return line.leave->exit_code;
  }
  auto const sources = sources_of(line);
  if (line.task == CommandLine::Task::administer) return administer(line, sources);
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
    case CommandLine::Task::administer:
      break;
  }
  // Before the log's thread is there, so that no thread but the server's hears of them.
  net::Signals::block({SIGINT, SIGTERM, SIGHUP});
  std::optional<LogOutput> log;
  try {
    log.emplace(config->log_level, config->log_file);
  } catch (std::runtime_error const& error) {
    std::fprintf(stderr, "LOG_FILE cannot be used: %s\n", error.what());
    return 1;
  }
  return serve(*config);
}
