#include "chat/app/config.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/app/command_line.h"
#include "chat/app/config_file.h"
#include "chat/app/help_text.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

namespace {

/// Settings from flags, the environment and a file called parley.toml.
struct Written {
  std::vector<std::string> flags{};
  Variables environment{};
  std::string file{};
};

CommandLine line_of(std::vector<std::string> words) {
  words.insert(words.begin(), "parley");
  std::vector<char const*> arguments;
  for (auto const& word : words) arguments.push_back(word.c_str());
  return read_command_line(static_cast<int>(arguments.size()), arguments.data());
}
SettingsSources sources_of(Written const& written) {
  auto const line = line_of(written.flags);
  REQUIRE_FALSE(line.leave);
  SettingsSources sources{.flags = line.flags,
                          .environment = read_environment([&](std::string const& name) {
                            auto const found = written.environment.find(name);
                            return found == written.environment.end() ? std::nullopt : std::optional(found->second);
                          }),
                          .file = {}};
  read_settings(written.file, "parley.toml", sources.file, sources.faults);
  return sources;
}
Config good(Written const& written) {
  auto const config = read_config(sources_of(written));
  for (auto const& fault : config ? ConfigFaults{} : config.error()) FAIL_CHECK(to_text(fault));
  REQUIRE(config);
  return *config;
}
Config good_environment(Variables variables) { return good(Written{.environment = std::move(variables)}); }
ConfigFaults faults_of(Written const& written) {
  auto const config = read_config(sources_of(written));
  return config ? ConfigFaults{} : config.error();
}
Names faulty_names(Variables variables) {
  Names names;
  for (auto const& fault : faults_of({.environment = std::move(variables)})) names.push_back(fault.name);
  return names;
}
/// The one fault of a file, in full.
std::string fault_of_file(std::string toml) {
  auto const faults = faults_of({.file = std::move(toml)});
  REQUIRE(faults.size() == 1);
  return to_text(faults[0]);
}

}  // namespace

TEST_CASE("without any setting the defaults are those of the contract") {
  auto const config = good(Written{});
  CHECK(config.port == 3001);
  CHECK(config.host == "0.0.0.0");
  CHECK_FALSE(config.production);
  CHECK(config.token_life == 168h);
  CHECK(config.session_life == 7200s);
  CHECK(config.cors_origins == std::vector<std::string>{"http://localhost:3000"});
  CHECK(config.ping_interval == 25s);
  CHECK(config.ping_timeout == 60s);
}

TEST_CASE("settings come from the environment, an empty one counts as none") {
  auto const config = good_environment({{"PORT", "0"},
                                        {"JWT_EXPIRES_IN", "90"},
                                        {"SESSION_TTL_SECONDS", "5"},
                                        {"CORS_ORIGIN", "https://a.example, http://b.example:8080"},
                                        {"CALL_TIMEOUT_MS", "300"},
                                        {"HOST", ""},
                                        {"LOG_LEVEL", "error"}});
  CHECK(config.port == 0);
  CHECK(config.token_life == 90s);
  CHECK(config.session_life == 5s);
  CHECK(config.cors_origins == std::vector<std::string>{"https://a.example", "http://b.example:8080"});
  CHECK(config.call_answer_time == 300ms);
  CHECK(config.host == "0.0.0.0");
  CHECK(config.log_level == parley::base::LogLevel::error);
}

TEST_CASE("where a setting can be switched off, empty means off") {
  CHECK(good_environment({{"STUN_SERVER", ""}}).stun_server.empty());
  CHECK(good(Written{.file = "stun_server = ''"}).stun_server.empty());
}

TEST_CASE("a flag wins over the environment, and the environment over the file") {
  auto const config = good(Written{.flags = {"--port", "4000", "--jwt-secret=s"},
                                   .environment = {{"PORT", "5000"}, {"HOST", "::1"}},
                                   .file = "port = 6000\nhost = '::2'\nworkers = 3\n"});
  CHECK(config.port == 4000);
  CHECK(config.jwt_secret == "s");
  CHECK(config.host == "::1");
  CHECK(config.workers == 3);
}

