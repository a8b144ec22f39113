#include "parley/server/worker.h"

#include <unistd.h>

#include "parley/base/log.h"
#include "parley/server/http_connection.h"
#include "parley/server/websocket_connection.h"
#include "parley/socketio/client.h"

namespace parley::server {

using engineio::CloseReason;

namespace {

thread_local Worker* current_worker = nullptr;

/// How long the last words of a stopping server may take to leave.
constexpr base::Duration stop_time = std::chrono::milliseconds(1500);

/// Socket.IO as the user of a session.
class SocketIoUser final : public SessionUser {
 public:
  SocketIoUser(socketio::Hub& hub, Session& session) : client_(hub, session) {}

 private:
  void on_text(std::string_view text) override { client_.receive_text(text); }
  void on_binary(base::BytesView bytes) override { client_.receive_binary(bytes); }
  void on_close(CloseReason why) override { client_.session_closed(why); }
  socketio::Client client_;
};

}  // namespace

/// An application's own code as the user of a session.
class EngineUser final : public SessionUser {
 public:
  EngineUser(Session& session, std::function<void(EngineSocket&)> const& open) : socket_(session) { open(socket_); }

 private:
  void on_text(std::string_view text) override {
    if (socket_.on_text_) socket_.on_text_(text);
  }
  void on_binary(base::BytesView bytes) override {
    if (socket_.on_binary_) socket_.on_binary_(bytes);
  }
  void on_close(CloseReason why) override {
    if (socket_.on_close_) socket_.on_close_(why);
  }
  EngineSocket socket_;
};

void EngineSocket::send_text(std::string_view text) {
  engineio::Message message;
  message.buffer = std::string(engineio::Message::headroom, '\0') + '4';
  message.buffer += text;
  message.start = message.frame_start = engineio::Message::headroom;
  session_.send(message);
}

void EngineSocket::send_binary(base::BytesView bytes) { session_.send_binary(bytes); }

Worker::Worker(Application& application, std::vector<std::unique_ptr<Worker>> const& all, base::WorkerId id,
               int listening_descriptor)
    : application_(application),
      all_(all),
      id_(id),
      engine_path_(application.config.path + "/"),
      tls_(application.tls) {
  loop_.on_wake([this] { read_mail(); });
  loop_.on_turn_end([this] { finish_turn(); });
  hub_ = std::make_unique<socketio::Hub>(*this, application.config.sockets, application.specs);
  listener_ =
      std::make_unique<net::Listener>(loop_, listening_descriptor, [this](int descriptor, net::Address const& peer) {
        accept({descriptor, {}, tls_ ? std::make_unique<net::TlsSession>(*tls_) : nullptr}, peer, std::nullopt);
      });
}

Worker::~Worker() = default;

Worker* Worker::current() { return current_worker; }

void Worker::run_before(base::FunctionRef<void()> call) {
  current_worker = this;
  outgoing_.resize(all_.size());
  call();
  current_worker = nullptr;
}

void Worker::run() {
  current_worker = this;
  outgoing_.resize(all_.size());
  loop_.run();
  // What is left is freed here, while this is still its worker: first whatever waits for a time.
  timers().abandon();
  http_.clear();
  websockets_.clear();
  sessions_.clear();
  current_worker = nullptr;
}

bool Worker::post_job(Job job) {
  switch (mailbox_.post(std::move(job))) {
    case base::Mailbox<Job>::Posted::first:
      loop_.wake();
      return true;
    case base::Mailbox<Job>::Posted::later:
      return true;
    case base::Mailbox<Job>::Posted::full:
      return false;
  }
  return false;
}

bool Worker::send_job(base::WorkerId to, Job job) {
  if (outgoing_[to].size() >= mailbox_limit) return false;
  outgoing_[to].push_back(std::move(job));
  return true;
}

bool Worker::post(base::WorkerId to, base::Function<void(socketio::Hub&)> call) {
  return send_job(to, [call = std::move(call)](Worker& other) mutable { call(other.hub()); });
}

void Worker::read_mail() {
  mailbox_.take(mail_);
  for (auto& job : mail_) job(*this);
  mail_.clear();
}

void Worker::finish_turn() {
  for (auto const& id : std::exchange(overflowing_, {})) {
    if (auto const at = sessions_.find(id); at != sessions_.end()) at->second->end_overflow();
  }
  for (auto const& id : std::exchange(answering_, {})) {
    if (auto const at = sessions_.find(id); at != sessions_.end()) at->second->answer_poll();
  }
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    if (outgoing_[to].empty()) continue;
    auto& other = *all_[to];
    auto const posted = other.mailbox_.post_all(outgoing_[to]);
    if (posted != base::Mailbox<Job>::Posted::later) other.loop_.wake();
    // What does not fit waits for the next turn, which is to come even if nothing else happens.
    if (posted == base::Mailbox<Job>::Posted::full) loop_.after(std::chrono::milliseconds(1), [] {});
  }
  streams_.flush_dirty();
}

void Worker::seal(engineio::Message& message) const { WebSocketConnection::seal(message); }

