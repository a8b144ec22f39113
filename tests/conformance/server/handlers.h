#pragma once

#include "tests/conformance/server/options.h"

namespace conformance {

/// The namespaces, and what every handler of theirs needs.
class Handlers {
 public:
  Handlers(parley::Server& io, std::string node_name);

  /// Sends an entry to all clients of /log.
  void log(parley::Json entry);

 private:
  void add_namespaces();
  void add_common(parley::Socket& socket);
  void add_questions(parley::Socket& socket);
  parley::Task<parley::Json> command(parley::Socket& socket, parley::Json spec);
  parley::Task<parley::Json> emit(parley::Socket& socket, parley::Json const& spec);
  void emit_once(parley::Socket& socket, parley::Json const& spec, parley::JsonArgs const& args);
  parley::BroadcastOperator target(parley::Socket& socket, parley::Json const& spec);

  parley::Server& io_;
  parley::NamespaceHandle log_;
  parley::ParentNamespace dynamic_;
  std::string const node_name_;
};

/// Rooms sorted by name.
parley::Json to_json_array(std::vector<parley::RoomName> rooms);

}  // namespace conformance
