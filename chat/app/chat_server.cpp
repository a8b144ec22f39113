#include "chat/app/chat_server.h"

#include <cstdio>

#include "chat/app/client_network.h"
#include "chat/app/log_output.h"
#include "chat/app/loop_watch.h"
#include "chat/app/rest.h"
#include "chat/app/rest_answers.h"
#include "parley/server/worker.h"

namespace parley::chat {
namespace {

ServerConfig to_server_config(Config const& config, WebPolicy const& policy, TransportRule const& transport) {
  ServerConfig server;
  server.host = config.host;
  server.port = config.port;
  server.workers = config.workers;
  server.session.heartbeat = {config.ping_interval, config.ping_timeout};
  if (!config.tls_certificate_file.empty()) server.tls = {config.tls_certificate_file, config.tls_key_file};
  // The policy decides alone, so that an allowed origin is always told its own name.
  server.cors = Cors{.origins = {}, .credentials = true};
  server.cors->also_allow = [&policy, &transport](std::string_view origin, http::RequestHead const& head,
                                                  server::Via const& via) {
    using enum WebPolicy::Came;
    return policy.allows(origin, head, transport.came_securely(head, via) ? securely : plainly);
  };
  server.cors->methods = WebPolicy::allowed_methods;
  server.cors->headers = WebPolicy::allowed_headers;
  server.cors->guard_websockets = true;
  return server;
}

Now read_clocks() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

/// The token of a handshake: the first of its three places that is not empty.
Json token_of(Handshake const& handshake) {
  auto const is_empty = [](Json const& token) { return token.is_null() || token.as_string() == ""; };
  if (auto const& token = handshake.auth["token"]; !is_empty(token)) return token;
  if (auto const token = handshake.parameter("token"); !token.empty()) return Json(token);
  return Json(rest::bearer_token(handshake.header("authorization")));
}

ConnectError refusal(Refusal why) {
  auto const [message, code] = text_of(why);
  return {std::string(message), Json::object({{"code", code}})};
}

/// The socket that an effect concerns.
struct SocketOf {
  SocketId operator()(Tell const& each) const { return each.to; }
  SocketId operator()(chat::Answer const& each) const { return each.ask.socket; }
  SocketId operator()(JoinRoom const& each) const { return each.socket; }
  SocketId operator()(LeaveRoom const& each) const { return each.socket; }
  SocketId operator()(CloseSocket const& each) const { return each.socket; }
  SocketId operator()(auto const&) const {
    PARLEY_ASSERT(!"the desk carries out all other effects itself");
    return {};
  }
};
SocketId socket_of(Effect const& effect) { return std::visit(SocketOf{}, effect); }

/// Disks do several things at once, but not many.
constexpr unsigned file_threads = 4;
constexpr std::size_t file_jobs_max = 100'000;

/// The session that a socket was admitted with, remembered with it.
constexpr std::string_view session_key = "sessionId";
constexpr std::string_view guest_key = "guestId";
constexpr std::string_view token_expires_key = "tokenExpiresAt";

/// Where a client comes from, and how long it may stay.
Arrival arrival_of(Socket& socket, unsigned trusted_proxies) {
  std::chrono::milliseconds const expires(socket.data()[token_expires_key].as_int().value_or(0));
  return {base::Timestamp(expires), client_address(socket.handshake(), trusted_proxies)};
}

/// Only a client that said it goes, or that was told to, does not come back.
Parting parting_by(CloseReason why) {
  return why == CloseReason::client_namespace_disconnect || why == CloseReason::server_namespace_disconnect
             ? Parting::deliberate
             : Parting::lost;
}

}  // namespace

ChatServer::ChatServer(Config const& config, WebFiles pages, Storage& storage, base::RandomSource& random)
    : limits_{.file_bytes_max = config.file_bytes_max, .voice_seconds_max = config.voice_seconds_max},
      trusted_proxies_(config.trusted_proxies),
      policy_(config.cors_origins),
      transport_(config),
      pages_(std::move(pages), config.public_base_url, config.trusted_proxies),
      ice_servers_(config),
      file_threads_(file_threads, file_jobs_max),
      io_(to_server_config(config, policy_, transport_)),
      meters_(io_.config().workers),
      asked_(io_.config().workers),
      desk_({.session_life = config.session_life,
             .disconnect_grace = config.disconnect_grace,
             .call_answer_time = config.call_answer_time},
            config.stats_interval, TokenAuthority(config.jwt_secret, config.token_life), storage, random,
            {.to_sockets = [this](Effects effects) { to_sockets(std::move(effects)); },
             .to_everyone = [this](RealtimeStats stats) { io_.to(everyone).emit(RealtimeStats::event, stats); },
             .after = [this](base::Duration delay, base::Function<void()> call) { io_.after(delay, std::move(call)); },
             .now = read_clocks,
             .meters = &meters_,
             .erase_files = [this](std::vector<FileId> ids) { file_store_.erase(std::move(ids)); }}),
      rest_limits_(config),
      caps_(config.connections_per_address_max),
      event_meter_({.events_max = config.events_max, .window = config.event_window}),
      admin_desk_(desk_, storage),
      file_store_(config.upload_path, io_, file_threads_),
      files_(config, io_, desk_, rest_limits_, file_store_) {
  set_up_http();
  set_up_sockets();
  desk_.store().on_loaded([this](Snapshot const& kept) { files_.begin(kept.files); });
  io_.on_stop([this] {
    admin_server_.reset();
    desk_.shut_down();
  });
  io_.on_hangup([this] {
    LogOutput::reopen();
    log_info("the log file is opened anew");
    reload_tls();
  });
  io_.on_listening([this, host = config.host, scheme = io_.config().tls ? "https" : "http"](std::uint16_t port) {
    bool const posted = io_.post(lobby_worker, [this] {
      auto& worker = *server::Worker::current();
      if (admin_server_) admin_server_->open(worker.loop(), worker.streams());
    });
    if (!posted) log_error("operators are not listened to");
    auto const shown = host == "0.0.0.0" || host == "::" ? "localhost" : host;
    std::printf("LISTENING %u\n", port);
    std::printf("Parley chat server: %s://%s:%u\n", scheme, shown.c_str(), port);
    if (pages_.empty()) {
      std::printf("Try next: node examples/two-guests/two-guests.mjs %s://%s:%u\n", scheme, shown.c_str(), port);
    } else {
      std::puts("Try next: open it in two browser windows, and press Start in both");
    }
    std::fflush(stdout);
    watch_loops(io_, meters_);
  });
}

int ChatServer::run() {
  int const exit_code = io_.run();
  file_threads_.finish();
  return exit_code;
}

void ChatServer::go_on_from(base::Result<Snapshot, StorageError> kept) {
  // There and not here: what goes on sets timers, which are the worker's.
  io_.on_start([this, held = std::make_shared<base::Result<Snapshot, StorageError>>(std::move(kept))] {
    desk_.go_on_from(std::move(*held));
  });
}

void ChatServer::listen_to_operators(int descriptor, std::string path) {
  admin_server_ = std::make_unique<AdminServer>(descriptor, std::move(path), admin_desk_);
}

void ChatServer::set_up_http() {
  auto& http = io_.http();
  for (auto const& route : rest::routes) {
    http.add(route.method, route.pattern, [this, &route](HttpRequest request) {
      return answer_there(std::move(request), route.answer, route.whom);
    });
  }
  http.get("/api/webrtc/ice-servers", [this](HttpRequest request) -> Task<Response> {
    auto const shared = std::make_shared<HttpRequest>(std::move(request));
    auto work = io_.run_on(lobby_worker, [this, shared] { return tell_ice_servers(desk_, *shared, ice_servers_); });
    co_return co_await std::move(work);
  });
  http.get("/metrics", [this](HttpRequest const&) { return tell_metrics(); });
  files_.add_to(http);
  pages_.add_to(http);
  http.otherwise([this](HttpRequest request) -> Task<Response> {
    if (request.head.method == http::Method::options) co_return WebPolicy::preflight();
    co_return co_await answer_there(std::move(request), rest::nothing_there, rest::Whom::anyone);
  });
  http.before_sending([this](HttpRequest const& request, Response& response) {
    policy_.add_cors_headers(request.head, response.headers, how_came(request.head, {request.peer, request.secure}));
    response.headers.set("X-Request-Id", request.id);
    auto const now = read_clocks().steady;
    meters_.answered(request, response.status, now);
    log_answer(request, response.status, now);
  });
  http.on_error([this](http::HttpError error) {
    auto response = http_failure(error);
    meters_.refused_request(response.status);
    return response;
  });
  io_.on_answer([this](http::Headers& headers, http::RequestHead const& head, server::Via const& via) {
    policy_.add_security_headers(headers, how_came(head, via));
  });
  meters_.know_routes(http.names());
}

void ChatServer::log_answer(HttpRequest const& request, unsigned status, base::TimePoint now) {
  auto const level = status >= 500 ? base::LogLevel::warning : base::LogLevel::debug;
  auto const took = std::chrono::duration<double, std::milli>(now - request.received).count();
  // The route, not the path, which may hold a session's secret.
  base::log(level, "a request was answered",
            {{"request", request.id}, {"route", request.route}, {"status", status}, {"ms", took}});
}

Task<Response> ChatServer::answer_there(HttpRequest request, rest::Answer asked, rest::Whom whom) {
  auto const shared = std::make_shared<HttpRequest>(std::move(request));
  auto work = io_.run_on(lobby_worker, [this, shared, asked, whom]() -> Task<Response> {
    auto const client = client_network(*shared, trusted_proxies_);
    auto const standing = rest_limits_.count_request(shared->target.path, client, desk_.now().steady);
    if (standing && !standing->admitted) co_return too_many_requests(shared->target.path, *standing);
    auto const* ban = desk_.lobby().bans().of_network(client, desk_.now().wall);
    Response response;
    // g++ 12 destroys an aggregate twice when only one branch of a conditional expression waits.
    if (ban && whom == rest::Whom::not_banned) {
      response = forbidden(*ban);
    } else {
      auto asking = asked(desk_, *shared);
      response = co_await std::move(asking);
    }
    if (standing) add_limit_headers(response.headers, *standing);
    co_return response;
  });
  co_return co_await std::move(work);
}

void ChatServer::set_up_sockets() {
  io_.allow_request([this](HttpRequest const& request) -> Result<void, std::string> {
    if (transport_.refuses(request)) return fail(std::string("Secure connection required"));
    return {};
  });
  io_.use([this](Socket& socket) { return admit(socket); });
  io_.on(connection, [this](Socket& socket) { welcome(socket); });
  io_.of("/").on_unknown_event([this](Socket&, std::string_view) { meters_.unknown_event(); });
}

Task<Verdict> ChatServer::admit(Socket& socket) {
  auto const token = token_of(socket.handshake());
  if (!token.as_string()) {
    meters_.not_authenticated(Refusal::token_invalid);
    meters_.handshake_refused(Refusal::token_invalid);
    co_return fail(refusal(Refusal::token_invalid));
  }
  auto work = io_.run_on(
      lobby_worker, [this, text = std::string(*token.as_string()),
                     address = client_address(socket.handshake(), trusted_proxies_)] { return admit(text, address); });
  auto const bearer = co_await std::move(work);
  if (!bearer) {
    log_info("a handshake was refused", {{"socket", socket.id().text()}, {"why", bearer.error().message}});
    co_return fail(bearer.error());
  }
  if (caps_.is_limited()) {
    auto const address = client_address(socket.handshake(), trusted_proxies_);
    auto taking = io_.run_on(lobby_worker,
                             [this, network = network_of(address).value_or(address)] { return take_place(network); });
    auto place = co_await std::move(taking);
    if (!place) {
      meters_.handshake_refused(Refusal::rate_limited);
      log_info("a handshake was refused: too many sockets", {{"socket", socket.id().text()}, {"address", address}});
      co_return fail(ConnectError{"Too many connections from this address", Json::object({{"code", "RATE_LIMITED"}})});
    }
    // The socket holds its listeners until it ends, also if it never joins.
    socket.on(disconnect, [place](CloseReason) {});
  }
  meters_.handshake_accepted();
  socket.data().set(session_key, bearer->key.str());
  socket.data().set(guest_key, bearer->id.str());
  socket.data().set(token_expires_key, bearer->token_expires_at.time_since_epoch().count());
  co_return Verdict{};
}

std::shared_ptr<void const> ChatServer::take_place(std::string const& network) {
  if (!caps_.take(network)) return nullptr;
  return {&caps_, [this, network](void const*) {
            bool const posted = io_.post(lobby_worker, [this, network] { caps_.give_back(network); });
            if (!posted) log_error("a socket still counts for its address", {{"address", network}});
          }};
}

WebPolicy::Came ChatServer::how_came(http::RequestHead const& head, server::Via const& via) const {
  return transport_.came_securely(head, via) ? WebPolicy::Came::securely : WebPolicy::Came::plainly;
}

void ChatServer::reload_tls() {
  if (!io_.config().tls) return;
  auto const reloaded = io_.post_reload_tls();
  if (!reloaded) return log_error("the certificate stays as it was", {{"why", reloaded.error()}});
  log_info("the certificate was loaded again", {{"file", io_.config().tls->certificate_file}});
}

Result<Bearer, ConnectError> ChatServer::admit(std::string_view token, std::string const& address) {
  auto const refuse = [this](Refusal why) {
    meters_.handshake_refused(why);
    return refusal(why);
  };
  if (desk_.shutting_down()) return fail(refuse(Refusal::shutting_down));
  auto const bearer = desk_.authenticate(token);
  if (!bearer) return fail(refuse(bearer.error()));
  auto const now = desk_.now();
  if (auto const admitted = event_meter_.admit_handshake(bearer->id, now.steady); !admitted) {
    meters_.rate_limited("handshakes");
    auto refused = refuse(Refusal::rate_limited);
    refused.data->set("retryAfterMs", admitted.error().count());
    return fail(std::move(refused));
  }
  auto const& bans = desk_.lobby().bans();
  auto const* ban = bans.of_guest(bearer->id, now.wall);
  if (!ban) ban = bans.of_network(network_of(address).value_or(address), now.wall);
  if (!ban) return *bearer;
  auto refused = refuse(Refusal::banned);
  if (ban->until) refused.data->set("until", written(*ban->until));
  return fail(std::move(refused));
}

void ChatServer::welcome(Socket& socket) {
  // Listening comes first: what the client has sent already is acted on after the welcome, in order.
  listen_for_matching(socket);
  listen_for_messages(socket);
  listen_for_safety(socket);
  listen_for_signals(socket);
  listen_for_presence(socket);
  auto const id = socket.id();
  SessionKey const key(std::string(socket.data()[session_key].as_string().value_or("")));
  auto const guest = std::string(socket.data()[guest_key].as_string().value_or(""));
  socket.on(disconnect, [this, &socket, id](CloseReason why) {
    auto const gone = socket.data()[guest_key].as_string().value_or("");
    log_info("a guest has disconnected", {{"socket", id.text()}, {"guest", gone}, {"reason", to_string(why)}});
    bool const posted = io_.post(lobby_worker, [this, id, how = parting_by(why)] {
      desk_.act([&](Lobby& lobby, Now now, Effects& out) { lobby.disconnect(id, how, now, out); });
    });
    if (!posted) log_error("the lobby has not heard of a disconnect", {{"socket", id.text()}});
  });
  log_info("a guest has connected", {{"socket", id.text()}, {"guest", guest}});
  bool const posted = io_.post(lobby_worker, [this, key, id, arrival = arrival_of(socket, trusted_proxies_)] {
    desk_.act([&](Lobby& lobby, Now now, Effects& out) { lobby.connect(key, id, arrival, now, out); });
  });
  if (!posted) socket.drop();
}

Ask ChatServer::keep(Socket const& socket, Ack<> ack) {
  if (!ack) return {socket.id(), 0};
  auto& asked = asked_here();
  asked.waiting.emplace(++asked.last_id, std::move(ack));
  return {socket.id(), asked.last_id};
}

void ChatServer::answer(std::uint64_t ask, Json const& body) {
  auto found = asked_here().waiting.extract(ask);
  if (found) found.mapped()(body);
}

void ChatServer::to_sockets(Effects effects) {
  std::vector<Effects> batches(asked_.size());
  for (auto& effect : effects) batches.at(socket_of(effect).worker()).push_back(std::move(effect));
  for (std::size_t worker = 0; worker < batches.size(); ++worker) {
    if (batches[worker].empty()) continue;
    // At once, so that a broadcast that follows does not overtake it here.
    if (worker == lobby_worker) {
      deliver(batches[worker]);
      continue;
    }
    bool const posted =
        io_.post(static_cast<WorkerId>(worker), [this, batch = std::move(batches[worker])] { deliver(batch); });
    if (!posted) log_error("decisions of the lobby did not reach a worker", {{"worker", worker}});
  }
}

void ChatServer::deliver(Effects const& effects) {
  for (auto const& effect : effects) deliver(effect);
}

void ChatServer::deliver(Effect const& effect) {
  if (auto const* given = std::get_if<chat::Answer>(&effect)) return answer(given->ask.id, given->body);
  if (auto const* tell = std::get_if<Tell>(&effect)) {
    if (auto* const socket = find(tell->to)) {
      std::visit([&](auto const& event) { socket->emit(event.event, payload_of(event)); }, tell->event);
    }
  } else if (auto const* join = std::get_if<JoinRoom>(&effect)) {
    if (auto* const socket = find(join->socket)) socket->join(join->room);
  } else if (auto const* leave = std::get_if<LeaveRoom>(&effect)) {
    if (auto* const socket = find(leave->socket)) socket->leave(leave->room);
  } else if (auto const* close = std::get_if<CloseSocket>(&effect)) {
    auto* const socket = find(close->socket);
    if (!socket) return;
    if (close->how == CloseHow::transport) {
      socket->drop();
    } else {
      socket->disconnect(true);
    }
  }
}

}  // namespace parley::chat
