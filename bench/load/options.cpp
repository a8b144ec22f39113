#include "bench/load/options.h"

#include <CLI/CLI.hpp>
#include <map>

namespace bench {
namespace {

std::map<std::string, Case> const cases{
    {"echo", Case::echo},           {"ack", Case::ack},
    {"binary", Case::binary},       {"pairs", Case::pairs},
    {"broadcast", Case::broadcast}, {"fixed-rate", Case::fixed_rate},
    {"polling", Case::polling},     {"connect", Case::connect},
    {"idle", Case::idle},
};

std::map<std::string, PayloadShape> const shapes{{"string", PayloadShape::string}, {"object", PayloadShape::object}};

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

/// What a case cannot do is refused rather than quietly measured as something else.
void check(Options const& options) {
  auto const refuse = [](bool wrong, std::string const& why) {
    if (wrong) throw std::runtime_error(why);
  };
  refuse(options.what == Case::pairs && options.connections % 2 != 0, "pairs need an even number of connections");
  refuse(options.what == Case::broadcast && options.in_flight > options.connections, "more broadcasts than speakers");
  refuse(options.what == Case::polling && options.in_flight != 1, "polling keeps one message in flight");
  refuse(options.raw && (options.what == Case::polling || options.what == Case::connect || options.what == Case::idle),
         "--raw measures bytes sent back: not for polling, connect or idle");
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options options;
  double seconds = 3, warm_up = 1;
  CLI::App app{"Loads a Socket.IO server over loopback, checks every answer, prints one JSON line."};
  app.add_option("case", options.case_name, "what to measure")->required()->check(CLI::IsMember(cases));
  app.add_option("--pid", options.pid, "the server's process")->required();
  app.add_option("--host", options.endpoint.host)->capture_default_str();
  app.add_option("--port", options.endpoint.port)->capture_default_str();
  app.add_option("--label", options.label, "name of the server in the output");
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 60'000))->capture_default_str();
  app.add_option("--in-flight", options.in_flight,
                 "messages under way per connection; per room for pairs and broadcast")
      ->check(CLI::Range(1, 90))
      ->capture_default_str();
  app.add_option("--payload", options.payload_bytes, "bytes")->check(CLI::Range(16, 900'000))->capture_default_str();
  app.add_option("--shape", options.shape, "of the payload: string or object")->transform(CLI::Transformer(shapes));
  app.add_option("--rate", options.rate, "messages per second of fixed-rate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", seconds, "of the measured window")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--warm-up", warm_up, "seconds before it")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_flag_callback(
      "--browser", [&options] { options.client = ClientKind::browser; }, "upgrade with the headers a browser sends");
  app.add_flag("--raw", options.raw, "no protocol: the same bytes over TCP, expected back unchanged");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  options.what = cases.at(options.case_name);
  options.seconds_ns = to_ns(seconds);
  options.warm_up_ns = to_ns(warm_up);
  check(options);
  return options;
}

}  // namespace bench
