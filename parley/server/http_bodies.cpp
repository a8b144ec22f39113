#include <limits>

#include "parley/base/log.h"
#include "parley/server/http_connection.h"
#include "parley/server/worker.h"

// Bodies that are never in memory as a whole: received as a route asks for them, and sent as they are made.
namespace parley::server {
namespace {

/// With so many bytes waiting, a body that is made while it is sent waits as well.
constexpr std::size_t sending_bytes_max = 64 * 1024;

}  // namespace

bool HttpConnection::begin_streaming() {
  if (purpose_ != Purpose::route) return false;
  auto request = routed_request({});
  auto const* handler = worker_.routes().find_streaming(request);
  if (!handler) return false;
  worker_.timers().cancel(*this);
  // No limit but the one that the handler sets.
  parser_.limit_body(std::numeric_limits<std::uint64_t>::max());
  doing_ = Doing::streaming;
  auto const feed = feed_ = std::make_shared<BodyFeed>(static_cast<BodyFeed::Giver&>(*this));
  bool const is_empty = !parser_.head().chunked && parser_.head().content_length.value_or(0) == 0;
  if (is_empty) pass_on(true);
  auto const alive = std::weak_ptr(alive_);
  worker_.routes().serve_streaming(*handler, std::move(request), RequestBody(feed), [alive](http::Response response) {
    auto const connection = alive.lock();
    if (connection && (*connection)->stream_) (*connection)->answer(std::move(response));
  });
  return true;
}

void HttpConnection::body_wanted() {
  if (!std::exchange(body_begun_, true)) {
    // The limit is known now, and may be found broken without reading a byte.
    auto none = base::BytesView{};
    if (auto const allowed = parser_.feed(none); !allowed) return body_failed(allowed.error());
    invite_body();
    set_deadline(worker_.config().limits.body_interval);
  }
  later_.empty() ? stream_->resume() : read_later_bytes();
}

void HttpConnection::pass_on(bool complete) {
  auto bytes = parser_.take_body();
  bytes_in_interval_ += bytes.size();
  auto const feed = feed_;
  if (complete) {
    doing_ = Doing::answering;
    feed_ = nullptr;
    worker_.timers().cancel(*this);
  }
  feed->push(std::move(bytes), complete ? BodyFeed::Last::yes : BodyFeed::Last::no);
  if (stream_ && doing_ == Doing::streaming && !feed->is_wanted()) stream_->pause();
}

/// What comes from this client is of no use any more. The handler may say so in its own words.
void HttpConnection::body_failed(http::HttpError error) {
  last_ = body_unread_ = true;
  doing_ = Doing::answering;
  worker_.timers().cancel(*this);
  if (stream_) stream_->pause();
  if (auto const feed = std::exchange(feed_, nullptr)) feed->fail(error);
}

base::Completion<bool> HttpConnection::room() {
  base::Completion<bool> ready;
  if (stream_->is_blocked()) {
    on_room_ = ready.resolver();
    set_deadline(worker_.config().limits.http_request);
  } else {
    // What has been added leaves at the end of this turn.
    worker_.loop().after(base::Duration(0), [resolve = ready.resolver()] { resolve(true); });
  }
  return ready;
}

base::Task<void> HttpConnection::send_body(std::weak_ptr<HttpConnection*> alive,
                                           std::shared_ptr<http::BodySource> source) {
  // Between two waits the connection may have gone, and must not be kept by us.
  auto const living = [&alive]() -> HttpConnection* {
    auto const connection = alive.lock();
    return connection && (*connection)->stream_ ? *connection : nullptr;
  };
  for (auto left = source->bytes(); left > 0;) {
    auto made = co_await source->next();
    auto const piece = std::make_shared<std::string const>(std::move(made));
    auto* self = living();
    if (!self) co_return;
    if (piece->empty() || piece->size() > left) co_return self->leave();
    left -= piece->size();
    self->stream_->outbox().append(net::SharedSlice{piece, base::as_bytes(*piece)});
    self->stream_->output_added();
    while (left > 0 && self->stream_->queued_bytes() >= sending_bytes_max) {
      auto ready = self->room();
      co_await ready;
      self = living();
      if (!self) co_return;
      self->worker_.timers().cancel(*self);
    }
  }
  if (auto* const self = living()) self->answered();
}

void HttpConnection::begin_sending(std::shared_ptr<http::BodySource> source) {
  doing_ = Doing::sending;
  stream_->output_added();
  base::start(send_body(alive_, std::move(source)), [alive = std::weak_ptr(alive_)](std::exception_ptr thrown) {
    auto const connection = alive.lock();
    if (!thrown || !connection) return;
    base::log_error("a response has not been sent to its end");
    (*connection)->leave();
  });
}

}  // namespace parley::server
