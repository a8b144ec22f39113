/// A load client for chat servers. One case per run; one JSON line on standard output; whatever a guest hears that it
/// should not ends the run with status 1.

#include <sys/resource.h>

#include <exception>
#include <iostream>

#include "bench/chat/options.h"
#include "bench/chat/scenarios.h"
#include "bench/load/meter.h"

namespace {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string measure(bench::ChatOptions const& options) {
  bench::ServerProbe const server{options.pid};
  switch (options.what) {
    case bench::ChatCase::meet:
      return bench::measure_meetings(options, server);
    case bench::ChatCase::idle:
      return bench::measure_idle_guests(options, server);
    default:
      return bench::measure_talk(options, server);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const options = bench::read_chat_options(argc, argv);
    raise_descriptor_limit();
    auto const figures = measure(options);
    std::cout << R"({"case":")" << options.case_name << R"(","server":")" << options.label << R"(","guests":)"
              << options.guests << R"(,"in_flight":)" << options.in_flight << R"(,"text_bytes":)" << options.text_bytes
              << "," << figures << "}" << std::endl;
    return 0;
  } catch (std::exception const& error) {
    std::cerr << "bench-chat: " << error.what() << "\n";
    return 1;
  }
}
