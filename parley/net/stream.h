#pragma once

#include <memory>
#include <vector>

#include "parley/base/bytes.h"
#include "parley/net/address.h"
#include "parley/net/event_loop.h"
#include "parley/net/outbox.h"

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
};

class Stream;

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
  EventLoop& loop_;
  BlockPool pool_;
  std::unique_ptr<std::uint8_t[]> receive_buffer_;
  std::unique_ptr<std::uint8_t[]> gather_buffer_;
  std::vector<Stream*> dirty_;
  std::vector<Stream*> flushing_;
  std::vector<std::unique_ptr<Farewell>> farewells_;
};

/// One TCP connection. Output is collected and sent when its own read batch, or else the turn, is over.
/// Lives on  one worker. Owned by its user; freed through `EventLoop::bury`.
class Stream final : public EventSource {
 public:
  /// Takes `descriptor` over; it must be non-blocking.
  Stream(StreamHub& hub, int descriptor, Address const& peer);
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
  std::size_t queued_bytes() const { return outbox_.bytes(); }
  /// True while the kernel does not take more.
  bool is_blocked() const { return blocked_; }

  /// Reads no more until `resume`, so that the peer has to wait. What the kernel holds by then, the end of the stream
  /// included, is read afterwards.
  void pause() { paused_ = true; }
  void resume();

  /// Sends what is queued as far as the kernel takes it at once, then closes. The user hears nothing more.
  void close();
  bool is_open() const { return descriptor_ >= 0; }
  /// Gives the descriptor away, unwatched, with the output that the kernel has not taken; the stream is closed then.
  struct Released {
    int descriptor;
    std::string unsent;
  };
  Released release();

  Address const& peer() const { return peer_; }
  int descriptor() const { return descriptor_; }

  void on_ready(std::uint32_t events) override;

 private:
  friend class StreamHub;
  void read_batch(bool ending);
  void flush();
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
};

}  // namespace parley::net
