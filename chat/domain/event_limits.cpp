#include "chat/domain/event_limits.h"

#include <algorithm>

namespace parley::chat {
namespace {

/// How often a class may come for each message that a guest may send.
constexpr std::uint64_t share_of(EventClass kind) {
  switch (kind) {
    case EventClass::messages:
    case EventClass::control:
      return 1;
    case EventClass::candidates:
      return 5;
    case EventClass::receipts:
    case EventClass::typing:
      return 10;
  }
  return 1;
}
constexpr std::uint64_t all_shares = share_of(EventClass::messages) + share_of(EventClass::control) +
                                     share_of(EventClass::candidates) + share_of(EventClass::receipts) +
                                     share_of(EventClass::typing);

}  // namespace

std::optional<base::Duration> TokenBucket::take(BucketSize const& size, base::TimePoint now) {
  using std::chrono::nanoseconds;
  auto const tokens = static_cast<std::int64_t>(size.tokens);
  // The time in which one token comes; a full bucket is so many of these away from being empty.
  auto const step = std::max(nanoseconds(1), nanoseconds(size.refill) / tokens);
  auto const full_at = std::max(full_at_, now) + step;
  if (auto const over = full_at - now - step * tokens; over > nanoseconds(0)) {
    return std::chrono::ceil<base::Duration>(over);
  }
  full_at_ = full_at;
  return std::nullopt;
}

std::uint64_t EventMeter::refusals_max() const { return 10 * all_shares * limits_.events_max; }

base::Result<void, EventMeter::OverLimit> EventMeter::admit(GuestId const& id, SocketId const& socket, EventClass kind,
                                                            base::TimePoint now) {
  if (limits_.events_max == 0) return {};
  auto& sender = guest(id, now);
  auto& bucket = sender.buckets.at(static_cast<std::size_t>(kind));
  auto const wait = bucket.take({share_of(kind) * limits_.events_max, limits_.window}, now);
  if (!wait) return {};
  return base::fail(OverLimit{*wait, is_too_much(sender, socket, now)});
}

base::Result<void, base::Duration> EventMeter::admit_handshake(GuestId const& id, base::TimePoint now) {
  if (limits_.events_max == 0) return {};
  auto const wait = guest(id, now).handshakes.take({limits_.events_max, limits_.window}, now);
  if (wait) return base::fail(*wait);
  return {};
}

bool EventMeter::is_too_much(Guest& guest, SocketId const& socket, base::TimePoint now) const {
  if (guest.refused_socket != socket || guest.refusals_until <= now) {
    guest.refused_socket = socket;
    guest.refusals = 0;
    guest.refusals_until = now + limits_.window;
  }
  return ++guest.refusals == refusals_max() + 1;
}

EventMeter::Guest& EventMeter::guest(GuestId const& id, base::TimePoint now) {
  if (look_for_quiet_at_ <= now) {
    forget_quiet_guests(now);
    look_for_quiet_at_ = now + limits_.window;
  }
  return guests_[id];
}

void EventMeter::forget_quiet_guests(base::TimePoint now) {
  std::erase_if(guests_, [&](auto const& entry) {
    auto const& guest = entry.second;
    auto const is_full = [&](TokenBucket const& bucket) { return bucket.is_full(now); };
    return guest.refusals_until <= now && is_full(guest.handshakes) && std::ranges::all_of(guest.buckets, is_full);
  });
}

}  // namespace parley::chat
