#include "parley/server/http_connection.h"

#include <algorithm>

#include "parley/base/log.h"
#include "parley/server/session.h"
#include "parley/server/websocket_connection.h"
#include "parley/server/worker.h"
#include "parley/websocket/handshake.h"

namespace parley::server {

using engineio::TransportKind;

namespace {

constexpr base::Duration farewell_time = std::chrono::seconds(2);
/// A client that is still sending hears the answer when it is done, or when it looks.
constexpr base::Duration unread_body_farewell_time = std::chrono::seconds(10);
/// Bytes of further requests that may wait until this one is answered.
constexpr std::size_t later_bytes_max = 64 * 1024;
/// Answers that a client may leave unread while it asks for more.
constexpr std::size_t unread_bytes_max = 256 * 1024;

http::Response engine_response(std::string body, std::string_view type) {
  return {200, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace

HttpConnection::HttpConnection(Worker& worker, std::unique_ptr<net::Stream> stream)
    : worker_(worker),
      stream_(std::move(stream)),
      peer_(stream_->peer().host()),
      secure_(stream_->is_encrypted()),
      alive_(std::make_shared<HttpConnection*>(this)) {}

HttpConnection::~HttpConnection() {
  // Whoever waits goes on within this call, and must not find us.
  alive_.reset();
  if (feed_) feed_->abandon();
}

void HttpConnection::open() {
  auto const& limits = worker_.config().limits;
  set_deadline(secure_ ? std::min(limits.tls_handshake, limits.http_request) : limits.http_request);
  stream_->open(*this);
}

void HttpConnection::turn_away() {
  if (secure_) return leave();
  stream_->open(*this);
  http::Response busy{503, {{"Retry-After", "5"}}, {}};
  write(busy, false, false);
  worker_.streams().say_farewell(std::move(stream_), farewell_time);
  leave();
}

void HttpConnection::adopt(std::string bytes, std::string_view unsent) {
  set_deadline(worker_.config().limits.http_request);
  auto const length = bytes.size();
  bytes.resize(length + base::json_padding_bytes);
  stream_->outbox().append(base::as_bytes(unsent));
  stream_->open(*this);
  if (stream_) stream_->feed({reinterpret_cast<std::uint8_t*>(bytes.data()), length});
}

void HttpConnection::set_deadline(base::Duration time) { worker_.timers().set(*this, worker_.now() + time); }

void HttpConnection::on_timer(base::TimePoint) {
  if (!stream_) return;
  if (doing_ == Doing::sending) return leave();
  if (doing_ == Doing::streaming) {
    bool const idle = feed_->is_wanted() && bytes_in_interval_ < worker_.config().limits.body_bytes_min;
    if (idle) return body_failed(http::HttpError::body_too_slow);
    bytes_in_interval_ = 0;
    return set_deadline(worker_.config().limits.body_interval);
  }
  // An idle connection just ends; one that is slow to say what it wants is told so.
  if (head_seen_) {
    last_ = true;
    if (session_) session_->request_aborted(*this);
    if (stream_) answer({408, {}, {}});
    return;
  }
  leave();
}

void HttpConnection::on_end(net::StreamEnd) {
  if (auto* const session = std::exchange(session_, nullptr)) session->request_aborted(*this);
  leave();
}

void HttpConnection::on_secured() { set_deadline(worker_.config().limits.http_request); }

void HttpConnection::on_plain_http() {
  // Read by nobody who has sent it to the right place: what an attacker could put in its stead is no better.
  http::Response const answer{400, {{"Content-Type", "text/plain; charset=utf-8"}}, "This port speaks HTTPS.\n"};
  stream_->outbox().append(base::as_bytes(http::serialize(answer, false, false, worker_.http_date())));
  worker_.streams().say_farewell(std::move(stream_), farewell_time);
  leave();
}

void HttpConnection::on_bytes(base::MutableBytes bytes) { read(bytes); }

void HttpConnection::on_drained() {
  if (auto on_room = std::exchange(on_room_, nullptr)) on_room(true);
}

void HttpConnection::read(base::MutableBytes bytes) {
  while (stream_ && !bytes.empty()) {
    // Whoever asks and asks without reading the answers is not listened to any more.
    if (stream_->is_blocked() && stream_->queued_bytes() > unread_bytes_max) return leave();
    if (!can_read() || !later_.empty()) {
      if (later_.size() + bytes.size() > later_bytes_max) return leave();
      later_ += base::as_text(bytes);
      if (doing_ == Doing::streaming) stream_->pause();
      return;
    }
    base::BytesView unread = bytes;
    auto const state = parser_.feed(unread);
    bytes = bytes.last(unread.size());
    if (!state) return doing_ == Doing::streaming ? body_failed(state.error()) : refuse(state.error());
    if (*state == http::RequestParser::State::head) continue;
    if (doing_ == Doing::streaming) {
      pass_on(*state == http::RequestParser::State::complete);
      continue;
    }
    if (!head_seen_) {
      head_seen_ = true;
      if (!on_head(bytes)) return;
      if (begin_streaming()) continue;
      // A limit that the head decides about is found by asking again, even without a byte.
      auto none = base::BytesView{};
      auto const allowed = parser_.feed(none);
      if (!allowed) return refuse(allowed.error());
      if (*allowed != http::RequestParser::State::complete) {
        invite_body();
        continue;
      }
    } else if (*state != http::RequestParser::State::complete) {
      continue;
    }
    on_complete(bytes);
    // The rest was taken by whoever has the connection now, or waits for the next request.
    if (!stream_) return;
  }
}

/// False: the connection is not ours any more, or the request is refused.
bool HttpConnection::on_head(base::MutableBytes rest) {
  auto const& head = parser_.head();
  last_ = !head.keep_alive;
  set_deadline(worker_.config().limits.http_request);
  auto target = http::parse_target(head.target);
  if (!target) {
    refuse(target.error());
    return false;
  }
  target_ = std::move(*target);
  if (target_.path.starts_with(worker_.engine_path())) return on_engine_head(rest);
  purpose_ = Purpose::route;
  parser_.limit_body(worker_.config().limits.http_body_bytes_max);
  return true;
}

bool HttpConnection::on_engine_head(base::MutableBytes rest) {
  if (move_if_foreign(rest)) return false;
  parser_.limit_body(worker_.config().limits.payload_bytes_max);
  purpose_ = Purpose::engine_other;
  auto const& head = parser_.head();
  if (head.method != http::Method::post) return true;
  auto const sid = target_.query.find("sid");
  if (!sid || target_.query.find("transport") != "polling") return true;
  auto* const session = worker_.find_session(*sid);
  if (!session || session->is_closed() || !session->is_on(TransportKind::polling)) return true;
  purpose_ = Purpose::engine_post;
  if (head.headers.find("content-type").value_or("").starts_with("application/octet-stream")) {
    session->close(engineio::CloseReason::transport_error);
    refuse_engine(3);
    return false;
  }
  if (!session->post_begun(*this)) {
    refuse_engine(3);
    return false;
  }
  session_ = session;
  return true;
}

/// A client that asked first may send its body now.
void HttpConnection::invite_body() {
  if (!parser_.head().expect_continue) return;
  stream_->outbox().append(base::as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
  stream_->output_added();
}

/// A session lives on one worker. A request for one of another's sessions goes there, with its connection and with
/// every byte that was read from it.
bool HttpConnection::move_if_foreign(base::MutableBytes rest) {
  auto const sid = target_.query.find("sid");
  if (!sid) return false;
  auto const id = base::SessionId::parse(*sid);
  if (!id || id->worker() == worker_.worker() || id->worker() >= worker_.workers()) return false;
  std::string bytes = parser_.raw_head();
  bytes += base::as_text(rest);
  auto const peer = stream_->peer();
  worker_.move_connection(id->worker(), stream_->release(), peer, std::move(bytes));
  leave();
  return true;
}

void HttpConnection::on_complete(base::MutableBytes rest) {
  body_ = parser_.take_body();
  doing_ = Doing::answering;
  worker_.timers().cancel(*this);
  if (purpose_ == Purpose::engine_post) {
    body_.reserve(body_.size() + base::json_padding_bytes);
    auto const alive = std::weak_ptr(alive_);
    if (auto* const session = std::exchange(session_, nullptr)) session->post_complete(body_);
    if (!alive.expired() && stream_) answer_engine("ok");
    return;
  }
  if (purpose_ == Purpose::engine_other) return engine_request(rest);
  auto request = routed_request(std::move(body_));
  worker_.routes().serve(std::move(request), [alive = std::weak_ptr(alive_)](http::Response response) {
    auto const connection = alive.lock();
    if (connection && (*connection)->stream_) (*connection)->answer(std::move(response));
  });
}

HttpRequest HttpConnection::routed_request(std::string body) {
  HttpRequest request{parser_.head(), target_, std::move(body), peer_, {}, {}, worker_.now(), secure_};
  auto const given = request.header("X-Request-Id");
  bool const fits = given.size() <= 64 && std::ranges::all_of(given, [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                             c == '_' || c == '.';
                    });
  request.id = fits && !given.empty() ? std::string(given) : base::make_uuid(worker_.random());
  return request;
}

void HttpConnection::engine_request(base::MutableBytes rest) {
  auto const& head = parser_.head();
  auto const& config = worker_.config();
  if (head.method == http::Method::options && config.cors) return answer_preflight();
  auto const transport = target_.query.find("transport").value_or("");
  bool const websocket = transport == "websocket" && config.websocket;
  if (!websocket && !(transport == "polling" && config.polling)) return refuse_engine(0);
  if (websocket && !head.upgrade && !target_.query.find("sid") && head.method == http::Method::get) {
    return refuse_engine(3);
  }
  auto const origin = head.headers.find("origin");
  if (websocket && origin && config.cors && config.cors->guard_websockets && !allows_origin(*origin)) {
    return refuse_engine(4, "Origin not allowed");
  }
  if (auto const sid = target_.query.find("sid")) {
    auto* const session = worker_.find_session(*sid);
    if (!session) return refuse_engine(1);
    if (target_.query.find("EIO").value_or("4") != "4") return refuse_engine(3);
    if (websocket && head.upgrade) return open_websocket(rest);
    if (websocket || !session->is_on(TransportKind::polling)) {
      // A closed session that still has something to say is found, but is on no transport.
      if (websocket || !session->is_closed()) return refuse_engine(3);
    }
    if (head.method != http::Method::get) return refuse_engine(2);
    session_ = session;
    if (session->poll(*this)) return;
    session_ = nullptr;
    return refuse_engine(3);
  }
  if (head.method != http::Method::get) return refuse_engine(2);
  if (target_.query.find("EIO") != "4") return refuse_engine(5);
  if (auto const refusal = worker_.check_request(head, target_, via())) return refuse_engine(4, *refusal);
  websocket ? open_websocket(rest) : open_session();
}

void HttpConnection::open_session() {
  auto& session = worker_.create_session(TransportKind::polling, {parser_.raw_head(), stream_->peer(), {}, secure_});
  auto const& config = worker_.config();
  std::string payload = "0";
  payload += engineio::open_packet_data(session.id(), config.session, config.websocket && config.allow_upgrades,
                                        config.limits.payload_bytes_max);
  auto response = engine_response(std::move(payload), "text/plain; charset=UTF-8");
  if (!config.cookie.empty()) {
    response.headers.add("Set-Cookie", config.cookie + "=" + session.id().str() + "; Path=/; HttpOnly; SameSite=Lax");
  }
  worker_.add_engine_headers(response.headers, parser_.head(), Worker::FirstResponse::yes);
  add_cors(response.headers);
  answer(std::move(response));
}

void HttpConnection::open_websocket(base::MutableBytes rest) {
  auto const shake = websocket::check_handshake(parser_.head());
  if (!shake) {
    last_ = true;
    return answer(websocket::refusal(shake.error()));
  }
  auto const sid = target_.query.find("sid");
  http::Headers headers;
  Session* session = nullptr;
  if (sid) {
    session = worker_.find_session(*sid);
  } else {
    session = &worker_.create_session(TransportKind::websocket, {parser_.raw_head(), stream_->peer(), {}, secure_});
    auto const& cookie = worker_.config().cookie;
    if (!cookie.empty()) {
      headers.add("Set-Cookie", cookie + "=" + session->id().str() + "; Path=/; HttpOnly; SameSite=Lax");
    }
  }
  worker_.add_engine_headers(headers, parser_.head(), sid ? Worker::FirstResponse::no : Worker::FirstResponse::yes);
  worker_.complete_headers(headers, parser_.head(), via());
  stream_->outbox().append(base::as_bytes(websocket::handshake_response(shake->key, headers)));
  stream_->output_added();
  auto& websocket = worker_.adopt_websocket(std::move(stream_));
  leave();
  // An upgrade that is not allowed, or that comes a second time, is opened and closed, as Node does.
  bool const allowed = !sid || (worker_.config().allow_upgrades && !session->is_closed());
  if (!allowed || !session->attach(websocket)) return websocket.close(1000, {});
  websocket.set_session(session);
  if (!sid) {
    websocket.send(engineio::PacketType::open,
                   engineio::open_packet_data(session->id(), worker_.config().session, false,
                                              worker_.config().limits.payload_bytes_max));
  }
  websocket.receive(rest);
}

// Answers -------------------------------------------------------------------------------------------------------------

void HttpConnection::answer_engine(std::string payload) {
  session_ = nullptr;
  bool const posted = purpose_ == Purpose::engine_post;
  auto response = engine_response(std::move(payload), posted ? "text/html" : "text/plain; charset=UTF-8");
  worker_.add_engine_headers(response.headers, parser_.head(), Worker::FirstResponse::no);
  add_cors(response.headers);
  answer(std::move(response));
}

void HttpConnection::answer_preflight() {
  http::Response response{204, {}, {}};
  auto const& cors = *worker_.config().cors;
  response.headers.add("Access-Control-Allow-Methods", cors.methods);
  if (!cors.headers.empty()) {
    response.headers.add("Access-Control-Allow-Headers", cors.headers);
  } else if (auto const wanted = parser_.head().headers.find("access-control-request-headers")) {
    response.headers.add("Access-Control-Allow-Headers", *wanted);
    response.headers.add("Vary", "Access-Control-Request-Headers");
  }
  add_cors(response.headers);
  answer(std::move(response));
}

bool HttpConnection::allows_origin(std::string_view origin) const {
  auto const& cors = *worker_.config().cors;
  for (auto const& each : cors.origins) {
    if (each == origin || each == "*") return true;
  }
  return cors.also_allow && cors.also_allow(origin, parser_.head(), via());
}

void HttpConnection::add_cors(http::Headers& headers) const {
  auto const& cors = worker_.config().cors;
  if (!cors) return;
  if (cors->origins == std::vector<std::string>{"*"}) {
    headers.add("Access-Control-Allow-Origin", "*");
  } else {
    headers.add("Vary", "Origin");
    auto const origin = parser_.head().headers.find("origin");
    bool const allowed = origin && allows_origin(*origin);
    // One origin is named whoever asks; a list shows nobody whom else it holds.
    if (cors->origins.size() == 1 && !cors->also_allow) {
      headers.add("Access-Control-Allow-Origin", cors->origins[0]);
    } else if (allowed) {
      headers.add("Access-Control-Allow-Origin", *origin);
    } else {
      return;
    }
  }
  if (cors->credentials) headers.add("Access-Control-Allow-Credentials", "true");
}

void HttpConnection::refuse(http::HttpError error) {
  if (auto* const session = std::exchange(session_, nullptr)) session->request_aborted(*this);
  if (!stream_) return;
  last_ = true;
  // The head may not have been read; nothing of it may be asked for.
  auto response = worker_.routes().refuse(error);
  write(response, false, false);
  worker_.streams().say_farewell(std::move(stream_), farewell_time);
  leave();
}

void HttpConnection::refuse_engine(int code, std::string message) {
  constexpr std::string_view messages[] = {"Transport unknown", "Session ID unknown", "Bad handshake method",
                                           "Bad request",       "Forbidden",          "Unsupported protocol version"};
  if (message.empty()) message = messages[code];
  worker_.report_refusal(code, message, parser_.head());
  auto const body = base::Json::object({{"code", code}, {"message", message}});
  http::Response response{code == 4 ? 403u : 400u, {{"Content-Type", "application/json"}}, body.dump()};
  add_cors(response.headers);
  // What follows an upgrade request, or a body that was not read, is not HTTP to us.
  if (parser_.head().upgrade || doing_ == Doing::reading) last_ = true;
  answer(std::move(response));
}

void HttpConnection::write(http::Response& response, bool keep_alive, bool head_only) {
  worker_.complete_headers(response.headers, parser_.head(), via());
  stream_->outbox().append(base::as_bytes(http::serialize(response, keep_alive, head_only, worker_.http_date())));
}

void HttpConnection::answer(http::Response response) {
  if (!stream_) return;
  // Answered before its time: where the next request would begin is not worth finding out.
  if (doing_ == Doing::streaming) last_ = body_unread_ = true;
  doing_ = Doing::answering;
  worker_.timers().cancel(*this);
  bool const head_only = parser_.head().method == http::Method::head;
  write(response, !last_, head_only);
  if (!response.source || head_only) return answered();
  doing_ = Doing::sending;
  stream_->output_added();
  begin_sending(std::move(response.source));
}

/// The response has been written, not yet sent.
void HttpConnection::answered() {
  if (last_) {
    auto const time = body_unread_ ? unread_body_farewell_time : farewell_time;
    worker_.streams().say_farewell(std::move(stream_), time);
    return leave();
  }
  stream_->output_added();
  next_request();
}

void HttpConnection::next_request() {
  parser_.reset();
  target_ = {};
  body_ = {};
  session_ = nullptr;
  head_seen_ = false;
  body_begun_ = false;
  bytes_in_interval_ = 0;
  doing_ = Doing::reading;
  set_deadline(worker_.config().limits.http_idle);
  // A body that came in pieces may have left the stream paused, with its last piece read from what was put aside.
  later_.empty() ? stream_->resume() : read_later_bytes();
}

/// What came early is read in the next turn, so that answers do not nest.
void HttpConnection::read_later_bytes() {
  worker_.loop().after(base::Duration(0), [alive = std::weak_ptr(alive_)] {
    auto const connection = alive.lock();
    if (!connection || !(*connection)->stream_ || !(*connection)->can_read()) return;
    auto& self = **connection;
    auto bytes = std::exchange(self.later_, {});
    auto const length = bytes.size();
    bytes.resize(length + base::json_padding_bytes);
    self.stream_->feed({reinterpret_cast<std::uint8_t*>(bytes.data()), length});
    if (self.stream_ && self.can_read()) self.stream_->resume();
  });
}

void HttpConnection::leave() {
  alive_.reset();
  worker_.timers().cancel(*this);
  if (stream_) {
    stream_->close();
    worker_.loop().bury(std::move(stream_));
  }
  worker_.forget(*this);
  // Last, since whoever waits for us goes on within this call.
  if (auto const feed = std::exchange(feed_, nullptr)) feed->fail(http::HttpError::body_incomplete);
  on_drained();
}

}  // namespace parley::server
