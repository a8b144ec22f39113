#pragma once

#include <array>
#include <optional>
#include <unordered_map>

#include "chat/domain/names.h"
#include "parley/base/result.h"

namespace parley::chat {

/// What kind of event a client sends, as far as limits go: some kinds come much more often than others.
enum class EventClass { messages, control, receipts, candidates, typing };

constexpr std::string_view to_string(EventClass kind) {
  switch (kind) {
    case EventClass::messages:
      return "messages";
    case EventClass::control:
      return "control";
    case EventClass::receipts:
      return "receipts";
    case EventClass::candidates:
      return "ice";
    case EventClass::typing:
      return "typing";
  }
  return "control";
}

struct EventLimits {
  std::uint64_t events_max = 100;  ///< messages per window and guest, the other classes in proportion; 0: no limits
  base::Duration window = std::chrono::minutes(1);
};

/// How much a bucket holds, and in what time an empty one is full again.
struct BucketSize {
  std::uint64_t tokens = 0;
  base::Duration refill = std::chrono::minutes(1);
};

/// A bucket of tokens that fills evenly. All it remembers is when it will be full again.
class TokenBucket {
 public:
  /// Takes a token, or takes nothing and says how long it is until there is one.
  std::optional<base::Duration> take(BucketSize const& size, base::TimePoint now);
  bool is_full(base::TimePoint now) const { return full_at_ <= now; }

 private:
  base::TimePoint full_at_ = base::TimePoint::min();
};

/// What guests may send in what time, counted by guest and not by socket: a new connection brings no new allowance.
/// A guest that has been quiet for a window is forgotten, since its buckets are full.
///
/// Lives on  the lobby's worker.
class EventMeter {
 public:
  explicit EventMeter(EventLimits const& limits) : limits_(limits) {}

  struct OverLimit {
    base::Duration retry_after;
    bool expel = false;  ///< true once for a socket that goes on and on: it has to leave
  };
  /// One event of a guest, by its active socket.
  base::Result<void, OverLimit> admit(GuestId const& guest, SocketId const& socket, EventClass kind,
                                      base::TimePoint now);
  /// One handshake of a guest that has shown a good token. The error is how long to wait.
  base::Result<void, base::Duration> admit_handshake(GuestId const& guest, base::TimePoint now);

  /// So many refusals within one window are too many.
  std::uint64_t refusals_max() const;
  std::size_t guests_remembered() const { return guests_.size(); }

 private:
  static constexpr std::size_t classes = 5;
  struct Guest {
    std::array<TokenBucket, classes> buckets;
    TokenBucket handshakes;
    SocketId refused_socket;  ///< whose refusals are being counted
    std::uint64_t refusals = 0;
    base::TimePoint refusals_until = base::TimePoint::min();
  };
  Guest& guest(GuestId const& id, base::TimePoint now);
  void forget_quiet_guests(base::TimePoint now);
  bool is_too_much(Guest& guest, SocketId const& socket, base::TimePoint now) const;

  EventLimits limits_;
  std::unordered_map<GuestId, Guest> guests_;
  base::TimePoint look_for_quiet_at_ = base::TimePoint::min();
};

}  // namespace parley::chat
