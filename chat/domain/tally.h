#pragma once

#include <array>

#include "chat/domain/call.h"
#include "chat/domain/message.h"
#include "parley/base/histogram.h"

namespace parley::chat {

/// How a call came to its end.
enum class CallOutcome { completed, rejected, unanswered, cancelled, cut_off };
inline constexpr std::array call_outcome_names{"completed", "rejected", "unanswered", "cancelled", "cut_off"};

/// By `Signal`.
inline constexpr std::array signal_names{"offer", "answer", "candidate", "reject", "timeout", "end"};

/// What the lobby has counted since it began, for those who watch over it.
/// The lobby adds, anybody may read.
struct Tally {
  using Counter = base::Counter;
  using Bounds = std::chrono::microseconds;
  static constexpr std::array<Bounds, 12> match_waits{
      std::chrono::milliseconds(10), std::chrono::milliseconds(100), std::chrono::milliseconds(500),
      std::chrono::seconds(1),       std::chrono::seconds(2),        std::chrono::seconds(5),
      std::chrono::seconds(10),      std::chrono::seconds(30),       std::chrono::minutes(1),
      std::chrono::minutes(2),       std::chrono::minutes(5),        std::chrono::minutes(30)};
  static constexpr std::array<Bounds, 12> delivery_times{
      std::chrono::milliseconds(1),   std::chrono::milliseconds(2),   std::chrono::milliseconds(5),
      std::chrono::milliseconds(10),  std::chrono::milliseconds(25),  std::chrono::milliseconds(50),
      std::chrono::milliseconds(100), std::chrono::milliseconds(250), std::chrono::seconds(1),
      std::chrono::seconds(5),        std::chrono::seconds(30),       std::chrono::minutes(5)};

  Counter matches;                          ///< pairs told of each other
  base::Histogram match_wait{match_waits};  ///< of each guest that was paired; at once for whoever came last

  struct Messages {
    Counter sent;       ///< kept, and confirmed to the author
    Counter failed;     ///< the storage did not keep it
    Counter abandoned;  ///< the chat ended before the storage had answered
  };
  std::array<Messages, 3> messages;  ///< by `MessageType`
  Counter held_back;                 ///< sent while the recipient was away
  Counter delivered;
  Counter undelivered;                                   ///< the chat ended before the recipient confirmed
  base::Histogram delivery{delivery_times};              ///< from the server's receipt to the recipient's confirmation
  std::array<Counter, 6> signals;                        ///< passed on, by `Signal`
  std::array<Counter, call_outcome_names.size()> calls;  ///< ended, by `CallOutcome`

  Messages& of(MessageType type) { return messages[static_cast<std::size_t>(type)]; }
  void end_call(CallOutcome how) { calls[static_cast<std::size_t>(how)].add(); }
  /// A signal has moved a call from one state to the next.
  void signalled(Signal signal, Call before, Call after);
};

}  // namespace parley::chat
