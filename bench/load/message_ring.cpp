#include "bench/load/message_ring.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <stdexcept>

#include "bench/load/frames.h"

namespace bench {
namespace {

constexpr std::size_t payload_bytes_min = 16;
/// The longest frame head, event name and label of any text message fit in this.
constexpr std::size_t telling_bytes_max = 48;

std::string filler(std::size_t bytes, std::mt19937& random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789 .,-";
  std::string text;
  while (text.size() < bytes) text.push_back(letters[random() % letters.size()]);
  return text;
}

/// `c00017.m03.`: which connection, which message.
std::string label(std::size_t connection, std::size_t message) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "c%05zu.m%02zu.", connection % 100'000, message);
  return text.data();
}

std::string json_payload(MessagePlan const& plan, std::string const& name, std::mt19937& random) {
  if (plan.shape == PayloadShape::string) return '"' + name + filler(plan.payload_bytes - name.size(), random) + '"';
  auto const head = R"({"id":")" + name + R"(","kind":"text","at":1700000000000,"tags":["a","b"],"text":")";
  constexpr std::string_view tail = R"("})";
  if (head.size() + tail.size() > plan.payload_bytes)
    throw std::runtime_error("an object payload needs 100 bytes or more");
  return head + filler(plan.payload_bytes - head.size() - tail.size(), random) + std::string(tail);
}

struct Exchange {
  std::string request;
  std::string answer;
  std::size_t answer_split;
};

/// Source    the wire forms of the bench server's contract.
Exchange text_exchange(std::string const& request, std::string const& answer, std::uint32_t mask) {
  auto sent = client_frame(Opcode::text, request, mask);
  auto expected = server_frame(Opcode::text, answer);
  auto const split = expected.size();
  return {std::move(sent), std::move(expected), split};
}

Exchange binary_exchange(std::string const& attachment, std::uint32_t mask) {
  auto exchange = text_exchange(R"(451-["bin",{"_placeholder":true,"num":0}])",
                                R"(451-["bin",{"_placeholder":true,"num":0}])", mask);
  exchange.request += client_frame(Opcode::binary, attachment, ~mask);
  exchange.answer += server_frame(Opcode::binary, attachment);
  return exchange;
}

Exchange make_exchange(MessagePlan const& plan, std::size_t connection, std::size_t message, std::mt19937& random) {
  auto const name = label(connection, message);
  auto const mask = static_cast<std::uint32_t>(random());
  if (plan.kind == MessageKind::binary) {
    auto attachment = name;
    while (attachment.size() < plan.payload_bytes) attachment.push_back(static_cast<char>(random()));
    return binary_exchange(attachment, mask);
  }
  auto const payload = json_payload(plan, name, random);
  // Two digits always, so that all messages of a ring have one length.
  auto const id = std::to_string(message + 10);
  switch (plan.kind) {
    case MessageKind::ack:
      return text_exchange("42" + id + R"(["ack",)" + payload + "]", "43" + id + "[" + payload + "]", mask);
    case MessageKind::relay:
      return text_exchange(R"(42["relay",)" + payload + "]", R"(42["relay",)" + payload + "]", mask);
    case MessageKind::say:
      return text_exchange(R"(42["say",)" + payload + "]", R"(42["said",)" + payload + "]", mask);
    default:
      return text_exchange(R"(42["echo",)" + payload + "]", R"(42["echo",)" + payload + "]", mask);
  }
}

}  // namespace

MessageRing::MessageRing(MessagePlan const& plan, std::size_t connection)
    : count(plan.count), sent_at(plan.count), heard_by(plan.count) {
  if (plan.payload_bytes < payload_bytes_min) throw std::runtime_error("payloads have 16 bytes or more");
  if (count < 1 || count > 90) throw std::runtime_error("between 1 and 90 messages can be in flight");
  std::mt19937 random{static_cast<std::uint32_t>(connection)};
  for (std::size_t message = 0; message < count; ++message) {
    auto const exchange = make_exchange(plan, connection, message, random);
    requests += exchange.request;
    answers += plan.raw ? exchange.request : exchange.answer;
    answer_split = exchange.answer_split;
  }
  request_bytes = requests.size() / count;
  answer_bytes = answers.size() / count;
  if (plan.raw) answer_split = answer_bytes;
  telling_bytes = std::min(answer_bytes, telling_bytes_max);
}

}  // namespace bench
