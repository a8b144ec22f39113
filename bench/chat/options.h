#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "bench/load/poller.h"

namespace bench {

enum class ChatCase { meet, talk, fixed_rate, idle };

struct ChatOptions {
  ChatCase what = ChatCase::talk;
  std::string case_name;
  Endpoint endpoint{"127.0.0.1", 3001};
  pid_t pid = 0;
  std::string label = "server";
  std::size_t guests = 100;
  std::size_t in_flight = 1;
  std::size_t text_bytes = 64;
  double rate = 2000;  ///< messages per second, all guests together
  std::uint64_t seconds_ns = 3'000'000'000;
  std::uint64_t warm_up_ns = 1'000'000'000;
};

/// Reads the command line; prints what is wrong, or the help, and leaves the process when that is all there is
/// to do.
ChatOptions read_chat_options(int argc, char** argv);

}  // namespace bench
