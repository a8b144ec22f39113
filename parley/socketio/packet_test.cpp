#include "parley/socketio/packet.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "parley/socketio/encode.h"

using namespace parley;
using namespace parley::socketio;

namespace {

PacketHeader header_of(std::string_view text) {
  auto const header = read_packet_header(text);
  REQUIRE(header);
  return *header;
}

struct Whole {
  char const* text;
  PacketType type;
  unsigned attachments;
  char const* nsp;
  std::optional<std::uint64_t> id;
  char const* json;
};

}  // namespace

TEST_CASE("a packet header is read in every form that the protocol knows") {
  using enum PacketType;
  for (auto const& each : {
           Whole{"0", PacketType::connect, 0, "/", {}, ""},
           Whole{R"(0{"token":"x"})", PacketType::connect, 0, "/", {}, R"({"token":"x"})"},
           Whole{"0/admin", PacketType::connect, 0, "/admin", {}, ""},
           Whole{"0/admin,", PacketType::connect, 0, "/admin", {}, ""},
           Whole{R"(0/admin,{"a":[1,2]})", PacketType::connect, 0, "/admin", {}, R"({"a":[1,2]})"},
           Whole{"1", PacketType::disconnect, 0, "/", {}, ""},
           Whole{"1/admin,", PacketType::disconnect, 0, "/admin", {}, ""},
           Whole{R"(2["x"])", event, 0, "/", {}, R"(["x"])"},
           Whole{R"(212["x"])", event, 0, "/", 12, R"(["x"])"},
           Whole{R"(2/admin,456["x"])", event, 0, "/admin", 456, R"(["x"])"},
           Whole{"3/admin,456[]", ack, 0, "/admin", 456, "[]"},
           Whole{"30[1]", ack, 0, "/", 0, "[1]"},
           Whole{R"(4{"message":"no"})", connect_error, 0, "/", {}, R"({"message":"no"})"},
           Whole{R"(51-["x",{"_placeholder":true,"num":0}])",
                 binary_event,
                 1,
                 "/",
                 {},
                 R"(["x",{"_placeholder":true,"num":0}])"},
           Whole{"510-/admin,7[]", binary_event, 10, "/admin", 7, "[]"},
           Whole{"61-/admin,456[]", binary_ack, 1, "/admin", 456, "[]"},
           // What stands in the JSON does not matter to the header.
           Whole{R"(2["a,/b",1])", event, 0, "/", {}, R"(["a,/b",1])"},
           Whole{"2/,[]", event, 0, "/", {}, "[]"},
           Whole{"2/a b?c=d#e,[]", event, 0, "/a b?c=d#e", {}, "[]"},
           Whole{"2-1[]", event, 0, "/", {}, "-1[]"},
           Whole{"0007[]", PacketType::connect, 0, "/", 7, "[]"},
       }) {
    CAPTURE(each.text);
    auto const header = header_of(each.text);
    CHECK(header.type == each.type);
    CHECK(header.attachments == each.attachments);
    CHECK(header.nsp == each.nsp);
    CHECK(header.id == each.id);
    CHECK(header.json == each.json);
  }
}

TEST_CASE("the views of a header point into the packet's text") {
  std::string const text = R"(2/chat,1["x"])";
  auto const header = header_of(text);
  CHECK(header.nsp.data() == text.data() + 1);
  CHECK(header.json.data() == text.data() + text.find('['));
}

TEST_CASE("a packet without one of the seven types is refused") {
  CHECK(read_packet_header("").error() == PacketError::unknown_type);
  for (int first = 0; first < 256; ++first) {
    if (first >= '0' && first <= '6') continue;
    std::string const text{static_cast<char>(first), '[', ']'};
    auto const header = read_packet_header(text);
    REQUIRE_FALSE(header);
    CHECK(header.error() == PacketError::unknown_type);
  }
}

TEST_CASE("a count of attachments must be plain, not zero, and ended by a dash") {
  for (char const* text : {"5", "6", "5-[]", "50-[]", "500-[]", "5[]", "51", "51[]", "5x-[]", "5-1-[]", "5+1-[]",
                           "5 1-[]", "51 -[]", "51.0-[]", "51e0-[]", "50x1-[]", "5/nsp,[]", "51/nsp,[]"}) {
    CAPTURE(text);
    auto const header = read_packet_header(text);
    REQUIRE_FALSE(header);
    CHECK(header.error() == PacketError::illegal_attachments);
  }
}

TEST_CASE("more attachments than ten are refused, however large the number") {
  CHECK(header_of("510-[]").attachments == attachments_max);
  for (char const* text : {"511-[]", "599-[]", "54294967296-[]", "54294967297-[]", "618446744073709551617-[]",
                           "599999999999999999999999999999999999999999-[]"}) {
    CAPTURE(text);
    auto const header = read_packet_header(text);
    REQUIRE_FALSE(header);
    CHECK(header.error() == PacketError::too_many_attachments);
  }
}

