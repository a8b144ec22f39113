#include "parley/engineio/packet.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace parley;
using namespace parley::engineio;

namespace {

base::MutableBytes bytes_of(std::string& text) { return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}; }

SharedMessage message_of(std::string_view text, std::vector<base::Bytes> attachments = {}) {
  auto const message = std::make_shared<Message>();
  message->buffer = std::string(Message::headroom, '\0') + std::string(text);
  message->start = message->frame_start = Message::headroom;
  for (auto& bytes : attachments) message->attachments.push_back(std::make_shared<base::Bytes const>(bytes));
  return message;
}

/// Each packet of a body as `<digit><text>` or `b<bytes>`, and `!` where reading ended with an error.
std::vector<std::string> packets_of(std::string body) {
  std::vector<std::string> seen;
  PayloadReader reader(body);
  while (auto const packet = reader.next()) {
    if (*packet) {
      auto const& read = **packet;
      seen.push_back((read.binary ? 'b' : to_digit(read.type)) + std::string(read.text()));
    } else {
      seen.push_back("!");
    }
  }
  return seen;
}

using Packets = std::vector<std::string>;

std::string encoded(std::string_view bytes) {
  std::string out;
  append_base64(out, base::as_bytes(bytes));
  return out;
}

std::optional<std::string> decoded(std::string text) {
  auto const length = decode_base64_in_place(bytes_of(text));
  if (!length) return std::nullopt;
  return text.substr(0, *length);
}

}  // namespace

TEST_CASE("every digit from 0 to 6 is a packet type, and everything behind it is its data") {
  for (int digit = 0; digit <= 6; ++digit) {
    std::string text = std::to_string(digit) + "da\x1eta";
    auto const packet = read_text_packet(bytes_of(text));
    REQUIRE(packet);
    CHECK(packet->type == static_cast<PacketType>(digit));
    CHECK(to_digit(packet->type) == text[0]);
    CHECK(packet->text() == "da\x1eta");
    CHECK_FALSE(packet->binary);
  }
}

TEST_CASE("a text packet may have no data, but must have a type") {
  std::string ping = "2";
  CHECK(read_text_packet(bytes_of(ping))->text().empty());
  CHECK(read_text_packet({}).error() == PacketError::empty);
}

TEST_CASE("a text packet that begins with anything but a known digit is refused") {
  for (int first = 0; first < 256; ++first) {
    if (first >= '0' && first <= '6') continue;
    std::string text(1, static_cast<char>(first));
    auto const packet = read_text_packet(bytes_of(text));
    REQUIRE_FALSE(packet);
    CHECK(packet.error() == PacketError::unknown_type);
  }
}

TEST_CASE("a payload is as many packets as its separators say") {
  CHECK(packets_of("4hello") == Packets{"4hello"});
  CHECK(packets_of("4hello\x1e"
                   "2\x1e"
                   "4€") == Packets{"4hello", "2", "4€"});
  CHECK(packets_of("3probe") == Packets{"3probe"});
}

TEST_CASE("binary packets of a payload are base64, decoded where they lie") {
  CHECK(packets_of("bAQIDBA==") == Packets{"b\x01\x02\x03\x04"});
  CHECK(packets_of("4a\x1e"
                   "bAQID\x1e"
                   "4b") == Packets{"4a", "b\x01\x02\x03", "4b"});
  CHECK(packets_of("b") == Packets{"b"});
  CHECK(packets_of("b\x1e"
                   "b\x1e"
                   "4") == Packets{"b", "b", "4"});
}

TEST_CASE("an empty packet anywhere in a payload is an error, and nothing behind it is read") {
  CHECK(packets_of("") == Packets{"!"});
  CHECK(packets_of("\x1e") == Packets{"!"});
  CHECK(packets_of("4a\x1e") == Packets{"4a", "!"});
  CHECK(packets_of("4a\x1e\x1e"
                   "4b") == Packets{"4a", "!"});
}

TEST_CASE("a broken packet in a payload is an error, and nothing behind it is read") {
  CHECK(packets_of("7\x1e"
                   "4b") == Packets{"!"});
  CHECK(packets_of("4a\x1e"
                   "x\x1e"
                   "4b") == Packets{"4a", "!"});
  CHECK(packets_of("bA\x1e"
                   "4b") == Packets{"!"});
  CHECK(packets_of("b????\x1e"
                   "4b") == Packets{"!"});
}

TEST_CASE("base64 is written with padding") {
  CHECK(encoded("") == "");
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foob") == "Zm9vYg==");
  CHECK(encoded("fooba") == "Zm9vYmE=");
  CHECK(encoded("foobar") == "Zm9vYmFy");
  CHECK(encoded("\xfb\xff\xfe") == "+//+");
}

