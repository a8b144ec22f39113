#include "parley/net/stream.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace parley::net {
namespace {

/// How often one connection may fill the receive buffer before others get their turn.
constexpr int reads_per_turn = 8;
/// What a peer may still send to a stream that is on its way out.
constexpr std::size_t dropped_bytes_max = 32 * 1024 * 1024;
/// How much of an unfinished handshake is read at a time.
constexpr std::size_t handshake_read_bytes = 4 * 1024;

}  // namespace

/// The last user of a stream that is on its way out.
class StreamHub::Farewell final : public Timer, public StreamUser {
 public:
  Farewell(StreamHub& hub, std::unique_ptr<Stream> stream, base::Duration limit)
      : hub_(hub), stream_(std::move(stream)) {
    hub_.loop_.timers().set(*this, hub_.loop_.now() + limit);
    stream_->user_ = this;
    stream_->leaving_ = true;
    stream_->resume();
    stream_->flush();
  }

 private:
  void on_bytes(base::MutableBytes bytes) override {
    dropped_bytes_ += bytes.size();
    if (dropped_bytes_ <= dropped_bytes_max) return;
    stream_->close();
    leave();
  }
  void on_end(StreamEnd) override { leave(); }
  void on_timer(base::TimePoint) override { leave(); }
  void leave() {
    hub_.loop_.bury(std::move(stream_));
    std::erase_if(hub_.farewells_, [this](auto const& farewell) { return farewell.get() == this; });
  }

  StreamHub& hub_;
  std::unique_ptr<Stream> stream_;
  std::size_t dropped_bytes_ = 0;
};

StreamHub::~StreamHub() = default;

void StreamHub::say_farewell(std::unique_ptr<Stream> stream, base::Duration limit) {
  if (!stream->is_open()) return loop_.bury(std::move(stream));
  farewells_.push_back(std::make_unique<Farewell>(*this, std::move(stream), limit));
}

StreamHub::StreamHub(EventLoop& loop)
    : loop_(loop),
      receive_buffer_(std::make_unique<std::uint8_t[]>(buffer_bytes + base::json_padding_bytes)),
      gather_buffer_(std::make_unique<std::uint8_t[]>(buffer_bytes)) {}

void StreamHub::flush_dirty() {
  // A failed flush tells its user, who may write to others: they are flushed in the next round.
  while (!dirty_.empty()) {
    flushing_.swap(dirty_);
    for (auto* stream : flushing_) {
      stream->dirty_ = false;
      stream->flush();
    }
    flushing_.clear();
  }
  handshakes_.turn_over();
}

Stream::Stream(StreamHub& hub, int descriptor, Address const& peer, std::unique_ptr<TlsSession> tls)
    : hub_(hub), descriptor_(descriptor), peer_(peer), outbox_(hub.pool_) {
  int const on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!tls) return;
  tls_.reset(new Tls{std::move(tls), Outbox(hub.pool_)});
  tls_->wire.append(base::as_bytes(std::exchange(tls_->session->unsent(), {})));
}

Stream::~Stream() {
  shut();
  hub_.loop_.not_again(*this);
  if (dirty_) std::erase(hub_.dirty_, this);
}

void Stream::open(StreamUser& user) {
  user_ = &user;
  hub_.loop_.watch(descriptor_, *this);
  // Records that another worker had read and not yet deciphered: the kernel does not know of them any more.
  if (tls_ && tls_->session->has_unread()) hub_.loop_.again(*this);
}

void Stream::feed(base::MutableBytes bytes) {
  reading_ = true;
  user_->on_bytes(bytes);
  reading_ = false;
  flush();
}

void Stream::output_added() {
  // Whoever is being read is flushed when its batch is done; a blocked one when the kernel asks for more.
  if (dirty_ || reading_ || blocked_ || descriptor_ < 0) return;
  dirty_ = true;
  hub_.dirty_.push_back(this);
}

