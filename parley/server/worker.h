#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "parley/base/mailbox.h"
#include "parley/net/entropy.h"
#include "parley/net/event_loop.h"
#include "parley/net/listener.h"
#include "parley/net/stream.h"
#include "parley/server/application.h"
#include "parley/socketio/hub.h"

namespace parley::server {

class HttpConnection;
class WebSocketConnection;

/// One thread, its loop, and everything reachable from it: connections, sessions, sockets.
/// Nothing inside is locked; the mailbox is the only door.
class Worker final : public socketio::Host {
 public:
  using Job = base::Function<void(Worker&)>;

  Worker(Application& application, std::vector<std::unique_ptr<Worker>> const& all, base::WorkerId id,
         int listening_descriptor);
  ~Worker() override;

  /// The worker whose thread this is; null elsewhere.
  static Worker* current();
  /// Runs `call` as if on this worker, which does not run yet.
  void run_before(base::FunctionRef<void()> call);
  /// Serves until `stop` has done its work.
  void run();
  /// Ends all sessions, lets their last words leave, and then lets `run` return.
  void stop();
  /// Any thread. False: the mailbox is full.
  [[nodiscard]] bool post_job(Job job);
  /// From this worker to another (or itself): sent when the turn is over, in order.
  [[nodiscard]] bool send_job(base::WorkerId to, Job job);
  /// Connections accepted from now on begin with `tls`.
  void use_tls(std::shared_ptr<net::TlsContext const> tls) { tls_ = std::move(tls); }

  // Host ----------------------------------------------------------------------------------------------------------
  base::WorkerId worker() const override { return id_; }
  unsigned workers() const override { return static_cast<unsigned>(all_.size()); }
  base::RandomSource& random() override { return entropy_; }
  void after(base::Duration delay, base::Function<void()> call) override { loop_.after(delay, std::move(call)); }
  void seal(engineio::Message& message) const override;
  bool post(base::WorkerId to, base::Function<void(socketio::Hub&)> call) override;

  // For connections and sessions ------------------------------------------------------------------------------------
  ServerConfig const& config() const { return application_.config; }
  HttpRoutes const& routes() const { return application_.routes; }
  std::string_view engine_path() const { return engine_path_; }
  socketio::Hub& hub() { return *hub_; }
  net::EventLoop& loop() { return loop_; }
  net::Timers& timers() { return loop_.timers(); }
  net::StreamHub& streams() { return streams_; }
  base::TimePoint now() const { return loop_.now(); }
  engineio::Outputs& outputs() { return outputs_; }
  std::string const& http_date();

  Session* find_session(std::string_view id) const;
  Session& create_session(engineio::TransportKind first, Origin origin);
  /// The session's answer to its poll waits until the turn has said all it has to say.
  void answer_at_turn_end(base::SessionId const& id) { answering_.push_back(id); }
  void end_at_turn_end(base::SessionId const& id) { overflowing_.push_back(id); }
  void forget(Session& session);

  WebSocketConnection& adopt_websocket(std::unique_ptr<net::Stream> stream);
  void move_connection(base::WorkerId to, net::Stream::Released from, net::Address const& peer, std::string bytes);
  void forget(HttpConnection& connection);
  void forget(WebSocketConnection& connection);

  /// The policy's reason against a new session.
  std::optional<std::string> check_request(http::RequestHead const& head, http::Target const& target,
                                           Via const& via) const;
  enum class FirstResponse { yes, no };
  void add_engine_headers(http::Headers& headers, http::RequestHead const& request, FirstResponse first) const;
  void complete_headers(http::Headers& headers, http::RequestHead const& request, Via const& via) const {
    if (application_.every_answer) application_.every_answer(headers, request, via);
  }
  void report_refusal(int code, std::string const& message, http::RequestHead const& request) const;

 private:
  /// `bytes` were read from the connection already; null: it is new.
  void accept(net::Stream::Released from, net::Address const& peer, std::optional<std::string> bytes);
  void read_mail();
  void finish_turn();
  void leave_when_quiet(base::TimePoint deadline);

  static constexpr std::size_t mailbox_limit = 1 << 20;

  Application& application_;
  std::vector<std::unique_ptr<Worker>> const& all_;
  base::WorkerId const id_;
  std::string const engine_path_;
  net::EventLoop loop_;
  net::StreamHub streams_{loop_};
  net::Entropy entropy_;
  base::Mailbox<Job> mailbox_{mailbox_limit};
  std::vector<std::vector<Job>> outgoing_;  ///< by receiver
  std::vector<Job> mail_;
  engineio::Outputs outputs_;
  std::vector<base::SessionId> answering_;
  std::vector<base::SessionId> overflowing_;
  std::shared_ptr<net::TlsContext const> tls_;
  std::string date_;
  base::TimePoint date_until_;
  bool stopping_ = false;

  std::unique_ptr<socketio::Hub> hub_;
  std::unordered_map<base::SessionId, std::unique_ptr<Session>> sessions_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> http_;
  std::unordered_map<WebSocketConnection*, std::unique_ptr<WebSocketConnection>> websockets_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace parley::server
