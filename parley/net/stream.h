#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "parley/base/bytes.h"
#include "parley/net/address.h"
#include "parley/net/event_loop.h"
#include "parley/net/outbox.h"
#include "parley/net/tls.h"

namespace parley::net {

enum class StreamEnd {
  peer_closed,  ///< the peer has ended its side
  failed        ///< reset, or any other error
};

/// Whoever speaks over a stream.
class StreamUser {
 public:
  virtual ~StreamUser() = default;
  /// Bytes that have arrived, borrowed until return and free to be changed in place;
  /// `base::json_padding_bytes` readable bytes follow them.
  virtual void on_bytes(base::MutableBytes bytes) = 0;
  /// The connection is gone. Never called after `Stream::close`.
  virtual void on_end(StreamEnd end) = 0;
  /// All output has been handed to the kernel after some of it had to wait.
  virtual void on_drained() {}
  /// The TLS handshake is done; the first bytes are yet to come.
  virtual void on_secured() {}
  /// Where TLS was expected, the peer speaks plain HTTP. The stream is not encrypted now, so that it can be told so;
  /// nothing that it says is to be taken as said, and the user is to end it at once.
  virtual void on_plain_http() {}
};

class Stream;

/// The streams of one worker that have to wait with their TLS handshake: each costs as much as a hundred messages, and
/// a turn of the loop that did a thousand of them would serve nobody else for half a second.
class HandshakeQueue final : public EventSource {
 public:
  explicit HandshakeQueue(EventLoop& loop) : loop_(loop) {}
  /// Whether `stream` may go on now; if not it is called when its turn has come.
  bool admit(Stream& stream);
  void forget(Stream& stream) { std::erase(waiting_, &stream); }
  /// The turn is over; the next one admits as many again.
  void turn_over();

 private:
  void on_ready(std::uint32_t events) override;

  static constexpr unsigned per_turn = 16;
  EventLoop& loop_;
  std::deque<Stream*> waiting_;
  unsigned left_ = per_turn;
};

/// What the streams of one worker share: the receive buffer, output blocks, and the list of those with output.
class StreamHub {
 public:
  explicit StreamHub(EventLoop& loop);
  ~StreamHub();
  /// Sends what all streams have collected in this turn. The one place where a batch of sends could become one
  /// submission to the kernel.
  void flush_dirty();
  /// Sends what `stream` still holds, ends our side, and waits until the peer has ended its own, `limit` at most:
  /// closing at once would make the kernel throw away what the peer has not read yet. What the peer still sends is
  /// dropped, and beyond 32 MiB the wait is over.
  std::size_t farewells() const { return farewells_.size(); }
  void say_farewell(std::unique_ptr<Stream> stream, base::Duration limit);

 private:
  friend class Stream;
  class Farewell;
  static constexpr std::size_t buffer_bytes = 64 * 1024;
  /// Where TLS puts what it has deciphered; made when the first connection needs it.
  base::MutableBytes plain_buffer();

  EventLoop& loop_;
  BlockPool pool_;
  HandshakeQueue handshakes_{loop_};
  std::unique_ptr<std::uint8_t[]> receive_buffer_;
  std::unique_ptr<std::uint8_t[]> gather_buffer_;
  std::unique_ptr<std::uint8_t[]> plain_buffer_;
  std::vector<Stream*> dirty_;
  std::vector<Stream*> flushing_;
  std::vector<std::unique_ptr<Farewell>> farewells_;
};

/// One TCP or TLS connection. Output is collected and sent when its own read batch, or else the turn, is over.
/// Lives on  one worker. Owned by its user; freed through `EventLoop::bury`.
class Stream final : public EventSource {
 public:
  /// Takes `descriptor` over; it must be non-blocking. With `tls` all that is read and written is encrypted.
  Stream(StreamHub& hub, int descriptor, Address const& peer, std::unique_ptr<TlsSession> tls = nullptr);
  ~Stream() override;

  /// Begins to watch. `user` must outlive the stream or be detached by `close`.
  void open(StreamUser& user);
  /// Hands the stream to another user; bytes that the old one was given and did not take are its to pass on.
  void set_user(StreamUser& user) { user_ = &user; }
  /// Serves bytes as if they had just arrived (a connection handed over by another worker brings them).
  void feed(base::MutableBytes bytes);

  /// Output goes here; call `output_added` when done.
  Outbox& outbox() { return outbox_; }
  void output_added();
  std::size_t queued_bytes() const { return outbox_.bytes() + (tls_ ? tls_->wire.bytes() : 0); }
  /// True while the kernel does not take more.
  bool is_blocked() const { return blocked_; }

  /// Reads no more until `resume`, so that the peer has to wait. What the kernel holds by then, the end of the stream
  /// included, is read afterwards.
  void pause() { paused_ = true; }
  void resume();

  /// Sends what is queued as far as the kernel takes it at once, then closes. The user hears nothing more.
  void close();
  bool is_open() const { return descriptor_ >= 0; }
  bool is_encrypted() const { return tls_ != nullptr; }
  /// Gives the descriptor away, unwatched, with the output that the kernel has not taken; the stream is closed then.
  struct Released {
    int descriptor;
    std::string unsent;
    std::unique_ptr<TlsSession> tls;  ///< null: not encrypted
  };
  Released release();

  Address const& peer() const { return peer_; }
  int descriptor() const { return descriptor_; }

  void on_ready(std::uint32_t events) override;

 private:
  friend class StreamHub;
  friend class HandshakeQueue;
  /// What an encrypted stream has besides.
  struct Tls {
    std::unique_ptr<TlsSession> session;
    Outbox wire;            ///< encrypted, to be sent; the stream's own outbox holds what is still plain
    bool waiting = false;   ///< in the queue for handshakes
    bool admitted = false;  ///< its turn in the queue has come
  };
  void read_batch(bool ending);
  bool take_in(base::MutableBytes bytes);
  bool decrypt(base::BytesView bytes);
  bool shake_hands();
  Outbox::Flushed flush_encrypted();
  void flush();
  void end(StreamEnd how);
  void shut();

  StreamHub& hub_;
  StreamUser* user_ = nullptr;
  int descriptor_;
  bool reading_ = false;
  bool dirty_ = false;
  bool blocked_ = false;
  bool paused_ = false;
  bool leaving_ = false;  ///< nothing more will be written: end our side when all is sent
  Address peer_;
  Outbox outbox_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace parley::net
