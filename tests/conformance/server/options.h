#pragma once

#include <string>
#include <vector>

#include "parley/parley.h"

namespace conformance {

/// The flags, as they were given.
struct Options {
  parley::ServerConfig server;
  bool engine_only = false;
  bool allow_request = false;
  bool custom_headers = false;
  std::string node_name = "node";
};

/// Ends the process: 64 and a message for a flag that is not known or asks for what is not there.
Options read_options(int argc, char** argv);

}  // namespace conformance