void Stream::resume() {
  if (!std::exchange(paused_, false) || descriptor_ < 0) return;
  // The edges that came meanwhile are gone: ask the kernel itself.
  hub_.loop_.again(*this);
}

void Stream::on_ready(std::uint32_t events) {
  if (descriptor_ < 0) return;
  if (events & EPOLLOUT && blocked_) flush();
  if (paused_) return;
  // Zero events: we stopped in the middle to be fair, and the kernel will not tell us again what is left.
  bool const ending = events == 0 || events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
  if (ending || events & EPOLLIN) read_batch(ending);
}

void Stream::read_batch(bool ending) {
  if (descriptor_ < 0 || (tls_ && tls_->waiting)) return;
  if (tls_ && tls_->session->has_unread() && !take_in({})) return flush();
  for (int round = 0;; ++round) {
    if (round == reads_per_turn) {
      hub_.loop_.again(*this);
      break;
    }
    auto* const buffer = hub_.receive_buffer_.get();
    bool const shaking_hands = tls_ && !tls_->session->is_established();
    auto const room = shaking_hands ? handshake_read_bytes : StreamHub::buffer_bytes;
    auto const count = recv(descriptor_, buffer, room, 0);
    if (count > 0) {
      if (!take_in({buffer, static_cast<std::size_t>(count)})) break;
      // A short read means that the kernel has no more, unless the end of the stream is still to be read.
      if (static_cast<std::size_t>(count) < room && !ending) break;
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    return end(count == 0 ? StreamEnd::peer_closed : StreamEnd::failed);
  }
  flush();
}

/// Passes on what has arrived. False: nothing more is to be read now.
bool Stream::take_in(base::MutableBytes bytes) {
  if (tls_) return decrypt(bytes);
  // A stream that only waits for its last bytes to leave does not listen any more.
  if (user_) {
    reading_ = true;
    user_->on_bytes(bytes);
    reading_ = false;
  }
  return descriptor_ >= 0 && !paused_;
}

void Stream::end(StreamEnd how) {
  auto* const user = std::exchange(user_, nullptr);
  if (tls_ && how == StreamEnd::peer_closed) tls_->session->say_goodbye(tls_->wire);
  flush();
  shut();
  if (user) user->on_end(how);
}

void Stream::flush() {
  if (descriptor_ < 0 || (queued_bytes() == 0 && !leaving_)) return;
  base::MutableBytes const gather_buffer(hub_.gather_buffer_.get(), StreamHub::buffer_bytes);
  switch (tls_ ? flush_encrypted() : outbox_.flush(descriptor_, gather_buffer)) {
    case Outbox::Flushed::blocked:
      blocked_ = true;
      return;
    case Outbox::Flushed::all: {
      if (leaving_) shutdown(descriptor_, SHUT_WR);
      if (std::exchange(blocked_, false) && user_) user_->on_drained();
      return;
    }
    case Outbox::Flushed::failed: {
      auto* const user = std::exchange(user_, nullptr);
      shut();
      if (user) user->on_end(StreamEnd::failed);
    }
  }
}

void Stream::close() {
  user_ = nullptr;
  leaving_ = tls_ != nullptr;  // its peer is told that this is the end
  flush();
  shut();
}

Stream::Released Stream::release() {
  user_ = nullptr;
  flush();
  if (descriptor_ < 0) return {-1, {}, nullptr};
  hub_.loop_.unwatch(descriptor_);
  Released released{std::exchange(descriptor_, -1), outbox_.take_all(), nullptr};
  if (tls_) {
    tls_->session->keep_unread();
    tls_->session->unsent() = tls_->wire.take_all();
    released.tls = std::move(tls_->session);
  }
  return released;
}

void Stream::shut() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  outbox_.clear();
  if (!tls_) return;
  if (std::exchange(tls_->waiting, false)) hub_.handshakes_.forget(*this);
  tls_->wire.clear();
}

}  // namespace parley::net