std::string const& Worker::http_date() {
  if (now() >= date_until_) {
    date_ = http::http_date(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    date_until_ = now() + std::chrono::seconds(1);
  }
  return date_;
}

// Connections ---------------------------------------------------------------------------------------------------------

void Worker::accept(net::Stream::Released from, net::Address const& peer, std::optional<std::string> bytes) {
  // One that another worker hands over may bring the poll that a last answer waits for.
  if (stopping_ && !bytes) {
    close(from.descriptor);
    return;
  }
  auto stream = std::make_unique<net::Stream>(streams_, from.descriptor, peer, std::move(from.tls));
  auto connection = std::make_unique<HttpConnection>(*this, std::move(stream));
  auto& opened = *connection;
  http_.emplace(&opened, std::move(connection));
  application_.connections.add(1);
  if (application_.connections.read() > static_cast<std::int64_t>(config().limits.connections_max)) {
    return opened.turn_away();
  }
  bytes ? opened.adopt(std::move(*bytes), from.unsent) : opened.open();
}

void Worker::move_connection(base::WorkerId to, net::Stream::Released from, net::Address const& peer,
                             std::string bytes) {
  if (from.descriptor < 0) return;
  int const descriptor = from.descriptor;
  bool const sent = send_job(to, [from = std::move(from), peer, bytes = std::move(bytes)](Worker& other) mutable {
    other.accept(std::move(from), peer, std::move(bytes));
  });
  if (!sent) close(descriptor);
}

WebSocketConnection& Worker::adopt_websocket(std::unique_ptr<net::Stream> stream) {
  auto connection = std::make_unique<WebSocketConnection>(*this, std::move(stream));
  auto& adopted = *connection;
  websockets_.emplace(&adopted, std::move(connection));
  application_.connections.add(1);
  return adopted;
}

void Worker::forget(HttpConnection& connection) {
  auto held = http_.extract(&connection);
  if (!held) return;
  application_.connections.add(-1);
  loop_.bury(std::move(held.mapped()));
}

void Worker::forget(WebSocketConnection& connection) {
  auto held = websockets_.extract(&connection);
  if (!held) return;
  application_.connections.add(-1);
  loop_.bury(std::move(held.mapped()));
}

// Sessions ------------------------------------------------------------------------------------------------------------

Session* Worker::find_session(std::string_view text) const {
  auto const id = base::SessionId::parse(text);
  auto const at = id ? sessions_.find(*id) : sessions_.end();
  return at == sessions_.end() ? nullptr : at->second.get();
}

Session& Worker::create_session(engineio::TransportKind first, Origin origin) {
  origin.issued = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto const id = base::SessionId::make(id_, entropy_);
  auto& session = *sessions_.emplace(id, std::make_unique<Session>(*this, id, first, std::move(origin))).first->second;
  application_.sessions.add(1);
  std::unique_ptr<SessionUser> user;
  if (application_.on_engine_session) {
    user = std::make_unique<EngineUser>(session, application_.on_engine_session);
  } else {
    user = std::make_unique<SocketIoUser>(*hub_, session);
  }
  session.open(std::move(user));
  return session;
}

void Worker::forget(Session& session) {
  auto held = sessions_.extract(session.id());
  if (!held) return;
  application_.sessions.add(-1);
  loop_.bury(std::move(held.mapped()));
}

std::optional<std::string> Worker::check_request(http::RequestHead const& head, http::Target const& target,
                                                 Via const& via) const {
  if (!application_.allow_request) return std::nullopt;
  auto const verdict = application_.allow_request({head, target, {}, std::string(via.peer), {}, {}, now(), via.secure});
  return verdict ? std::nullopt : std::optional(verdict.error());
}

void Worker::add_engine_headers(http::Headers& headers, http::RequestHead const& request, FirstResponse first) const {
  if (first == FirstResponse::yes && application_.initial_headers) application_.initial_headers(headers, request);
  if (application_.headers) application_.headers(headers, request);
}

void Worker::report_refusal(int code, std::string const& message, http::RequestHead const& request) const {
  base::log_debug("a request is refused", {{"code", code}, {"message", message}});
  if (application_.on_refusal) application_.on_refusal({code, message, request});
}

// The end -------------------------------------------------------------------------------------------------------------

void Worker::stop() {
  if (std::exchange(stopping_, true)) return;
  listener_.reset();
  std::vector<Session*> open;
  for (auto const& [id, session] : sessions_) open.push_back(session.get());
  for (auto* session : open) session->close(CloseReason::server_shutting_down);
  leave_when_quiet(now() + stop_time);
}

void Worker::leave_when_quiet(base::TimePoint deadline) {
  // What is left then are polling clients that have not come for their last words, and idle connections.
  loop_.after(std::chrono::milliseconds(20), [this, deadline] {
    bool const quiet = streams_.farewells() == 0 && sessions_.empty();
    if (quiet || now() >= deadline) return loop_.stop();
    leave_when_quiet(deadline);
  });
}

}  // namespace parley::server
