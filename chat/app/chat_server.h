#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "chat/app/admin_server.h"
#include "chat/app/config.h"
#include "chat/app/connection_caps.h"
#include "chat/app/directory_file_store.h"
#include "chat/app/file_routes.h"
#include "chat/app/ice_servers.h"
#include "chat/app/lobby_desk.h"
#include "chat/app/rest.h"
#include "chat/app/rest_limits.h"
#include "chat/app/transport_rule.h"
#include "chat/app/web_pages.h"
#include "chat/app/web_policy.h"
#include "chat/domain/client_events.h"
#include "chat/storage/storage.h"
#include "parley/parley.h"

namespace parley::chat {

/// The chat on top of the Socket.IO server. Handlers only translate: they read what came in on the worker of its
/// socket, ask the lobby on the lobby's worker, and whatever the lobby decides is carried to the workers of the
/// sockets it concerns.
///
///   socket's worker ─post→ lobby's worker ─Effects, one batch per worker→ sockets' workers
///
/// Everything a socket sends goes this one way, so it is acted on in the order in which it was sent.
class ChatServer {
 public:
  /// `storage` and `random` live on worker 0, the thread that calls `run`.
  ChatServer(Config const& config, WebFiles pages, Storage& storage, base::RandomSource& random);

  /// Before it runs: what was kept before this process began, or why that is not known yet.
  void go_on_from(base::Result<Snapshot, StorageError> kept);
  /// Any thread. Runs a call where the lobby lives. False: its mailbox is full.
  [[nodiscard]] bool post_to_lobby(base::Function<void()> call) { return io_.post(lobby_worker, std::move(call)); }
  /// Before it runs: lets operators ask over this socket, which stands at `path`. Takes both over.
  void listen_to_operators(int descriptor, std::string path);
  /// Serves until the process is told to stop. Returns its exit code.
  int run();

 private:
  static constexpr WorkerId lobby_worker = 0;

  /// The acknowledgements that clients wait for, on one worker.
  struct Asked {
    std::unordered_map<std::uint64_t, Ack<>> waiting;
    std::uint64_t last_id = 0;
  };

  void set_up_http();
  /// Answers on the lobby's worker, unless the client has asked too often or is banned.
  static void log_answer(HttpRequest const& request, unsigned status, base::TimePoint now);
  Task<Response> answer_there(HttpRequest request, rest::Answer asked, rest::Whom whom);
  void set_up_sockets();
  Task<Verdict> admit(Socket& socket);
  /// On the lobby's worker: one of the sockets that a network may have, held as long as what it returns; null if there
  /// is none left.
  std::shared_ptr<void const> take_place(std::string const& network);
  WebPolicy::Came how_came(http::RequestHead const& head, server::Via const& via) const;
  void reload_tls();
  /// Whether the bearer of a token may open a socket. On the lobby's worker.
  Result<Bearer, ConnectError> admit(std::string_view token, std::string const& address);
  void welcome(Socket& socket);
  void listen_for_matching(Socket& socket);
  void listen_for_messages(Socket& socket);
  void listen_for_safety(Socket& socket);
  void listen_for_signals(Socket& socket);
  void listen_for_presence(Socket& socket);

  /// Listens for an event: `read` takes the payload apart on the socket's worker, `act` asks the lobby on its own.
  template <class Read, class Act>
  void listen(Socket& socket, ClientEventName event, Read read, Act act);
  template <class Act>
  void listen(Socket& socket, ClientEventName event, Act act);
  /// The one check before the lobby acts on an event. False when it comes too often, and its sender has been told.
  bool admit(ClientEvent const& event, Ask ask, Now now, Effects& out);

  Asked& asked_here() { return asked_[Server::this_worker()]; }
  Ask keep(Socket const& socket, Ack<> ack);
  void answer(std::uint64_t ask, Json const& body);
  Task<Response> tell_metrics();

  void to_sockets(Effects effects);
  void deliver(Effects const& effects);
  void deliver(Effect const& effect);
  Socket* find(SocketId const& id) { return io_.of("/").find(id); }

  ContentLimits limits_;
  unsigned trusted_proxies_;
  WebPolicy policy_;
  TransportRule transport_;
  WebPages pages_;
  IceServers ice_servers_;
  net::BlockingPool file_threads_;
  Server io_;
  Meters meters_;
  std::vector<Asked> asked_;  ///< by worker; each is touched by its own alone
  LobbyDesk desk_;
  RestLimits rest_limits_;  ///< of the lobby's worker, like the desk
  ConnectionCaps caps_;     ///< likewise
  EventMeter event_meter_;  ///< likewise
  AdminDesk admin_desk_;    ///< likewise
  std::unique_ptr<AdminServer> admin_server_;
  DirectoryFileStore file_store_;
  FileRoutes files_;
};

}  // namespace parley::chat
