#include "chat/domain/conversation.h"

#include <algorithm>

namespace parley::chat {

RoomId room_of(GuestId const& a, GuestId const& b) {
  auto const& [first, second] = std::minmax(a, b);
  return RoomId(first.str() + "_" + second.str());
}

Conversation::Conversation(GuestId a, GuestId b, std::uint64_t number)
    : a_(std::move(a)), b_(std::move(b)), room_(room_of(a_, b_)), number_(number) {}

GuestId const& Conversation::partner_of(GuestId const& guest) const {
  PARLEY_ASSERT(guest == a_ || guest == b_);
  return guest == a_ ? b_ : a_;
}

std::string Conversation::client_key(GuestId const& author, std::string const& client_message_id) {
  return author.str() + "/" + client_message_id;
}

Conversation::Said Conversation::say(Author const& author, NewMessage message, MessageId id, Ask ask,
                                     base::Timestamp now) {
  if (message.client_message_id) {
    auto const again = [&](Waiting const& each) {
      return each.client_message_id == message.client_message_id && each.what.message.sender == author.id;
    };
    if (auto const found = std::ranges::find_if(waiting_, again); found != waiting_.end()) {
      found->what.asked.push_back({ask, message.echoed_id});
      return Repeated{};
    }
    auto const found = by_client_key_.find(client_key(author.id, *message.client_message_id));
    if (found != by_client_key_.end()) {
      return SentBefore{{.message_id = found->second,
                         .timestamp = sent_.at(found->second).timestamp,
                         .client_message_id = message.echoed_id}};
    }
  }
  Message record{.id = std::move(id),
                 .room = room_,
                 .sender = author.id,
                 .sender_username = author.username,
                 .recipient = partner_of(author.id),
                 .type = message.type,
                 .content = std::move(message.content),
                 .timestamp = message.timestamp ? std::move(*message.timestamp) : written(now),
                 .seq = ++last_seq_,
                 .client_message_id = message.client_message_id};
  waiting_.push_back(
      {{record, false, {{ask, std::move(message.echoed_id)}}}, {}, std::move(message.client_message_id)});
  return Store{std::move(record)};
}

std::vector<Conversation::Settled> Conversation::stored(MessageId const& id, bool kept) {
  auto const found = std::ranges::find(waiting_, id, [](Waiting const& each) { return each.what.message.id; });
  if (found == waiting_.end()) return {};
  found->kept = kept;
  std::vector<Settled> settled;
  for (; !waiting_.empty() && waiting_.front().kept; waiting_.pop_front()) {
    auto& done = waiting_.front();
    done.what.kept = *done.kept;
    if (done.what.kept) remember(done);
    settled.push_back(std::move(done.what));
  }
  return settled;
}

void Conversation::remember(Waiting const& done) {
  auto const& message = done.what.message;
  std::optional<std::string> key;
  if (done.client_message_id) {
    key = client_key(message.sender, *done.client_message_id);
    by_client_key_[*key] = message.id;
  }
  sent_.emplace(message.id, Sent{message.recipient, false, message.timestamp, std::move(key)});
  sent_order_.push_back(message.id);
  if (sent_order_.size() <= remembered_max) return;
  auto const oldest = sent_.find(sent_order_.front());
  if (oldest->second.client_key) by_client_key_.erase(*oldest->second.client_key);
  sent_.erase(oldest);
  sent_order_.pop_front();
}

std::vector<Conversation::Settled> Conversation::abandon() {
  std::vector<Settled> settled;
  for (auto& each : waiting_) settled.push_back(std::move(each.what));
  waiting_.clear();
  return settled;
}

bool Conversation::has_received(GuestId const& by, MessageId const& id) const {
  auto const found = sent_.find(id);
  return found != sent_.end() && found->second.recipient == by;
}

bool Conversation::confirm(GuestId const& by, MessageId const& id) {
  return has_received(by, id) && !std::exchange(sent_.at(id).delivered, true);
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
