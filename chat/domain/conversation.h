#pragma once

#include <deque>
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
  Conversation(GuestId a, GuestId b, std::uint64_t number);

  RoomId const& room() const { return room_; }
  /// Tells this conversation from an earlier one of the same two guests.
  std::uint64_t number() const { return number_; }
  /// Precondition: `guest` is one of the two.
  GuestId const& partner_of(GuestId const& guest) const;
  GuestId const& first() const { return a_; }
  GuestId const& second() const { return b_; }

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
  using Said = std::variant<Store, Repeated, SentBefore>;
  Said say(Author const& author, NewMessage message, MessageId id, Ask ask, base::Timestamp now);

  /// A message whose fate is known. Only the first ask of a message passes it on.
  struct Settled {
    Message message;
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

  /// The recipient has the message. True the first time; anyone else's word and any repetition change nothing.
  bool confirm(GuestId const& by, MessageId const& id);
  /// Whether `by` was sent a message of that id.
  bool has_received(GuestId const& by, MessageId const& id) const;

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
    std::optional<std::string> client_message_id;
  };
  struct Sent {
    GuestId recipient;
    bool delivered = false;
    std::string timestamp;
    std::optional<std::string> client_key;
  };
  static std::string client_key(GuestId const& author, std::string const& client_message_id);
  void remember(Waiting const& done);

  GuestId a_, b_;
  RoomId room_;
  std::uint64_t number_;
  std::uint64_t last_seq_ = 0;
  std::deque<Waiting> waiting_;
  std::unordered_map<MessageId, Sent> sent_;
  std::deque<MessageId> sent_order_;
  std::unordered_map<std::string, MessageId> by_client_key_;

  Call call_ = Call::none;
  GuestId caller_;
  std::uint64_t ringing_number_ = 0;
};

}  // namespace parley::chat
