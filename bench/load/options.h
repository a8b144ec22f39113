#pragma once

#include <sys/types.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "bench/load/handshake.h"
#include "bench/load/message_ring.h"
#include "bench/load/poller.h"

namespace bench {

enum class Case { echo, ack, binary, pairs, broadcast, fixed_rate, polling, connect, idle };

struct Options {
  Case what = Case::echo;
  std::string case_name;
  Endpoint endpoint{"127.0.0.1", 3000};
  pid_t pid = 0;
  std::string label = "server";
  std::size_t connections = 100;
  std::size_t in_flight = 1;
  std::size_t payload_bytes = 32;
  PayloadShape shape = PayloadShape::string;
  double rate = 2000;  ///< messages per second, all connections together
  std::uint64_t seconds_ns = 3'000'000'000;
  std::uint64_t warm_up_ns = 1'000'000'000;
  ClientKind client = ClientKind::lean;
  bool raw = false;
};

/// Reads the command line; prints what is wrong, or the help, and leaves the process when that is all there is
/// to do.
Options read_options(int argc, char** argv);

}  // namespace bench
