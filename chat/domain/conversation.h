#pragma once

#include <array>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "chat/domain/call.h"
#include "chat/domain/effects.h"

namespace parley::chat {

/// The contract's room id: the two guest ids in byte order, joined by an underscore.
RoomId room_of(GuestId const& a, GuestId const& b);

/// Two matched guests, what they have told each other, and whether they are calling.
///
/// A message is kept before it is confirmed to its author and passed on. Keeping takes its time and may finish in
/// any order; what follows from it comes in the order in which the messages were said.
///
///   say ──► waiting ──stored──► sent ──confirm──► delivered
///              └──not stored──► refused
///
/// Lives on  the lobby's worker.
class Conversation {
 public:
  Conversation(GuestId a, GuestId b, std::uint64_t number, base::Timestamp began_at);
  /// One that goes on after a restart, open, with what was kept of its messages in `seq` order.
  Conversation(ChatRecord const& kept, std::uint64_t number, std::span<MessageHead const> messages);
  Conversation(Conversation&&) = default;

  RoomId const& room() const { return room_; }
  /// Tells this conversation from an earlier one of the same two guests.
  std::uint64_t number() const { return number_; }
  /// Precondition: `guest` is one of the two.
  GuestId const& partner_of(GuestId const& guest) const;
  GuestId const& first() const { return a_; }
  GuestId const& second() const { return b_; }
  ChatRecord record() const { return {room_, a_, b_, began_at_}; }

  /// The two have been told of each other. Before that, neither can say anything.
  bool is_open() const { return open_; }
  void open() { open_ = true; }

  struct Author {
    GuestId id;
    std::string username;
  };
  /// Somebody said it again while it was being kept, and waits for the same answer.
  struct Repeated {};
  /// It has been sent already: the confirmation is repeated.
  struct SentBefore {
    ChatSent confirmation;
  };
  /// As many messages of this author as may are still being kept.
  struct TooMany {};
  using Said = std::variant<Store, Repeated, SentBefore, TooMany>;
  /// `waiting_max` bounds what is being kept of one author, and how often the same may be said meanwhile.
  Said say(Author const& author, NewMessage message, MessageId id, Ask ask, base::Timestamp now,
           std::size_t waiting_max);

  /// A message whose fate is known. Only the first ask of a message passes it on.
  struct Settled {
    SharedMessage message;
    bool kept = false;
    struct Asked {
      Ask ask;
      std::optional<std::string> echoed_id;
    };
    std::vector<Asked> asked;
  };
  /// Storage is done with a message. Returns what is settled by it, in the order of saying; unknown ids settle nothing.
  std::vector<Settled> stored(MessageId const& id, bool kept);
  /// What was still being kept when the chat ended.
  std::vector<Settled> abandon();

  /// The recipient has the message. Returns its `seq` the first time; anyone else's word and any repetition change
  /// nothing.
  std::optional<std::uint64_t> confirm(GuestId const& by, MessageId const& id);
  /// Whether `by` was sent a message of that id.
  bool has_received(GuestId const& by, MessageId const& id) const;
  /// Whether `by` was sent a message of that id and has not confirmed it.
  bool awaits_confirmation(GuestId const& by, MessageId const& id) const;
  /// How many messages `guest` was sent and has not confirmed.
  std::size_t unconfirmed_by(GuestId const& guest) const { return side(guest).unconfirmed; }
  /// The greatest `seq` of a message sent to `guest`; 0 before the first.
  std::uint64_t last_seq_sent_to(GuestId const& guest) const { return side(guest).last_seq_sent_to; }
  /// Up to this `seq` the fate of every message is known.
  std::uint64_t settled_seq() const { return waiting_.empty() ? last_seq_ : waiting_.front().what.message->seq - 1; }
  /// Whether the message, as the storage shows it, has been sent. One being kept, or refused, has not.
  bool has_sent(Message const& message) const;

  /// What a signal does to the call. True when a call has just begun to ring.
  bool signal(GuestId const& from, Signal signal);
  Call call() const { return call_; }
  GuestId const& caller() const { return caller_; }
  /// Tells one ringing from the next.
  std::uint64_t ringing_number() const { return ringing_number_; }

 private:
  /// Beyond so many messages the oldest are forgotten: they can no longer be confirmed or recognised.
  static constexpr std::size_t remembered_max = 10'000;

  struct Waiting {
    Settled what;
    std::optional<bool> kept;
  };
  struct Sent {
    MessageId id;
    std::uint64_t seq = 0;
    std::optional<std::string> client_message_id;
    std::string timestamp;  ///< only with a `client_message_id`: it is repeated with the confirmation
    bool to_second = false;
    bool delivered = false;
  };
  struct Side {
    std::size_t waiting = 0;  ///< own messages that are being kept
    std::size_t unconfirmed = 0;
    std::uint64_t last_seq_sent_to = 0;
    std::unordered_map<std::string_view, Sent const*> by_client_message_id;  ///< own ones; views into `sent_`
  };
  Side const& side(GuestId const& guest) const { return sides_[guest == b_]; }
  Side& side(GuestId const& guest) { return sides_[guest == b_]; }
  void remember(Sent sent);
  void forget_oldest();

  GuestId a_, b_;
  RoomId room_;
  std::uint64_t number_;
  base::Timestamp began_at_;
  bool open_ = false;
  std::uint64_t last_seq_ = 0;
  std::array<Side, 2> sides_;
  std::deque<Waiting> waiting_;
  std::deque<Sent> sent_;
  std::unordered_map<std::string_view, Sent*> by_id_;  ///< views into `sent_`, whose elements stay where they are

  Call call_ = Call::none;
  GuestId caller_;
  std::uint64_t ringing_number_ = 0;
};

}  // namespace parley::chat