TEST_CASE("a file gives each setting in its own type") {
  auto const config = good(Written{.file = R"(
    port = 0
    parley_env = "test"
    jwt_expires_in = "2h"
    cors_origin = ["https://a.example", "https://b.example"]
    require_secure = true
    log_level = "warn"
  )"});
  CHECK(config.port == 0);
  CHECK(config.token_life == 2h);
  CHECK(config.cors_origins == std::vector<std::string>{"https://a.example", "https://b.example"});
  CHECK(config.require_secure == true);
  CHECK(config.log_level == parley::base::LogLevel::warning);
  CHECK(good(Written{.file = "jwt_expires_in = 60"}).token_life == 60s);
  CHECK(good(Written{.file = "cors_origin = '*'"}).cors_origins == std::vector<std::string>{"*"});
}

TEST_CASE("what is wrong in a file is told with its line") {
  CHECK(fault_of_file("\nhots = 'x'") == "hots is no setting (parley.toml, line 2)");
  CHECK(fault_of_file("[server]\nport = 1") == "server is no setting (parley.toml, line 1)");
  CHECK(fault_of_file("# port\nport = '3001'") ==
        "PORT must be a whole number, and not a text in quotes (parley.toml, line 2)");
  CHECK(fault_of_file("port = 70000") == "PORT must be a whole number from 0 to 65535 (parley.toml, line 1)");
  CHECK(fault_of_file("require_secure = 'true'") ==
        "REQUIRE_SECURE must be true or false, without quotes, and not a text in quotes (parley.toml, line 1)");
  CHECK(fault_of_file("cors_origin = [1]") ==
        "CORS_ORIGIN must be a text in quotes, or a list of such, and not a list (parley.toml, line 1)");
  CHECK(fault_of_file("\n\nport = = 1").starts_with("parley.toml is not TOML: "));
  CHECK(fault_of_file("\n\nport = = 1").ends_with("(parley.toml, line 3)"));
}

TEST_CASE("a file that cannot be read is a fault, an empty one is not") {
  SettingsLayer layer;
  ConfigFaults faults;
  read_settings_file("/nowhere/parley.toml", layer, faults);
  read_settings_file("/", layer, faults);
  REQUIRE(faults.size() == 2);
  CHECK(to_text(faults[0]) == "/nowhere/parley.toml cannot be read: No such file or directory (--config)");
  CHECK(to_text(faults[1]) == "/ cannot be read: Is a directory (--config)");
  read_settings_file("/dev/null", layer, faults);
  CHECK(faults.size() == 2);
  CHECK(layer.empty());
}

TEST_CASE("the faults of all sources are told together, each with where it comes from") {
  auto const faults = faults_of({.flags = {"--port", "x"},
                                 .environment = {{"WORKERS", "-1"}, {"NODE_ENV", "production"}},
                                 .file = "log_level = 'loud'\nnonsense = 1\njwt_secret = 'short'"});
  Names told;
  for (auto const& fault : faults) told.push_back(fault.name + " from " + fault.where);
  CHECK(told == Names{"nonsense from parley.toml, line 2", "PORT from --port", "WORKERS from environment",
                      "LOG_LEVEL from parley.toml, line 1", "JWT_SECRET from parley.toml, line 3"});
}

TEST_CASE("what a stronger source overrides is not looked at") {
  CHECK(good(Written{.flags = {"--port", "1"}, .environment = {{"PORT", "x"}}}).port == 1);
}

TEST_CASE("an unknown flag is an error, help and version are not") {
  CHECK(line_of({"--nonsense", "1"}).leave->exit_code == 2);
  CHECK(line_of({"nonsense"}).leave->exit_code == 2);
  CHECK(line_of({"config"}).leave->exit_code == 2);
  CHECK(line_of({"config", "nonsense"}).leave->exit_code == 2);
  CHECK(line_of({"--version"}).leave->exit_code == 0);
  for (auto const& words : {Names{"--help"}, Names{"config", "--help"}, Names{"config", "check", "--help"}}) {
    auto const shown = line_of(words).leave;
    REQUIRE(shown);
    CHECK(shown->exit_code == 0);
    CHECK(shown->text == help_text());
  }
}

TEST_CASE("the help names every setting and is at most as wide as asked for") {
  auto const text = help_text(100);
  CHECK(text.find("--jwt-secret") != std::string::npos);
  CHECK(text.find("[3001]") != std::string::npos);
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = text.find('\n', begin);
    CHECK_MESSAGE(end - begin <= 100, text.substr(begin, end - begin));
    begin = end + 1;
  }
  CHECK(wrapped("one two three four", 9, 2) == "one two\n  three\n  four");
}

