#include "parley/websocket/message_reader.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "parley/websocket/test_client.h"

using namespace parley::websocket;
using namespace std::string_literals;
using parley::base::Bytes;

namespace {

constexpr std::size_t large = 10'000'000;

/// The events that `wire` leads to when it arrives cut at these places.
std::vector<std::string> events_in_pieces(std::string_view wire, std::vector<std::size_t> const& cuts,
                                          std::size_t message_bytes_max = large) {
  MessageReader reader{message_bytes_max};
  std::vector<std::string> seen;
  std::size_t from = 0;
  for (auto const cut : cuts) {
    read_all(reader, wire.substr(from, cut - from), seen);
    from = cut;
  }
  read_all(reader, wire.substr(from), seen);
  return seen;
}

std::vector<std::string> events(std::string_view wire, std::size_t message_bytes_max = large) {
  return events_in_pieces(wire, {}, message_bytes_max);
}

/// As above, and the same when every byte comes alone and for every single cut.
std::vector<std::string> events_however_cut(std::string const& wire, std::size_t message_bytes_max = large) {
  auto const whole = events(wire, message_bytes_max);
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    everywhere.push_back(cut);
    CHECK(events_in_pieces(wire, {cut}, message_bytes_max) == whole);
  }
  CHECK(events_in_pieces(wire, everywhere, message_bytes_max) == whole);
  return whole;
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("a text and a binary message are handed out unmasked") {
  CHECK(events_however_cut(frame(Opcode::text, "hello")) == Seen{"text hello"});
  CHECK(events_however_cut(frame(Opcode::binary, "\x00\xFF\x80"s)) == Seen{"binary \x00\xFF\x80"s});
  CHECK(events_however_cut(frame(Opcode::text, "")) == Seen{"text "});
}

TEST_CASE("messages of all three length forms are read wherever they are cut") {
  for (std::size_t const length : {125u, 126u, 300u}) {
    std::string const text(length, 'x');
    CHECK(events_however_cut(frame(Opcode::text, text)) == Seen{"text " + text});
  }
  std::string const text(70'000, 'y');
  auto const wire = frame(Opcode::text, text);
  for (std::size_t const cut : {1u, 2u, 9u, 10u, 13u, 14u, 15u, 5'000u, 70'013u}) {
    CHECK(events_in_pieces(wire, {cut}) == Seen{"text " + text});
  }
}

TEST_CASE("several frames in one piece come out one after the other") {
  auto const wire = frame(Opcode::text, "a") + frame(Opcode::ping, "p") + frame(Opcode::binary, "b") +
                    frame(Opcode::pong, "q") + frame(Opcode::text, "c");
  CHECK(events_however_cut(wire) == Seen{"text a", "ping p", "binary b", "pong", "text c"});
}

TEST_CASE("a whole frame is handed out where it lies, and nothing is kept") {
  MessageReader reader{large};
  auto bytes = padded(frame(Opcode::text, "in place"));
  auto input = without_padding(bytes);
  auto const* const payload = bytes.data() + 6;
  auto const event = reader.next(input);
  REQUIRE(std::holds_alternative<MessageReader::Message>(event));
  CHECK(std::get<MessageReader::Message>(event).payload.data() == payload);
  CHECK(input.empty());
  CHECK(reader.held_bytes() == 0);
}

TEST_CASE("readable bytes follow a message that was put together") {
  MessageReader reader{large};
  auto first = padded(fragment(Opcode::text, "one "));
  auto second = padded(frame(Opcode::continuation, "two"));
  auto input = without_padding(first);
  REQUIRE(std::holds_alternative<MessageReader::NeedMore>(reader.next(input)));
  input = without_padding(second);
  auto const event = reader.next(input);
  REQUIRE(std::holds_alternative<MessageReader::Message>(event));
  auto const payload = std::get<MessageReader::Message>(event).payload;
  CHECK(reader.held_bytes() >= payload.size() + parley::base::json_padding_bytes);
  // A sanitizer would tell if they were not there.
  Bytes const behind(payload.data() + payload.size(),
                     payload.data() + payload.size() + parley::base::json_padding_bytes);
  CHECK(behind == Bytes(parley::base::json_padding_bytes, 0));
}

TEST_CASE("fragments are joined, empty ones included") {
  auto const wire = fragment(Opcode::text, "") + fragment(Opcode::continuation, "he") +
                    fragment(Opcode::continuation, "") + fragment(Opcode::continuation, "ll") +
                    frame(Opcode::continuation, "o");
  CHECK(events_however_cut(wire) == Seen{"text hello"});
  CHECK(events_however_cut(fragment(Opcode::binary, "") + frame(Opcode::continuation, "")) == Seen{"binary "});
}

TEST_CASE("control frames between fragments are delivered at once") {
  auto const wire = fragment(Opcode::text, "one ") + frame(Opcode::ping, "now") + frame(Opcode::pong, "") +
                    frame(Opcode::continuation, "two") + frame(Opcode::text, "three");
  CHECK(events_however_cut(wire) == Seen{"ping now", "pong", "text one two", "text three"});
}

TEST_CASE("a close between fragments ends the connection") {
  auto const wire =
      fragment(Opcode::text, "one") + frame(Opcode::close, "\x03\xE8"s) + frame(Opcode::continuation, "two");
  CHECK(events_however_cut(wire) == Seen{"close 1000 "});
}

TEST_CASE("a continuation without a message is refused") {
  Seen const refused{"failure 1002 continuation without a message"};
  CHECK(events_however_cut(frame(Opcode::continuation, "x")) == refused);
  CHECK(events_however_cut(fragment(Opcode::continuation, "x")) == refused);
  CHECK(events_however_cut(frame(Opcode::text, "whole") + frame(Opcode::continuation, "x")) ==
        Seen{"text whole", refused[0]});
  CHECK(events_however_cut(fragment(Opcode::text, "a") + frame(Opcode::continuation, "b") +
                           frame(Opcode::continuation, "c")) == Seen{"text ab", refused[0]});
}

TEST_CASE("a new message inside a fragmented one is refused") {
  for (auto const opcode : {Opcode::text, Opcode::binary}) {
    Seen const refused{"failure 1002 new message inside a fragmented one"};
    CHECK(events_however_cut(fragment(Opcode::text, "a") + frame(opcode, "b")) == refused);
    CHECK(events_however_cut(fragment(Opcode::text, "a") + fragment(opcode, "b")) == refused);
  }
}

TEST_CASE("what a frame header must not say ends the connection with 1002") {
  CHECK(events_however_cut("\xC1\x80xxxx") == Seen{"failure 1002 reserved bits are set"});
  CHECK(events_however_cut("\x83\x80xxxx") == Seen{"failure 1002 unknown opcode"});
  CHECK(events_however_cut("\x81\x02hi") == Seen{"failure 1002 client frame is not masked"});
  CHECK(events_however_cut("\x09\x80xxxx") == Seen{"failure 1002 invalid control frame"});
  CHECK(events_however_cut("\x81\xFE\x00\x05xxxx"s) == Seen{"failure 1002 length is not in its shortest form"});
}

TEST_CASE("nothing is read after a failure or a close") {
  MessageReader reader{large};
  Seen seen;
  read_all(reader, frame(Opcode::close, "") + frame(Opcode::text, "late"), seen);
  read_all(reader, frame(Opcode::text, "later"), seen);
  CHECK(seen == Seen{"close 1005 "});
  CHECK(reader.held_bytes() == 0);
}

TEST_CASE("a message may be as long as the limit and no longer") {
  CHECK(events(frame(Opcode::binary, std::string(100, 'x')), 100) == Seen{"binary " + std::string(100, 'x')});
  CHECK(events_however_cut(frame(Opcode::binary, std::string(101, 'x')), 100) ==
        Seen{"failure 1009 message is too large"});
}

TEST_CASE("the limit holds for the sum of the fragments") {
  auto const fits = fragment(Opcode::binary, std::string(60, 'x')) + frame(Opcode::continuation, std::string(40, 'x'));
  CHECK(events_however_cut(fits, 100) == Seen{"binary " + std::string(100, 'x')});
  auto const too_long =
      fragment(Opcode::binary, std::string(60, 'x')) + frame(Opcode::continuation, std::string(41, 'x'));
  CHECK(events_however_cut(too_long, 100) == Seen{"failure 1009 message is too large"});
}

TEST_CASE("a length beyond the limit is refused before any of the payload has come") {
  CHECK(events("\x82\xFE\x00\x80"s, 100) == Seen{"failure 1009 message is too large"});
  CHECK(events("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, 100) == Seen{"failure 1009 message is too large"});
  CHECK(events(fragment(Opcode::binary, std::string(60, 'x')) + "\x80\xA9", 100) ==
        Seen{"failure 1009 message is too large"});
}

TEST_CASE("a ping inside a message that has reached its limit is still answered") {
  auto const wire = fragment(Opcode::binary, std::string(10, 'x')) + frame(Opcode::ping, std::string(125, 'p')) +
                    frame(Opcode::continuation, "");
  CHECK(events_however_cut(wire, 10) == Seen{"ping " + std::string(125, 'p'), "binary " + std::string(10, 'x')});
}

TEST_CASE("what is held grows with what has arrived, not with what was announced") {
  MessageReader reader{large};
  Seen seen;
  auto const wire = frame(Opcode::binary, std::string(1'000'000, 'x'));
  read_all(reader, wire.substr(0, 20), seen);
  CHECK(reader.held_bytes() < 1'000);
  read_all(reader, wire.substr(20, 10'000), seen);
  CHECK(reader.held_bytes() >= 10'000);
  CHECK(reader.held_bytes() < 21'000);
  read_all(reader, wire.substr(10'020), seen);
  CHECK(seen == Seen{"binary " + std::string(1'000'000, 'x')});
}

TEST_CASE("a message that arrives byte by byte is moved only now and then") {
  MessageReader reader{large};
  Seen seen;
  auto const wire = frame(Opcode::binary, std::string(10'000, 'x'));
  std::set<std::size_t> sizes;
  for (char const byte : wire) {
    read_all(reader, {&byte, 1}, seen);
    sizes.insert(reader.held_bytes());
  }
  CHECK(seen.size() == 1);
  CHECK(sizes.size() < 20);
}

TEST_CASE("a fragmented message that never ends is held once, not twice the limit") {
  MessageReader reader{1'000};
  Seen seen;
  read_all(reader, fragment(Opcode::binary, "x"), seen);
  for (int i = 0; i < 999; ++i) read_all(reader, fragment(Opcode::continuation, "x"), seen);
  CHECK(seen.empty());
  CHECK(reader.held_bytes() < 1'500);
  read_all(reader, fragment(Opcode::continuation, "x"), seen);
  CHECK(seen == Seen{"failure 1009 message is too large"});
}

TEST_CASE("nothing is held once a message is complete") {
  MessageReader reader{large};
  Seen seen;
  auto const wire = frame(Opcode::text, std::string(50'000, 'x'));
  read_all(reader, wire.substr(0, 30'000), seen);
  CHECK(reader.held_bytes() >= 30'000 - 14);
  read_all(reader, wire.substr(30'000), seen);
  CHECK(seen.size() == 1);
  CHECK(reader.held_bytes() == 0);
  read_all(reader, frame(Opcode::ping, "p").substr(0, 3), seen);
  read_all(reader, frame(Opcode::ping, "p").substr(3), seen);
  CHECK(seen.size() == 2);
  CHECK(reader.held_bytes() == 0);
}

TEST_CASE("an idle reader is three words large") { CHECK(sizeof(MessageReader) <= 3 * sizeof(void*)); }

TEST_CASE("fragments that never carry anything are refused in the end") {
  auto wire = fragment(Opcode::text, "");
  for (int i = 0; i < 255; ++i) wire += fragment(Opcode::continuation, "");
  CHECK(events(wire + frame(Opcode::continuation, "x")) == Seen{"text x"});
  CHECK(events(wire + fragment(Opcode::continuation, "")) == Seen{"failure 1002 too many empty fragments"});
}

TEST_CASE("a text that is not UTF-8 is refused, whole or in fragments, and binary may be anything") {
  for (auto const& bad : {"\xC0\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "abc\xFF"s, "\xE2\x82"s, "\x80"s,
                          "\xE2"
                          "a\x82\xAC"s}) {
    CHECK(events_however_cut(frame(Opcode::text, bad)) == Seen{"failure 1007 invalid UTF-8"});
    CHECK(events_however_cut(fragment(Opcode::text, "good") + frame(Opcode::continuation, bad)) ==
          Seen{"failure 1007 invalid UTF-8"});
    CHECK(events_however_cut(frame(Opcode::binary, bad)) == Seen{"binary " + bad});
  }
}

TEST_CASE("a character may be spread over fragments") {
  std::string const smile = "\U0001F600";
  for (std::size_t cut = 0; cut <= smile.size(); ++cut) {
    auto const wire = fragment(Opcode::text, smile.substr(0, cut)) + frame(Opcode::ping, "\xFF") +
                      frame(Opcode::continuation, smile.substr(cut));
    CHECK(events_however_cut(wire) == Seen{"ping \xFF", "text " + smile});
  }
}

TEST_CASE("an invalid sequence is refused as soon as its first wrong byte is here") {
  auto const wire = frame(Opcode::text, "ok \xE2\x28 and much more text");
  auto const wrong_at = 6 + 4;
  CHECK(events(wire.substr(0, wrong_at)).empty());
  CHECK(events(wire.substr(0, wrong_at + 1)) == Seen{"failure 1007 invalid UTF-8"});
  CHECK(events(fragment(Opcode::text, "ok \xE2\x28")) == Seen{"failure 1007 invalid UTF-8"});
}

TEST_CASE("every close code is accepted or refused as RFC 6455 and its registry say") {
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    bool const allowed =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    std::string const payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    auto const seen = events(frame(Opcode::close, payload));
    REQUIRE(seen.size() == 1);
    if (seen[0] != (allowed ? "close " + std::to_string(code) + " " : "failure 1002 invalid close frame")) FAIL(code);
  }
}

TEST_CASE("a close frame is empty, or a code and a reason in UTF-8") {
  CHECK(events_however_cut(frame(Opcode::close, "")) == Seen{"close 1005 "});
  CHECK(events_however_cut(frame(Opcode::close, "\x03")) == Seen{"failure 1002 invalid close frame"});
  // One byte more would make a valid code of it.
  CHECK(events_however_cut(frame(Opcode::close, "\x0F") + frame(Opcode::close, "")) ==
        Seen{"failure 1002 invalid close frame"});
  CHECK(events_however_cut(frame(Opcode::close, "\x03\xE9going")) == Seen{"close 1001 going"});
  CHECK(events_however_cut(frame(Opcode::close, "\x03\xE8\xFF")) == Seen{"failure 1007 invalid UTF-8"});
  CHECK(events(frame(Opcode::close, "\x03\xE8" + std::string(123, 'r'))) ==
        Seen{"close 1000 " + std::string(123, 'r')});
}

TEST_CASE("where a random conversation is cut changes nothing") {
  std::mt19937 random{3};
  auto const upto = [&random](std::size_t most) { return random() % (most + 1); };
  std::array const starts{Opcode::text, Opcode::binary};
  std::array const controls{Opcode::ping, Opcode::pong};
  for (int round = 0; round < 2'000; ++round) {
    std::string wire;
    for (auto messages = 1 + upto(4); messages > 0; --messages) {
      auto opcode = starts[upto(1)];
      for (auto fragments = upto(3); fragments > 0; --fragments) {
        wire += fragment(opcode, std::string(upto(200), 'f'));
        opcode = Opcode::continuation;
        if (upto(2) == 0) wire += frame(controls[upto(1)], std::string(upto(125), 'c'));
      }
      wire += frame(opcode,
                    upto(9) == 0 ? std::string(upto(70'000), 'l') : "\u00e9\U0001F600" + std::string(upto(300), 's'));
    }
    // Now and then something is broken: the failure must not depend on the cuts either.
    if (upto(2) == 0) wire[upto(wire.size() - 1)] ^= static_cast<char>(1 << upto(7));
    std::vector<std::size_t> cuts;
    for (std::size_t at = upto(50); at < wire.size(); at += 1 + upto(upto(1) ? 20 : 20'000)) cuts.push_back(at);
    auto const whole = events(wire, 60'000);
    REQUIRE(events_in_pieces(wire, cuts, 60'000) == whole);
  }
}
