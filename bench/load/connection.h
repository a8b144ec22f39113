#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "load/message_ring.h"
#include "load/meter.h"
#include "load/poller.h"

namespace bench {

/// One client whose handshake is over. It sends the messages of one ring in turn and checks that the answers of
/// one ring (its own, or that of whoever it listens to) arrive in turn, byte for byte.
class Connection {
 public:
  /// Both rings must outlive the connection.
  Connection(Descriptor socket, MessageRing& outgoing, MessageRing const& incoming);

  /// Sends `messages` more, or queues what the socket does not take. `at` is when they count as sent.
  void send_messages(std::size_t messages, std::uint64_t at);
  /// Goes on with what the socket did not take; call when it is writable.
  void flush();

  /// Reads and checks what has arrived, and answers heartbeats. Returns how many messages were completed.
  /// Throws at the first byte that differs from what is expected, and when the server has closed.
  std::size_t receive(std::span<char> scratch, bool hung_up, Meter& meter);

  /// The number of the last message received, within its ring.
  std::size_t last_received() const { return (receiving_ + incoming_->count - 1) % incoming_->count; }
  /// How many messages were sent and not yet received; for connections that hear what they say.
  std::uint64_t outstanding() const { return sent_ - received_; }

 private:
  std::size_t check(std::span<char const> bytes, std::uint64_t now, Meter& meter);
  [[noreturn]] void fail_on_mismatch(std::span<char const> got, std::string_view expected) const;

  Descriptor socket_;
  MessageRing* outgoing_;
  MessageRing const* incoming_;

  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::size_t next_to_send_ = 0;  // message number: the next one to be given a time
  std::size_t unsent_bytes_ = 0;  // promised to the socket, not yet taken
  std::size_t send_at_ = 0;       // byte position in the ring
  bool pong_due_ = false;

  std::size_t receiving_ = 0;     // message number
  std::size_t receiving_at_ = 0;  // byte position in its answer
  std::size_t held_bytes_ = 0;    // a frame's first bytes, too few yet to tell a heartbeat from an answer
  char held_[2]{};
};

}  // namespace bench
