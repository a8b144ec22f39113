#include "bench/chat/options.h"

#include <CLI/CLI.hpp>
#include <map>

namespace bench {
namespace {

std::map<std::string, ChatCase> const cases{
    {"meet", ChatCase::meet}, {"talk", ChatCase::talk}, {"fixed-rate", ChatCase::fixed_rate}, {"idle", ChatCase::idle}};

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace

ChatOptions read_chat_options(int argc, char** argv) {
  ChatOptions options;
  double seconds = 3, warm_up = 1;
  CLI::App app{"Loads a chat server over loopback with guests, checks all they hear, prints one JSON line."};
  app.add_option("case", options.case_name, "what to measure")->required()->check(CLI::IsMember(cases));
  app.add_option("--pid", options.pid, "the server's process")->required();
  app.add_option("--host", options.endpoint.host)->capture_default_str();
  app.add_option("--port", options.endpoint.port)->capture_default_str();
  app.add_option("--label", options.label, "name of the server in the output");
  app.add_option("--guests", options.guests, "in chats, or idle; for meet: on their way at the same moment")
      ->check(CLI::Range(2, 19'000))
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight, "messages of each guest that are not yet reported delivered")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--text", options.text_bytes, "bytes of a message")
      ->check(CLI::Range(32, 1000))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "messages per second of fixed-rate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", seconds, "of the measured window")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--warm-up", warm_up, "seconds before it")->check(CLI::NonNegativeNumber)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  options.what = cases.at(options.case_name);
  options.seconds_ns = to_ns(seconds);
  options.warm_up_ns = to_ns(warm_up);
  if (options.guests % 2 != 0) throw std::runtime_error("guests meet in twos: their number must be even");
  return options;
}

}  // namespace bench
