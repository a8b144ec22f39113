#include "bench/load/connection.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "bench/load/frames.h"

namespace bench {

Connection::Connection(Descriptor socket, MessageRing& outgoing, std::vector<MessageRing*> const& incoming)
    : socket_(std::move(socket)), outgoing_(&outgoing) {
  for (auto* ring : incoming) incoming_.push_back({ring});
  receiving_ = incoming_.data();
}

void Connection::send_messages(std::size_t messages, std::uint64_t at) {
  for (std::size_t i = 0; i < messages; ++i) {
    outgoing_->sent_at[next_to_send_] = at;
    if (++next_to_send_ == outgoing_->count) next_to_send_ = 0;
  }
  sent_ += messages;
  unsent_bytes_ += messages * outgoing_->request_bytes;
  flush();
}

void Connection::flush() {
  std::string_view const ring = outgoing_->requests;
  while (unsent_bytes_ > 0 || pong_due_) {
    if (pong_due_ && send_at_ % outgoing_->request_bytes == 0) {
      send_all(socket_.get(), client_pong_frame());
      pong_due_ = false;
      continue;
    }
    auto const run = std::min(unsent_bytes_, ring.size() - send_at_);
    auto const sent = send_some(socket_.get(), ring.substr(send_at_, run));
    if (sent == 0) return;
    unsent_bytes_ -= sent;
    send_at_ = (send_at_ + sent) % ring.size();
  }
}

std::size_t Connection::receive(std::span<char> scratch, bool hung_up, Meter& meter) {
  std::size_t completed = 0;
  for (bool more = true; more;) {
    std::ranges::copy(held_, scratch.begin());
    auto const held = held_.size();
    held_.clear();
    auto const received = receive_some(socket_.get(), scratch.subspan(held));
    completed += check(scratch.first(held + received.bytes), now_ns(), meter);
    more = !received.drained || (hung_up && received.bytes > 0);
  }
  return completed;
}

std::size_t Connection::check(std::span<char const> bytes, std::uint64_t now, Meter& meter) {
  auto const& ping = server_ping_frame();
  std::size_t completed = 0;
  while (!bytes.empty()) {
    auto const* const ring = receiving_->ring;
    bool const frame_starts = receiving_at_ == 0 || receiving_at_ == ring->answer_split;
    if (frame_starts && bytes.size() >= ping.size() && std::memcmp(bytes.data(), ping.data(), ping.size()) == 0) {
      bytes = bytes.subspan(ping.size());
      pong_due_ = true;
      flush();
      continue;
    }
    if (frame_starts && bytes.size() < (incoming_.size() > 1 ? ring->telling_bytes : ping.size())) {
      held_.assign(bytes.begin(), bytes.end());
      break;
    }
    if (receiving_at_ == 0 && incoming_.size() > 1) find_speaker(bytes);
    bytes = bytes.subspan(match(bytes));
    if (receiving_at_ < ring->answer_bytes) continue;
    complete(now, meter);
    ++completed;
  }
  received_ += completed;
  return completed;
}

std::size_t Connection::match(std::span<char const> bytes) {
  auto const& ring = *receiving_->ring;
  auto const frame_end = receiving_at_ < ring.answer_split ? ring.answer_split : ring.answer_bytes;
  auto const expected = std::string_view{ring.answers}.substr(receiving_->next * ring.answer_bytes + receiving_at_,
                                                              std::min(bytes.size(), frame_end - receiving_at_));
  if (std::memcmp(bytes.data(), expected.data(), expected.size()) != 0) fail_on_mismatch(bytes, expected);
  receiving_at_ += expected.size();
  return expected.size();
}

void Connection::complete(std::uint64_t now, Meter& meter) {
  auto& [ring, message] = *receiving_;
  meter.delivered(now, ring->sent_at[message]);
  ++ring->heard_by[message];
  if (++message == ring->count) message = 0;
  receiving_at_ = 0;
}

void Connection::find_speaker(std::span<char const> bytes) {
  for (auto& heard : incoming_) {
    auto const& ring = *heard.ring;
    receiving_ = &heard;
    if (std::memcmp(bytes.data(), ring.answers.data() + heard.next * ring.answer_bytes, ring.telling_bytes) == 0)
      return;
  }
}

void Connection::fail_on_mismatch(std::span<char const> got, std::string_view expected) const {
  std::string_view const bytes{got.data(), std::min(got.size(), expected.size())};
  auto const differ =
      static_cast<std::size_t>(std::mismatch(bytes.begin(), bytes.end(), expected.begin()).first - bytes.begin());
  throw std::runtime_error("an answer differs at byte " + std::to_string(receiving_at_ + differ) + ": got «" +
                           std::string(bytes.substr(0, 120)) + "», expected «" + std::string(expected.substr(0, 120)) +
                           "»");
}

}  // namespace bench
