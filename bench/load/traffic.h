#pragma once

#include <memory>
#include <vector>

#include "bench/load/connection.h"
#include "bench/load/options.h"

namespace bench {

/// The cases that keep messages going to and fro: echo, ack, binary, pairs, broadcast, fixed-rate.
///
/// All but fixed-rate are closed loops: whoever has received a message sends the next one, so that a constant
/// number is in flight. In pairs a message bounces between the two members of a room. In broadcast as many
/// connections as messages are to be in flight speak to the room of all, each again when everybody has heard it.
///
/// Fixed-rate is an open loop: messages have a planned time, and latency counts from there, so that a server
/// which stalls cannot hide it by being asked less.
class Traffic {
 public:
  Traffic(Options const& options, Meter& meter);

  /// Opens the connections, warms up, measures, and waits for the last answers. Throws when an answer is wrong or
  /// missing, or five seconds pass without one.
  void run();

 private:
  void open();
  /// The rings whose messages this connection must receive.
  std::vector<MessageRing*> heard_by(std::size_t number) const;
  void start_closed_loop();
  void turn();
  void received(std::size_t number, std::size_t messages);
  void speak_again();
  void send_what_is_due();
  bool time_to_go_on();
  void wait_for_the_last();
  /// How many deliveries the messages sent so far must lead to.
  std::uint64_t expected() const;
  void check_progress(std::uint64_t now);

  Options const& options_;
  Meter& meter_;
  Poller poller_;
  std::vector<std::unique_ptr<MessageRing>> rings_;
  std::vector<Connection> connections_;
  std::vector<char> scratch_;

  bool sending_ = true;
  std::vector<std::size_t> spoken_;  // broadcast, per speaker: the message on its way
  std::uint64_t began_ = 0;          // the warm-up's start
  std::uint64_t planned_ = 0;        // fixed-rate: messages sent so far
  std::uint64_t progress_ = 0;       // how many messages had been delivered …
  std::uint64_t progress_at_ = 0;    // … when that number last changed
};

}  // namespace bench