TEST_CASE("settings are taken wherever they stand among the words of a command") {
  auto const before = line_of({"--port", "1", "--config", "a.toml", "config", "check"});
  auto const after = line_of({"config", "check", "--port", "1", "--config", "a.toml"});
  for (auto const* line : {&before, &after}) {
    REQUIRE_FALSE(line->leave);
    CHECK(line->task == CommandLine::Task::check_config);
    CHECK(line->flags.at("PORT").text == "1");
    CHECK(line->config_file == "a.toml");
  }
}

TEST_CASE("every value that cannot be used is named, all together") {
  CHECK(faulty_names({{"PORT", "70000"}, {"JWT_EXPIRES_IN", "soon"}, {"WORKERS", "-1"}, {"TRUST_PROXY", "1x"}}) ==
        Names{"PORT", "WORKERS", "TRUST_PROXY", "JWT_EXPIRES_IN"});
  for (auto const& [name, value] : Variables{{"PARLEY_ENV", "prod"},
                                             {"CORS_ORIGIN", "localhost"},
                                             {"SESSION_TTL_SECONDS", "0"},
                                             {"SOCKET_PING_INTERVAL", "2.5"},
                                             {"LOG_LEVEL", "loud"},
                                             {"REQUIRE_SECURE", "yes"},
                                             {"STUN_SERVER", "stun.example"},
                                             {"MAX_FILE_SIZE", "ten"}}) {
    CHECK(faulty_names({{name, value}}) == Names{name});
  }
}

TEST_CASE("settings that need each other are asked for") {
  CHECK(faulty_names({{"TLS_CERT_FILE", "c.pem"}}) == Names{"TLS_KEY_FILE"});
  CHECK(faulty_names({{"TLS_KEY_FILE", "k.pem"}}) == Names{"TLS_CERT_FILE"});
  CHECK(faulty_names({{"TLS_CERT_FILE", "c.pem"}, {"TLS_KEY_FILE", "k.pem"}}).empty());
  Variables turn{{"TURN_SERVER", "turn:a.example"}};
  CHECK(faulty_names(turn) == Names{"TURN_SECRET"});
  turn["TURN_USERNAME"] = "parley";
  CHECK(faulty_names(turn) == Names{"TURN_CREDENTIAL"});
  turn["TURN_CREDENTIAL"] = "pass";
  CHECK(faulty_names(turn).empty());
  turn.erase("TURN_SERVER");
  CHECK(faulty_names(turn) == Names{"TURN_SERVER"});
  CHECK(faulty_names({{"TURN_SERVER", "turn:a.example"}, {"TURN_SECRET", "s"}}).empty());
}

TEST_CASE("Redis is refused in clear words, since one instance needs none") {
  auto const faults = faults_of({.environment = {{"REDIS_URL", "redis://localhost"}, {"REDIS_PORT", "6379"}}});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].name == "REDIS_URL");
  CHECK(faults[0].message.find("serves one instance") != std::string::npos);
  CHECK(faulty_names({{"REDIS_HOST", "localhost"}}) == Names{"REDIS_HOST"});
  CHECK(faulty_names({{"REDIS_URL", ""}}).empty());
}

