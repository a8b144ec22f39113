#pragma once

#include <memory>
#include <string>

#include "parley/http/request.h"
#include "parley/http/response.h"
#include "parley/http/url.h"
#include "parley/net/stream.h"
#include "parley/net/timers.h"

namespace parley::server {

class Session;
class Worker;

/// A stream that speaks HTTP/1.1: one request after the other, each answered before the next is read.
///
///   Head ──► Body ──► Answering ──► Head …
///              │          └──► gone: answered for the last time, moved to another worker, or now a WebSocket
///
/// Lives on  one worker; owned by it.
class HttpConnection final : public net::StreamUser, public net::Timer {
 public:
  HttpConnection(Worker& worker, std::unique_ptr<net::Stream> stream);
  ~HttpConnection() override;

  void open();
  /// There are too many connections: answers 503 at once.
  void turn_away();
  /// Goes on where another worker has left off: with the bytes it has read, and the answers it could not send.
  void adopt(std::string bytes, std::string_view unsent);

  /// Answers an engine request: a poll's payload, or "ok".
  void answer_engine(std::string payload);
  void answer(http::Response response);
  /// The session whose request this is has ended.
  void session_ended() { session_ = nullptr; }
  std::string const& peer() const { return peer_; }

 private:
  enum class Doing { reading, answering };
  /// Where a complete request goes.
  enum class Purpose { route, engine_post, engine_other };

  void on_bytes(base::MutableBytes bytes) override;
  void on_end(net::StreamEnd end) override;
  void on_timer(base::TimePoint now) override;

  void read(base::MutableBytes bytes);
  bool on_head(base::MutableBytes rest);
  void invite_body();
  void on_complete(base::MutableBytes rest);
  bool on_engine_head(base::MutableBytes rest);
  void engine_request(base::MutableBytes rest);
  void open_session();
  void open_websocket(base::MutableBytes rest);
  void refuse(http::HttpError error);
  void refuse_engine(int code, std::string message = {});
  void answer_preflight();
  void add_cors(http::Headers& headers) const;
  bool move_if_foreign(base::MutableBytes rest);
  void next_request();
  void leave();
  void set_deadline(base::Duration time);

  Worker& worker_;
  std::unique_ptr<net::Stream> stream_;
  http::RequestParser parser_;
  http::Target target_;
  std::string body_;
  std::string later_;  ///< bytes of requests that came before the answer to this one was due
  std::string peer_;
  Doing doing_ = Doing::reading;
  Purpose purpose_ = Purpose::route;
  bool head_seen_ = false;
  bool last_ = false;  ///< close after this answer
  /// The session whose poll or post this request is.
  Session* session_ = nullptr;
  /// Lets an answer that comes late find out whether the connection still exists.
  std::shared_ptr<HttpConnection*> alive_;
};

}  // namespace parley::server
