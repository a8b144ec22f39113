/// A load client for servers that follow the bench server's contract, and for the bare TCP echo.
/// One case per run; one JSON line on standard output; a wrong answer ends the run with status 1.

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <iostream>

#include "bench/load/meter.h"
#include "bench/load/options.h"
#include "bench/load/polling.h"
#include "bench/load/sessions.h"
#include "bench/load/traffic.h"

namespace {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string measure(bench::Options const& options) {
  bench::ServerProbe const server{options.pid};
  if (options.what == bench::Case::idle) return bench::measure_idle(options, server);
  bench::Meter meter{server};
  switch (options.what) {
    case bench::Case::connect:
      bench::measure_connects(options, meter);
      break;
    case bench::Case::polling:
      bench::PollingTraffic{options, meter}.run();
      break;
    default:
      bench::Traffic{options, meter}.run();
  }
  return meter.report();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const options = bench::read_options(argc, argv);
    raise_descriptor_limit();
    auto const figures = measure(options);
    std::cout << R"({"case":")" << options.case_name << R"(","server":")" << options.label << R"(","connections":)"
              << options.connections << R"(,"in_flight":)" << options.in_flight << R"(,"payload_bytes":)"
              << options.payload_bytes << "," << figures << "}" << std::endl;
    return 0;
  } catch (std::exception const& error) {
    std::cerr << "bench-load: " << error.what() << "\n";
    return 1;
  }
}
