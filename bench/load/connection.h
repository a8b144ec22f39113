#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/load/message_ring.h"
#include "bench/load/meter.h"
#include "bench/load/poller.h"

namespace bench {

/// One client whose handshake is over. It sends the messages of one ring in turn and checks, byte for byte, that
/// the answers of the rings it listens to (its own, or others') arrive in turn; those of different rings may come
/// in any order between each other.
class Connection {
 public:
  /// The rings must outlive the connection; those listened to must agree in length.
  Connection(Descriptor socket, MessageRing& outgoing, std::vector<MessageRing*> const& incoming);

  /// Sends `messages` more, or queues what the socket does not take. `at` is when they count as sent.
  void send_messages(std::size_t messages, std::uint64_t at);
  /// Goes on with what the socket did not take; call when it is writable.
  void flush();

  /// Reads and checks what has arrived, and answers heartbeats. Returns how many messages were completed.
  /// Throws at the first byte that differs from what is expected, and when the server has closed.
  std::size_t receive(std::span<char> scratch, bool hung_up, Meter& meter);

  std::uint64_t sent() const { return sent_; }
  /// How many messages were sent and not yet received; for connections that hear what they say.
  std::uint64_t outstanding() const { return sent_ - received_; }

 private:
  struct Heard {
    MessageRing* ring;
    std::size_t next = 0;  // message number
  };

  std::size_t check(std::span<char const> bytes, std::uint64_t now, Meter& meter);
  /// Which speaker's next message begins so; any when none does, and the comparison that follows fails.
  void find_speaker(std::span<char const> bytes);
  std::size_t match(std::span<char const> bytes);
  void complete(std::uint64_t now, Meter& meter);
  [[noreturn]] void fail_on_mismatch(std::span<char const> got, std::string_view expected) const;

  Descriptor socket_;
  MessageRing* outgoing_;
  std::vector<Heard> incoming_;
  Heard* receiving_;              // of `incoming_`: whose message is arriving
  std::size_t receiving_at_ = 0;  // byte position in it
  std::string held_;              // a frame's first bytes, too few yet to tell what it is

  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::size_t next_to_send_ = 0;  // message number: the next one to be given a time
  std::size_t unsent_bytes_ = 0;  // promised to the socket, not yet taken
  std::size_t send_at_ = 0;       // byte position in the ring
  bool pong_due_ = false;
};

}  // namespace bench
