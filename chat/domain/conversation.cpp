#include "chat/domain/conversation.h"

#include <algorithm>

namespace parley::chat {

RoomId room_of(GuestId const& a, GuestId const& b) {
  auto const& [first, second] = std::minmax(a, b);
  return RoomId(first.str() + "_" + second.str());
}

Conversation::Conversation(GuestId a, GuestId b, std::uint64_t number, base::Timestamp began_at)
    : a_(std::move(a)), b_(std::move(b)), room_(room_of(a_, b_)), number_(number), began_at_(began_at) {}

Conversation::Conversation(ChatRecord const& kept, std::uint64_t number, std::span<MessageHead const> messages)
    : Conversation(kept.first, kept.second, number, kept.began_at) {
  open_ = true;
  for (auto const& head : messages) {
    last_seq_ = std::max(last_seq_, head.seq);
    Sent sent{.id = head.id, .seq = head.seq, .client_message_id = head.client_message_id, .timestamp = {}};
    if (sent.client_message_id) sent.timestamp = head.timestamp;
    sent.to_second = head.recipient == b_;
    sent.delivered = head.is_delivered;
    remember(std::move(sent));
  }
}

GuestId const& Conversation::partner_of(GuestId const& guest) const {
  PARLEY_ASSERT(guest == a_ || guest == b_);
  return guest == a_ ? b_ : a_;
}

Conversation::Said Conversation::say(Author const& author, NewMessage message, MessageId id, Ask ask,
                                     base::Timestamp now, std::size_t waiting_max) {
  auto& own = side(author.id);
  if (message.client_message_id) {
    auto const again = [&](Waiting const& each) {
      return each.what.message->client_message_id == message.client_message_id &&
             each.what.message->sender == author.id;
    };
    if (auto const found = std::ranges::find_if(waiting_, again); found != waiting_.end()) {
      if (found->what.asked.size() >= waiting_max) return TooMany{};
      found->what.asked.push_back({ask, message.echoed_id});
      return Repeated{};
    }
    if (auto const found = own.by_client_message_id.find(*message.client_message_id);
        found != own.by_client_message_id.end()) {
      return SentBefore{{.message_id = found->second->id,
                         .timestamp = found->second->timestamp,
                         .client_message_id = message.echoed_id}};
    }
  }
  if (own.waiting >= waiting_max) return TooMany{};
  ++own.waiting;
  auto record = std::make_shared<Message>();
  *record = {.id = std::move(id),
             .room = room_,
             .sender = author.id,
             .sender_username = author.username,
             .recipient = partner_of(author.id),
             .type = message.type,
             .content = std::move(message.content),
             .timestamp = message.timestamp ? std::move(*message.timestamp) : written(now),
             .seq = ++last_seq_,
             .client_message_id = std::move(message.client_message_id)};
  waiting_.push_back({{record, false, {{ask, std::move(message.echoed_id)}}}, {}});
  return Store{std::move(record)};
}

std::vector<Conversation::Settled> Conversation::stored(MessageId const& id, bool kept) {
  auto const found = std::ranges::find(
      waiting_, id, [](Waiting const& each) -> auto const& { return each.what.message->id; });
  if (found == waiting_.end()) return {};
  found->kept = kept;
  std::vector<Settled> settled;
  for (; !waiting_.empty() && waiting_.front().kept; waiting_.pop_front()) {
    auto& done = waiting_.front();
    auto const& message = *done.what.message;
    --side(message.sender).waiting;
    done.what.kept = *done.kept;
    if (done.what.kept) {
      Sent sent{.id = message.id, .seq = message.seq, .client_message_id = message.client_message_id, .timestamp = {}};
      if (sent.client_message_id) sent.timestamp = message.timestamp;
      sent.to_second = message.recipient == b_;
      remember(std::move(sent));
    }
    settled.push_back(std::move(done.what));
  }
  return settled;
}

void Conversation::remember(Sent sent) {
  auto& held = sent_.emplace_back(std::move(sent));
  by_id_[held.id] = &held;
  auto& recipient = sides_[held.to_second];
  recipient.last_seq_sent_to = std::max(recipient.last_seq_sent_to, held.seq);
  if (!held.delivered) ++recipient.unconfirmed;
  if (held.client_message_id) sides_[!held.to_second].by_client_message_id[*held.client_message_id] = &held;
  if (sent_.size() > remembered_max) forget_oldest();
}

void Conversation::forget_oldest() {
  auto const& oldest = sent_.front();
  if (!oldest.delivered) --sides_[oldest.to_second].unconfirmed;
  if (oldest.client_message_id) sides_[!oldest.to_second].by_client_message_id.erase(*oldest.client_message_id);
  by_id_.erase(oldest.id);
  sent_.pop_front();
}

std::vector<Conversation::Settled> Conversation::abandon() {
  std::vector<Settled> settled;
  for (auto& each : waiting_) settled.push_back(std::move(each.what));
  waiting_.clear();
  for (auto& each : sides_) each.waiting = 0;
  return settled;
}

bool Conversation::has_received(GuestId const& by, MessageId const& id) const {
  auto const found = by_id_.find(id);
  return found != by_id_.end() && by == (found->second->to_second ? b_ : a_);
}

bool Conversation::awaits_confirmation(GuestId const& by, MessageId const& id) const {
  return has_received(by, id) && !by_id_.at(id)->delivered;
}

std::optional<std::uint64_t> Conversation::confirm(GuestId const& by, MessageId const& id) {
  if (!awaits_confirmation(by, id)) return std::nullopt;
  auto& sent = *by_id_.at(id);
  sent.delivered = true;
  --side(by).unconfirmed;
  return sent.seq;
}

bool Conversation::has_sent(Message const& message) const {
  if (message.seq > settled_seq()) return false;
  return by_id_.contains(message.id) || (!sent_.empty() && message.seq < sent_.front().seq);
}

bool Conversation::signal(GuestId const& from, Signal signal) {
  auto const by = call_ != Call::none && from != caller_ ? By::callee : By::caller;
  auto const* rule = rule_for(call_, signal, by);
  if (!rule) return false;
  bool const begins = call_ == Call::none;
  call_ = rule->then;
  if (signal == Signal::offer) caller_ = begins ? from : std::min(a_, b_);
  if (begins) ++ringing_number_;
  return begins;
}

}  // namespace parley::chat
