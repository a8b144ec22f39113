#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "parley/socketio/namespace.h"

namespace parley::socketio {

struct HubConfig {
  base::Duration connect_timeout = std::chrono::seconds(45);  ///< from the session's start to its first namespace
  bool cleanup_empty_child_namespaces = false;
};

using Specs = std::vector<std::shared_ptr<NamespaceSpec>>;

/// All namespaces of one worker, and what its sockets share.
/// Lives on  one worker.
class Hub {
 public:
  Hub(Host& host, HubConfig const& config, Specs const& specs);
  ~Hub();

  Host& host() const { return host_; }
  HubConfig const& config() const { return config_; }
  Adapter& adapter() const { return *adapter_; }
  void set_adapter(std::unique_ptr<Adapter> adapter) { adapter_ = std::move(adapter); }

  Namespace* find(std::string_view name) const;
  /// An existing namespace, or the child that a pattern accepts under that name; null: there is none such.
  std::shared_ptr<Namespace> open(std::string_view name, base::Json const& auth);
  /// A socket has left; an empty child may go.
  void left(Namespace& nsp);
  std::vector<std::string> namespace_names() const;
  /// Calls `visit` for each child of a pattern.
  void for_each_child(NamespaceSpec const& parent, base::FunctionRef<void(Namespace&)> visit) const;

  /// Different on every worker, so that an answer cannot be taken for that to another question.
  std::uint64_t next_ack_id();
  base::JsonParser& parser() { return parser_; }
  base::JsonParser& outgoing_parser() { return outgoing_parser_; }
  Message& scratch() { return scratch_; }
  /// The same text, with a life as long as the hub's.
  std::string_view pooled(std::string_view name);

  /// The part of a broadcast that concerns this worker's sockets; `acked` set: each of them is asked for an answer.
  void broadcast_here(Broadcast const& broadcast, Socket const* but);
  std::size_t ask_here(Broadcast const& broadcast, std::uint64_t ack_id, Socket const* but,
                       std::function<void(Answer)> const& on_answer);

 private:
  Host& host_;
  HubConfig const config_;
  Specs const& specs_;
  std::unique_ptr<Adapter> adapter_;
  std::unordered_map<std::string, std::shared_ptr<Namespace>, base::TextHash, std::equal_to<>> namespaces_;
  std::unordered_set<std::string, base::TextHash, std::equal_to<>> names_;
  base::JsonParser parser_;
  base::JsonParser outgoing_parser_;
  Message scratch_;
  std::uint64_t ack_ids_ = 0;
};

}  // namespace parley::socketio
