// What a stream does differently when it is encrypted.

#include <algorithm>

#include "parley/base/log.h"
#include "parley/net/stream.h"

namespace parley::net {
namespace {

/// How much is encrypted before the kernel has taken it: what waits longer waits in its plain and shared form.
constexpr std::size_t wire_bytes_max = 64 * 1024;

}  // namespace

// The queue -----------------------------------------------------------------------------------------------------------

bool HandshakeQueue::admit(Stream& stream) {
  // Whoever came earlier goes first.
  if (waiting_.empty() && left_ > 0) {
    --left_;
    return true;
  }
  waiting_.push_back(&stream);
  return false;
}

void HandshakeQueue::turn_over() {
  left_ = per_turn;
  if (waiting_.empty()) return;
  loop_.not_again(*this);
  loop_.again(*this);
}

void HandshakeQueue::on_ready(std::uint32_t) {
  while (left_ > 0 && !waiting_.empty()) {
    auto& stream = *waiting_.front();
    waiting_.pop_front();
    --left_;
    stream.tls_->waiting = false;
    stream.tls_->admitted = true;
    stream.read_batch(true);
  }
}

base::MutableBytes StreamHub::plain_buffer() {
  if (!plain_buffer_) plain_buffer_ = std::make_unique<std::uint8_t[]>(buffer_bytes + base::json_padding_bytes);
  return {plain_buffer_.get(), buffer_bytes};
}

// The stream ----------------------------------------------------------------------------------------------------------

bool Stream::decrypt(base::BytesView bytes) {
  auto& session = *tls_->session;
  session.arrived(bytes);
  if (!session.is_established() && !shake_hands()) return false;
  auto const plain = hub_.plain_buffer();
  // Short of a whole buffer there is nothing more to be had from what has arrived.
  for (bool more = session.is_established(); more;) {
    auto const got = session.read(plain, tls_->wire);
    more = got.bytes == plain.size() && got.state == TlsSession::State::open;
    if (got.bytes > 0 && user_) {
      reading_ = true;
      user_->on_bytes(plain.first(got.bytes));
      reading_ = false;
    }
    // Closed or given away; what was left unread has gone along.
    if (descriptor_ < 0) return false;
    if (got.state == TlsSession::State::open) {
      if (!paused_) continue;
      session.keep_unread();
      return false;
    }
    end(got.state == TlsSession::State::ended ? StreamEnd::peer_closed : StreamEnd::failed);
    return false;
  }
  return true;
}

/// False: nothing more is to be read now, because it waits for its turn or has ended.
bool Stream::shake_hands() {
  auto& session = *tls_->session;
  if (!std::exchange(tls_->admitted, false) && !hub_.handshakes_.admit(*this)) {
    session.keep_unread();
    tls_->waiting = true;
    return false;
  }
  switch (session.shake_hands(tls_->wire)) {
    case TlsSession::State::open:
      if (session.is_established() && user_) user_->on_secured();
      return descriptor_ >= 0;
    case TlsSession::State::plain_http:
      tls_.reset();
      if (user_) user_->on_plain_http();
      return false;
    case TlsSession::State::ended:
    case TlsSession::State::failed:
      end(StreamEnd::failed);
      return false;
  }
  return false;
}

Outbox::Flushed Stream::flush_encrypted() {
  auto& [session, wire, waiting, admitted] = *tls_;
  base::MutableBytes const gather_buffer(hub_.gather_buffer_.get(), StreamHub::buffer_bytes);
  for (;;) {
    while (session->is_established() && !outbox_.empty() && wire.bytes() < wire_bytes_max) {
      auto const front = outbox_.front(gather_buffer);
      auto const record = front.first(std::min(front.size(), TlsSession::record_bytes_max));
      if (!session->write(record, wire)) return Outbox::Flushed::failed;
      outbox_.drop_front(record.size());
    }
    if (leaving_ && outbox_.empty()) session->say_goodbye(wire);
    auto const flushed = wire.flush(descriptor_, gather_buffer);
    bool const more = session->is_established() && !outbox_.empty();
    if (flushed != Outbox::Flushed::all || !more) return flushed;
  }
}

}  // namespace parley::net