TEST_CASE("base64 is read with its padding or without") {
  for (std::string const plain : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xfb\xff\xfe"}) {
    auto text = encoded(plain);
    CHECK(decoded(text) == plain);
    while (text.ends_with('=')) text.pop_back();
    CHECK(decoded(text) == plain);
  }
}

TEST_CASE("base64 with a foreign character, a lone digit or padding in its middle is refused") {
  for (char const* text :
       {"A", "AAAAA", "Zg=\n", "Zg ==", "Zm9v Zm9v", "Zm-v", "Zm_v", "=", "Z===", "Zg==Zg==", "A=AA", "Zm9\xff"}) {
    CAPTURE(text);
    bool const padding_alone = std::string_view(text) == "=";
    // Padding may be absent, so padding that pads nothing is the empty text.
    if (padding_alone) {
      CHECK(decoded(text) == "");
    } else {
      CHECK_FALSE(decoded(text));
    }
  }
}

TEST_CASE("any bytes survive base64") {
  std::mt19937 random(1);
  for (std::size_t length = 0; length < 200; ++length) {
    std::string plain(length, '\0');
    for (auto& byte : plain) byte = static_cast<char>(random());
    CHECK(decoded(encoded(plain)) == plain);
  }
}

TEST_CASE("a message counts its frame and its attachments, and knows whether it has text") {
  auto const both = message_of("42[]", {base::Bytes(100)});
  CHECK(both->text() == "42[]");
  CHECK(both->frame() == "42[]");
  CHECK(both->has_text());
  CHECK(both->bytes() >= 104);
  CHECK_FALSE(message_of("", {base::Bytes(3)})->has_text());
}

TEST_CASE("a poll queue joins what it holds, in order, with separators between packets only") {
  PollQueue queue;
  CHECK(queue.empty());
  CHECK(queue.take_payload() == "");
  queue.push(PacketType::open, R"({"sid":"x"})");
  queue.push(message_of("42[\"a\"]"));
  queue.push(message_of("451-[\"b\",{}]", {base::Bytes{1, 2, 3}}));
  queue.push(PacketType::ping);
  CHECK(queue.bytes() > 0);
  CHECK(queue.take_payload() ==
        "0{\"sid\":\"x\"}\x1e"
        "42[\"a\"]\x1e"
        "451-[\"b\",{}]\x1e"
        "bAQID\x1e"
        "2");
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("a message that is all attachment stands in a payload without an empty packet before it") {
  PollQueue queue;
  queue.push(message_of("", {base::Bytes{1, 2, 3, 4}}));
  queue.push(message_of("", {base::Bytes{}, base::Bytes{5}}));
  queue.push(PacketType::noop);
  CHECK(queue.take_payload() ==
        "bAQIDBA==\x1e"
        "b\x1e"
        "bBQ==\x1e"
        "6");
}

TEST_CASE("what a poll queue holds can be taken over to another transport, in order") {
  PollQueue queue;
  auto const message = message_of("42[]");
  queue.push(PacketType::ping);
  queue.push(message);
  auto const items = queue.take_items();
  REQUIRE(items.size() == 2);
  CHECK_FALSE(items[0].message);
  CHECK(items[0].control.type == PacketType::ping);
  CHECK(items[1].message == message);
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("whatever a poll queue writes, a payload reader reads") {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    PollQueue queue;
    Packets expected;
    auto const packets = 1 + random() % 6;
    for (unsigned i = 0; i < packets; ++i) {
      std::string text(random() % 20, static_cast<char>('a' + i));
      switch (random() % 3) {
        case 0:
          queue.push(static_cast<PacketType>(random() % 7), text);
          expected.push_back("?" + text);
          break;
        case 1:
          queue.push(message_of("4" + text));
          expected.push_back("4" + text);
          break;
        default: {
          base::Bytes bytes(random() % 9);
          for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
          expected.push_back("4" + text);
          expected.push_back("b" + std::string(base::as_text(bytes)));
          queue.push(message_of("4" + text, {bytes}));
        }
      }
    }
    auto const read = packets_of(queue.take_payload());
    REQUIRE(read.size() == expected.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      CHECK(read[i].substr(1) == expected[i].substr(1));
      if (expected[i][0] != '?') CHECK(read[i][0] == expected[i][0]);
    }
  }
}

TEST_CASE("random bodies are read or refused, and what is read is no longer than the body") {
  std::mt19937 random(3);
  constexpr std::string_view letters = "0123456789b=+/AZaz\x1e\x1e\xff ";
  for (int round = 0; round < 5'000; ++round) {
    std::string body(random() % 40, '\0');
    for (auto& c : body) c = letters[random() % letters.size()];
    std::size_t read = 0;
    auto const packets = packets_of(body);
    for (auto const& packet : packets) read += packet.size();
    CHECK(read <= body.size() + 1);
    CHECK_FALSE(packets.empty());
    for (std::size_t i = 0; i + 1 < packets.size(); ++i) CHECK(packets[i] != "!");
  }
}
