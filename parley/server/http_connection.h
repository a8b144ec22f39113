#pragma once

#include <memory>
#include <string>

#include "parley/http/request.h"
#include "parley/http/response.h"
#include "parley/http/url.h"
#include "parley/net/stream.h"
#include "parley/net/timers.h"
#include "parley/server/http_routes.h"
#include "parley/server/request_body.h"

namespace parley::server {

class Session;
class Worker;

/// A stream that speaks HTTP/1.1: one request after the other, each answered before the next is read.
///
///   reading ──► answering ──► sending ──► reading …
///      │            ▲            └──► gone: answered for the last time, moved to another worker, or now a WebSocket
///      └► streaming ┘
///
/// `streaming`  a route reads the body piece by piece; nothing is read from the connection but what it asks for.
/// `sending`    a response makes its body piece by piece; it is asked for the next one when there is room.
///
/// Lives on  one worker; owned by it.
class HttpConnection final : public net::StreamUser, public net::Timer, private BodyFeed::Giver {
 public:
  HttpConnection(Worker& worker, std::unique_ptr<net::Stream> stream);
  ~HttpConnection() override;

  void open();
  /// There are too many connections: answers 503 at once, or just closes where the answer would cost a TLS handshake.
  void turn_away();
  /// Goes on where another worker has left off: with the bytes it has read, and the answers it could not send.
  void adopt(std::string bytes, std::string_view unsent);

  /// Answers an engine request: a poll's payload, or "ok".
  void answer_engine(std::string payload);
  void answer(http::Response response);
  /// The session whose request this is has ended.
  void session_ended() { session_ = nullptr; }
  Via via() const { return {peer_, secure_}; }

 private:
  enum class Doing { reading, streaming, answering, sending };
  /// Where a complete request goes.
  enum class Purpose { route, engine_post, engine_other };

  void on_bytes(base::MutableBytes bytes) override;
  void on_end(net::StreamEnd end) override;
  void on_drained() override;
  void on_secured() override;
  void on_plain_http() override;
  void on_timer(base::TimePoint now) override;

  void limit_body(std::uint64_t bytes_max) override { parser_.limit_body(bytes_max); }
  void body_wanted() override;

  void read(base::MutableBytes bytes);
  bool can_read() const { return doing_ == Doing::reading || (doing_ == Doing::streaming && feed_->is_wanted()); }
  void read_later_bytes();
  /// True when the request is one for a route that reads the body itself.
  bool begin_streaming();
  void pass_on(bool complete);
  void body_failed(http::HttpError error);
  void begin_sending(std::shared_ptr<http::BodySource> source);
  static base::Task<void> send_body(std::weak_ptr<HttpConnection*> alive, std::shared_ptr<http::BodySource> source);
  /// Ready when another piece may be added to the output.
  base::Completion<bool> room();
  void answered();
  bool on_head(base::MutableBytes rest);
  void invite_body();
  void on_complete(base::MutableBytes rest);
  bool on_engine_head(base::MutableBytes rest);
  void engine_request(base::MutableBytes rest);
  /// The request as the application's routes see it.
  HttpRequest routed_request(std::string body);
  void open_session();
  void open_websocket(base::MutableBytes rest);
  void refuse(http::HttpError error);
  void refuse_engine(int code, std::string message = {});
  void answer_preflight();
  void add_cors(http::Headers& headers) const;
  bool allows_origin(std::string_view origin) const;
  /// Adds what every answer has, and writes it to the output.
  void write(http::Response& response, bool keep_alive, bool head_only);
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
  bool const secure_;
  Doing doing_ = Doing::reading;
  Purpose purpose_ = Purpose::route;
  bool head_seen_ = false;
  bool last_ = false;                   ///< close after this answer
  std::shared_ptr<BodyFeed> feed_;      ///< while streaming
  bool body_begun_ = false;             ///< it has been asked for
  bool body_unread_ = false;            ///< answered before its end
  std::size_t bytes_in_interval_ = 0;   ///< of the body
  base::Function<void(bool)> on_room_;  ///< while sending
  /// The session whose poll or post this request is.
  Session* session_ = nullptr;
  /// Lets an answer that comes late find out whether the connection still exists.
  std::shared_ptr<HttpConnection*> alive_;
};

}  // namespace parley::server
