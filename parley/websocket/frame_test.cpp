#include "parley/websocket/frame.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace parley::websocket;
using parley::base::Bytes;

namespace {

constexpr FrameRules no_limit{~std::uint64_t{0}};

/// A client's header with the mask 1 2 3 4.
Bytes header(unsigned first, unsigned second, Bytes const& length = {}) {
  Bytes bytes{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)};
  bytes.insert(bytes.end(), length.begin(), length.end());
  bytes.insert(bytes.end(), {1, 2, 3, 4});
  return bytes;
}

std::optional<FrameError> error_of(Bytes const& input, FrameRules rules = no_limit) {
  auto const read = read_frame_header(input, rules);
  if (read) return std::nullopt;
  return read.error();
}

FrameHeader whole(Bytes const& input, FrameRules rules = no_limit) {
  auto const read = read_frame_header(input, rules);
  REQUIRE(read);
  REQUIRE(*read);
  return **read;
}

}  // namespace

TEST_CASE("a header tells its opcode, length, mask and own size") {
  auto const read = whole(header(0x81, 0x85));
  CHECK(read.final);
  CHECK_FALSE(read.compressed);
  CHECK(read.opcode == Opcode::text);
  CHECK(read.payload_bytes == 5);
  CHECK(read.mask == std::array<std::uint8_t, 4>{1, 2, 3, 4});
  CHECK(read.header_bytes == 6);
  CHECK_FALSE(whole(header(0x01, 0x85)).final);
}

TEST_CASE("of the sixteen opcodes six are known") {
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    CAPTURE(opcode);
    bool const known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    if (known) {
      CHECK(static_cast<unsigned>(whole(header(0x80 | opcode, 0x80)).opcode) == opcode);
    } else {
      CHECK(error_of(header(0x80 | opcode, 0x80)) == FrameError::unknown_opcode);
    }
  }
}

TEST_CASE("every combination of reserved bits is refused") {
  for (unsigned bits = 1; bits < 8; ++bits) {
    for (unsigned const opcode : {0u, 1u, 2u, 8u, 9u, 10u}) {
      CAPTURE(bits);
      CAPTURE(opcode);
      CHECK(error_of(header(0x80 | bits << 4 | opcode, 0x80)) == FrameError::reserved_bits_set);
    }
  }
}

TEST_CASE("with permessage-deflate the first reserved bit marks a compressed message and nothing else") {
  FrameRules const rules{.payload_bytes_max = 1000, .deflate = true};
  CHECK(whole(header(0xC1, 0x80), rules).compressed);
  CHECK(whole(header(0xC2, 0x80), rules).compressed);
  CHECK_FALSE(whole(header(0x81, 0x80), rules).compressed);
  CHECK(error_of(header(0xC0, 0x80), rules) == FrameError::reserved_bits_set);
  CHECK(error_of(header(0xC9, 0x80), rules) == FrameError::control_frame_invalid);
  CHECK(error_of(header(0xA1, 0x80), rules) == FrameError::reserved_bits_set);
  CHECK(error_of(header(0x91, 0x80), rules) == FrameError::reserved_bits_set);
}

TEST_CASE("an unmasked frame is refused, whatever it carries") {
  for (unsigned const opcode : {0u, 1u, 2u, 8u, 9u, 10u})
    CHECK(error_of({static_cast<std::uint8_t>(0x80 | opcode), 0}) == FrameError::unmasked_client_frame);
}

TEST_CASE("a length is read in each of its three forms") {
  CHECK(whole(header(0x82, 0x80)).payload_bytes == 0);
  CHECK(whole(header(0x82, 0x80 | 125)).payload_bytes == 125);
  CHECK(whole(header(0x82, 0x80 | 126, {0, 126})).payload_bytes == 126);
  CHECK(whole(header(0x82, 0x80 | 126, {0xFF, 0xFF})).payload_bytes == 65535);
  CHECK(whole(header(0x82, 0x80 | 126, {0xFF, 0xFF})).header_bytes == 8);
  CHECK(whole(header(0x82, 0x80 | 127, {0, 0, 0, 0, 0, 1, 0, 0})).payload_bytes == 65536);
  CHECK(whole(header(0x82, 0x80 | 127, {1, 2, 3, 4, 5, 6, 7, 8})).payload_bytes == 0x0102030405060708);
  CHECK(whole(header(0x82, 0x80 | 127, {1, 2, 3, 4, 5, 6, 7, 8})).header_bytes == 14);
}

