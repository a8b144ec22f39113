#include "chat/app/config.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace parley::chat;
using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

namespace {

Environment environment(Variables variables) {
  return [variables = std::move(variables)](std::string const& name) {
    auto const found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}
Config good(Variables variables, CommandLine const& line = {}) {
  auto config = read_config(line, environment(std::move(variables)));
  REQUIRE(config);
  return *config;
}
std::vector<std::string> faulty_names(Variables variables) {
  auto const config = read_config({}, environment(std::move(variables)));
  std::vector<std::string> names;
  if (config) return names;
  for (auto const& fault : config.error()) names.push_back(fault.name);
  return names;
}

}  // namespace

TEST_CASE("without any setting the defaults are those of the contract") {
  auto const config = good({});
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
  auto const config = good({{"PORT", "0"},
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

TEST_CASE("a flag wins over the environment") {
  char const* const arguments[] = {"parley", "--port", "4000", "--jwt-secret=s"};
  auto const line = read_command_line(4, arguments);
  REQUIRE_FALSE(line.leave);
  auto const config = good({{"PORT", "5000"}, {"HOST", "::1"}}, line);
  CHECK(config.port == 4000);
  CHECK(config.jwt_secret == "s");
  CHECK(config.host == "::1");
}

TEST_CASE("an unknown flag is an error, help and version are not") {
  char const* const unknown[] = {"parley", "--nonsense", "1"};
  CHECK(read_command_line(3, unknown).leave->exit_code == 2);
  char const* const help[] = {"parley", "--help"};
  auto const shown = read_command_line(2, help).leave;
  CHECK(shown->exit_code == 0);
  CHECK(shown->text.find("--jwt-secret") != std::string::npos);
}

TEST_CASE("every value that cannot be used is named, all together") {
  CHECK(faulty_names({{"PORT", "70000"}, {"JWT_EXPIRES_IN", "soon"}, {"WORKERS", "-1"}, {"TRUST_PROXY", "1x"}}) ==
        std::vector<std::string>{"PORT", "WORKERS", "JWT_EXPIRES_IN", "TRUST_PROXY"});
  for (auto const& [name, value] : Variables{{"PARLEY_ENV", "prod"},
                                             {"CORS_ORIGIN", "localhost"},
                                             {"SESSION_TTL_SECONDS", "0"},
                                             {"SOCKET_PING_INTERVAL", "2.5"},
                                             {"LOG_LEVEL", "loud"},
                                             {"MAX_FILE_SIZE", "ten"}}) {
    CHECK(faulty_names({{name, value}}) == std::vector{name});
  }
}

TEST_CASE("production asks for a strong secret, also when it is Node's variable that says so") {
  for (std::string const& variable : {std::string("PARLEY_ENV"), std::string("NODE_ENV")}) {
    CHECK(faulty_names({{variable, "production"}}) == std::vector<std::string>{"JWT_SECRET"});
    CHECK(faulty_names({{variable, "production"}, {"JWT_SECRET", std::string(31, 's')}}) ==
          std::vector<std::string>{"JWT_SECRET"});
    CHECK(faulty_names({{variable, "production"}, {"JWT_SECRET", std::string(32, 's')}}).empty());
  }
  CHECK_FALSE(good({{"PARLEY_ENV", "development"}, {"NODE_ENV", "production"}}).production);
}