TEST_CASE("an id may have all the digits that 64 bits can hold, and no more") {
  CHECK(header_of("218446744073709551615[]").id == UINT64_MAX);
  CHECK(header_of("2000000000000000000000000000000000000005[]").id == 5);
  for (char const* text : {"218446744073709551616[]", "299999999999999999999999999999999999999999[]"}) {
    CAPTURE(text);
    auto const header = read_packet_header(text);
    REQUIRE_FALSE(header);
    CHECK(header.error() == PacketError::bad_payload);
  }
}

TEST_CASE("a client may not send the events that the library raises") {
  for (char const* name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    CHECK(is_reserved_event(name));
  }
  for (char const* name : {"", "connection", "Connect", "message", "error", "disconnect "}) {
    CHECK_FALSE(is_reserved_event(name));
  }
}

TEST_CASE("a prefix reads back as the header that it was written from") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 2'000; ++round) {
    auto const type = static_cast<PacketType>(random() % 7);
    bool const binary = type == PacketType::binary_event || type == PacketType::binary_ack;
    auto const attachments = static_cast<unsigned>(binary ? 1 + random() % attachments_max : 0);
    std::string nsp = "/";
    for (auto letters = random() % 6; letters > 0; --letters) nsp += static_cast<char>('a' + random() % 26);
    auto const id = random() % 2 ? std::optional(random() >> random() % 64) : std::nullopt;
    auto const prefix = packet_prefix(type, attachments, nsp, id);
    CAPTURE(prefix);
    REQUIRE(prefix[0] == '4');
    auto const text = prefix.substr(1) + "[1]";
    auto const header = header_of(text);
    CHECK(header.type == type);
    CHECK(header.attachments == attachments);
    CHECK(header.nsp == nsp);
    CHECK(header.id == id);
    CHECK(header.json == "[1]");
  }
}

TEST_CASE("an encoded event begins with its prefix, and the room before it suffices for a frame header") {
  Message message;
  Encoder(message, "/").event("x", std::nullopt, 1, "two", true, nullptr, 0.5);
  CHECK(message.text() == R"(42["x",1,"two",true,null,0.5])");
  Encoder(message, "/").event("x", 7);
  CHECK(message.text() == R"(427["x"])");
  Encoder(message, "/chat").event("x", UINT64_MAX, std::string("é\n"));
  CHECK(message.text() == R"(42/chat,18446744073709551615["x","é\n"])");
  Encoder(message, "/" + std::string(300, 'n')).event("x", std::nullopt);
  CHECK(message.text() == "42/" + std::string(300, 'n') + R"(,["x"])");
  CHECK(message.start >= Message::headroom);
  CHECK(message.frame_start == message.start);
}

TEST_CASE("binary arguments become attachments, numbered in the order of the text") {
  auto const first = std::make_shared<base::Bytes const>(base::Bytes{1});
  base::Bytes const second{2, 2};
  Message message;
  Encoder(message, "/chat")
      .event("x", 3, first, base::Json::object({{"deep", base::Json::array({base::Json(second)})}}));
  CHECK(message.text() == R"(452-/chat,3["x",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}])");
  REQUIRE(message.attachments.size() == 2);
  CHECK(message.attachments[0] == first);
  CHECK(*message.attachments[1] == second);
  // The memory is used again, what it held is not.
  Encoder(message, "/").event("y", std::nullopt);
  CHECK(message.text() == R"(42["y"])");
  CHECK(message.attachments.empty());
}

TEST_CASE("an acknowledgement is encoded with any number of arguments") {
  Message message;
  Encoder(message, "/").ack(0);
  CHECK(message.text() == "430[]");
  Encoder(message, "/").ack(12, "a");
  CHECK(message.text() == R"(4312["a"])");
  Encoder(message, "/chat").ack(12, 1, std::vector{2, 3}, nullptr);
  CHECK(message.text() == "43/chat,12[1,[2,3],null]");
  Encoder(message, "/").ack(1, JsonArgs{});
  CHECK(message.text() == "431[]");
  Encoder(message, "/").ack(1, base::Bytes{1}, 2);
  CHECK(message.text() == R"(461-1[{"_placeholder":true,"num":0},2])");
}

TEST_CASE("other packets are encoded as their JSON says, which may be none") {
  Message message;
  Encoder(message, "/").other(PacketType::connect, R"({"sid":"x"})");
  CHECK(message.text() == R"(40{"sid":"x"})");
  Encoder(message, "/chat").other(PacketType::disconnect, {});
  CHECK(message.text() == "41/chat,");
  Encoder(message, "/").encoded(R"(["x",1])", {});
  CHECK(message.text() == R"(42["x",1])");
  Encoder(message, "/").encoded("[]", {std::make_shared<base::Bytes const>()});
  CHECK(message.text() == "451-[]");
}