TEST_CASE("a length that a shorter form could tell is refused") {
  CHECK(error_of(header(0x82, 0x80 | 126, {0, 0})) == FrameError::length_not_minimal);
  CHECK(error_of(header(0x82, 0x80 | 126, {0, 125})) == FrameError::length_not_minimal);
  CHECK(error_of(header(0x82, 0x80 | 127, {0, 0, 0, 0, 0, 0, 0, 5})) == FrameError::length_not_minimal);
  CHECK(error_of(header(0x82, 0x80 | 127, {0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) == FrameError::length_not_minimal);
}

TEST_CASE("a payload may be as long as the limit and no longer, before its mask has arrived") {
  CHECK(whole(header(0x82, 0x80 | 10), {10}).payload_bytes == 10);
  CHECK(error_of(header(0x82, 0x80 | 11), {10}) == FrameError::payload_too_large);
  CHECK(error_of({0x82, 0x80 | 11}, {10}) == FrameError::payload_too_large);
  CHECK(error_of({0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {1'000'000}) ==
        FrameError::payload_too_large);
}

TEST_CASE("the limit does not touch control frames") {
  CHECK(whole(header(0x89, 0x80 | 125), {10}).payload_bytes == 125);
}

TEST_CASE("a control frame is final and has at most 125 bytes") {
  for (unsigned const opcode : {8u, 9u, 10u}) {
    CAPTURE(opcode);
    CHECK(error_of(header(opcode, 0x80)) == FrameError::control_frame_invalid);
    CHECK(error_of(header(0x80 | opcode, 0x80 | 126, {0, 126})) == FrameError::control_frame_invalid);
    CHECK(error_of(header(0x80 | opcode, 0x80 | 127, {0, 0, 0, 0, 0, 1, 0, 0})) == FrameError::control_frame_invalid);
    CHECK(whole(header(0x80 | opcode, 0x80 | 125)).payload_bytes == 125);
  }
}

TEST_CASE("a header that is cut anywhere asks for more") {
  for (auto const& full :
       {header(0x81, 0x80 | 5), header(0x81, 0x80 | 126, {1, 0}), header(0x81, 0x80 | 127, {0, 0, 0, 1, 0, 0, 0, 0})}) {
    for (std::size_t length = 0; length < full.size(); ++length) {
      auto const read = read_frame_header(parley::base::BytesView(full).first(length), no_limit);
      REQUIRE(read);
      CHECK_FALSE(read->has_value());
    }
    CHECK(whole(full).header_bytes == full.size());
  }
}

TEST_CASE("each error closes with the code of its kind") {
  CHECK(close_code_of(FrameError::payload_too_large) == 1009);
  CHECK(close_code_of(FrameError::invalid_utf8) == 1007);
  for (auto const error :
       {FrameError::reserved_bits_set, FrameError::unknown_opcode, FrameError::unmasked_client_frame,
        FrameError::control_frame_invalid, FrameError::length_not_minimal, FrameError::unexpected_continuation,
        FrameError::message_interrupted, FrameError::too_many_empty_fragments, FrameError::close_frame_invalid})
    CHECK(close_code_of(error) == 1002);
}

TEST_CASE("a server's header is unmasked, final and of the shortest form") {
  auto const written = [](Opcode opcode, std::size_t payload_bytes) {
    Bytes out(server_header_bytes_max);
    out.resize(write_frame_header(out.data(), opcode, payload_bytes));
    return out;
  };
  CHECK(written(Opcode::text, 0) == Bytes{0x81, 0});
  CHECK(written(Opcode::binary, 125) == Bytes{0x82, 125});
  CHECK(written(Opcode::text, 126) == Bytes{0x81, 126, 0, 126});
  CHECK(written(Opcode::text, 65535) == Bytes{0x81, 126, 0xFF, 0xFF});
  CHECK(written(Opcode::text, 65536) == Bytes{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0});
  CHECK(written(Opcode::close, 2) == Bytes{0x88, 2});
  CHECK(written(Opcode::pong, 4) == Bytes{0x8A, 4});
}

TEST_CASE("what is written reads back, once the client's mask is added") {
  for (std::size_t const length : {0u, 1u, 125u, 126u, 127u, 65'535u, 65'536u, 1'000'000u}) {
    Bytes bytes(server_header_bytes_max);
    bytes.resize(write_frame_header(bytes.data(), Opcode::binary, length));
    bytes[1] |= 0x80;
    bytes.insert(bytes.end(), {9, 8, 7, 6});
    auto const read = whole(bytes);
    CHECK(read.final);
    CHECK(read.opcode == Opcode::binary);
    CHECK(read.payload_bytes == length);
    CHECK(read.header_bytes == bytes.size());
  }
}

TEST_CASE("unmasking agrees with RFC 6455's formula for every length and phase") {
  std::mt19937 random{1};
  std::array<std::uint8_t, 4> const mask{0x37, 0xFA, 0x21, 0x3D};
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t phase = 0; phase < 9; ++phase) {
      Bytes payload(length);
      for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
      auto expected = payload;
      for (std::size_t i = 0; i < length; ++i)
        expected[i] = static_cast<std::uint8_t>(expected[i] ^ mask[(i + phase) % 4]);
      unmask(payload, mask, phase);
      CHECK(payload == expected);
    }
  }
}