TEST_CASE("production asks for a strong secret, also when it is Node's variable that says so") {
  for (std::string const& variable : {std::string("PARLEY_ENV"), std::string("NODE_ENV")}) {
    CHECK(faulty_names({{variable, "production"}}) == Names{"JWT_SECRET"});
    CHECK(faulty_names({{variable, "production"}, {"JWT_SECRET", std::string(31, 's')}}) == Names{"JWT_SECRET"});
    CHECK(faulty_names({{variable, "production"}, {"JWT_SECRET", std::string(32, 's')}}).empty());
  }
  CHECK_FALSE(good_environment({{"PARLEY_ENV", "development"}, {"NODE_ENV", "production"}}).production);
  CHECK_FALSE(good_environment({{"NODE_ENV", "staging"}}).production);
}

TEST_CASE("production asks for a heartbeat that a network can keep") {
  Variables settings{{"PARLEY_ENV", "production"},
                     {"JWT_SECRET", std::string(32, 's')},
                     {"SOCKET_PING_INTERVAL", "999"},
                     {"SOCKET_PING_TIMEOUT", "20"}};
  CHECK(faulty_names(settings) == Names{"SOCKET_PING_INTERVAL", "SOCKET_PING_TIMEOUT"});
  settings["PARLEY_ENV"] = "development";
  CHECK(faulty_names(settings).empty());
}

TEST_CASE("the settings that hold are shown with their source, as a file that says the same again") {
  Written const written{.flags = {"--port", "4000"},
                        .environment = {{"JWT_SECRET", "not to be shown"}, {"CORS_ORIGIN", "https://a.example, *"}},
                        .file = "jwt_expires_in = 5400\nrequire_secure = false\nlog_file = 'a \"b\" \\c'"};
  auto const sources = sources_of(written);
  auto const config = read_config(sources);
  REQUIRE(config);
  auto const shown = show_config(*config, sources);
  for (std::string const line :
       {"port = 4000  # --port\n", "host = \"0.0.0.0\"  # default\n", "# jwt_secret = \"********\"  # environment\n",
        "# turn_secret is not given\n", "cors_origin = [\"https://a.example\",\"*\"]  # environment\n",
        "jwt_expires_in = \"90m\"  # parley.toml, line 1\n", "require_secure = false  # parley.toml, line 2\n"}) {
    CHECK_MESSAGE(shown.find("\n" + line) != std::string::npos, line << " is missing in\n" << shown);
  }
  CHECK(shown.find("not to be shown") == std::string::npos);

  auto const again = good(Written{.file = shown});
  CHECK(again.port == 4000);
  CHECK(again.cors_origins == config->cors_origins);
  CHECK(again.token_life == 90min);
  CHECK(again.require_secure == false);
  CHECK(again.log_file == "a \"b\" \\c");
  CHECK(again.jwt_secret.empty());
}

TEST_CASE("what an operator asks is read from the words of the command, settings among them") {
  auto const ban =
      line_of({"admin", "--admin-socket", "a.sock", "ban", "address", "192.0.2.1", "--for", "2h", "--reason", "spam"});
  REQUIRE_FALSE(ban.leave);
  CHECK(ban.task == CommandLine::Task::administer);
  CHECK(ban.flags.at("ADMIN_SOCKET").text == "a.sock");
  CHECK(ban.request.dump() == R"({"do":"ban","of":"address","value":"192.0.2.1","reason":"spam","seconds":7200})");
  auto const for_good = line_of({"admin", "ban", "session", "guest_x"});
  CHECK(for_good.request["seconds"].is_null());
  CHECK(line_of({"admin", "close-report", "r1"}).request.dump() == R"({"do":"close-report","id":"r1"})");
  CHECK(line_of({"admin", "reports", "--json"}).as_json);
  CHECK_FALSE(line_of({"admin", "stats"}).as_json);
  for (auto const& words : {Names{"admin"}, Names{"admin", "ban", "planet", "x"}, Names{"admin", "unban", "session"},
                            Names{"admin", "ban", "session", "guest_x", "--for", "soon"}}) {
    CHECK(line_of(words).leave->exit_code == 2);
  }
}

TEST_CASE("an admin socket may be switched off, and its path must be one that the kernel has room for") {
  CHECK(good_environment({{"ADMIN_SOCKET", ""}}).admin_socket.empty());
  CHECK(faulty_names({{"ADMIN_SOCKET", std::string(108, 'x')}}) == Names{"ADMIN_SOCKET"});
}
