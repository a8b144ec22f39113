#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "chat/app/admin_desk.h"
#include "parley/net/listener.h"
#include "parley/net/stream.h"

namespace parley::chat {

/// Serves `parley admin` over a socket in the file system: one JSON object to a line, and one line for an answer.
///
/// Lives on  the lobby's worker.
class AdminServer {
 public:
  /// `descriptor` listens already and stands at `path`; both are its own from now on. Whoever calls before `open`
  /// waits.
  AdminServer(int descriptor, std::string path, AdminDesk const& desk);
  ~AdminServer();
  AdminServer(AdminServer const&) = delete;
  AdminServer& operator=(AdminServer const&) = delete;

  void open(net::EventLoop& loop, net::StreamHub& streams);

 private:
  class Caller;
  static constexpr std::size_t callers_max = 16;
  void accept(int descriptor, net::Address const& peer);
  void forget(Caller& caller);

  int descriptor_;
  std::string path_;
  std::shared_ptr<AdminDesk> desk_;  ///< shared with questions that wait for the storage
  std::unordered_map<Caller*, std::shared_ptr<Caller>> callers_;
  net::EventLoop* loop_ = nullptr;  ///< from `open` on, like the two below
  net::StreamHub* streams_ = nullptr;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace parley::chat
