#include "parley/socketio/args.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "parley/socketio/encode.h"

using namespace parley;
using namespace parley::socketio;

namespace {

/// Arguments together with everything that they borrow.
struct Read {
  explicit Read(std::string json, std::size_t skip = 1, std::vector<base::SharedBytes> given = {})
      : text(std::move(json)), attachments(std::move(given)) {
    auto const array = parser.parse(text, base::JsonParser::Padding::absent, attachments);
    REQUIRE(array);
    args = Args(*array, text, skip, attachments);
  }
  Read(Read const&) = delete;

  std::string text;
  std::vector<base::SharedBytes> attachments;
  base::JsonParser parser;
  Args args;
};

base::SharedBytes bytes(base::Bytes of) { return std::make_shared<base::Bytes const>(std::move(of)); }

template <class... A>
std::string encoded(A const&... arguments) {
  Message message;
  Encoder(message, "/").event("e", std::nullopt, arguments...);
  return std::string(message.text());
}

std::vector<std::string> raws(Args const& args) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < args.size(); ++i) all.emplace_back(args.arg(i).raw);
  return all;
}

}  // namespace

TEST_CASE("arguments are known by their value and by the very text of the sender") {
  Read const read(R"(["e",1.50,"a","é",{"k" : [1, 2]},[],null,true])");
  auto const& args = read.args;
  CHECK(args.size() == 7);
  CHECK(args.raw() == R"(1.50,"a","é",{"k" : [1, 2]},[],null,true)");
  CHECK(raws(args) == std::vector<std::string>{"1.50", R"("a")", R"("é")", R"({"k" : [1, 2]})", "[]", "null", "true"});
  CHECK(args[0].as_double() == 1.5);
  CHECK(args[3]["k"].size() == 2);
  CHECK(args[6].as_bool() == true);
  CHECK(args[7].is_null());
  CHECK(args.arg(7).value.is_null());
  CHECK(args.arg(7).raw == "null");
}

TEST_CASE("brackets, commas, quotes and backslashes inside strings do not end an argument") {
  Read const read(R"(["e","],[","\"","\\","}\\\",{",{"],":"[{"},"\u005d\u0022"])");
  CHECK(raws(read.args) == std::vector<std::string>{R"("],[")", R"("\"")", R"("\\")", R"("}\\\",{")", R"({"],":"[{"})",
                                                    R"("\u005d\u0022")"});
}

TEST_CASE("the name of an event may hold what separates arguments") {
  Read const read(R"([ "a],[\"b\\" , 1 , 2 ])");
  REQUIRE(read.args.size() == 2);
  CHECK(read.args[0].as_int() == 1);
  CHECK(encoded(read.args.arg(1)) == R"(42["e", 2 ])");
}

TEST_CASE("white space around a packet and its arguments changes nothing") {
  Read const read("\n\t [\r\n \"e\" ,\n {\"a\" :1 } ,\t[ ] ]\n ");
  CHECK(read.args.size() == 2);
  CHECK(read.args[0]["a"].as_int() == 1);
  auto const again = encoded(read.args);
  auto const parsed = base::Json::parse(std::string_view(again).substr(2));
  REQUIRE(parsed);
  CHECK(parsed->dump() == R"(["e",{"a":1},[]])");
}

TEST_CASE("an event without arguments, and an acknowledgement without any, are empty") {
  Read const event(R"(["e"])");
  CHECK(event.args.size() == 0);
  CHECK(event.args.raw().empty());
  CHECK(encoded(event.args) == R"(42["e"])");
  Read const ack("[]", 0);
  CHECK(ack.args.size() == 0);
  CHECK(encoded(ack.args) == R"(42["e"])");
  CHECK(Args().size() == 0);
  CHECK(Args()[0].is_null());
}

TEST_CASE("nothing is skipped of an acknowledgement") {
  Read const read(R"(["a",2])", 0);
  CHECK(read.args.size() == 2);
  CHECK(read.args[0].as_string() == "a");
  CHECK(encoded(read.args) == R"(42["e","a",2])");
}

TEST_CASE("arguments are sent on as they came, numbers and escapes included") {
  Read const read(R"(["x",1e2,"\u00e9\/",12345678901234567890123,-0])");
  CHECK(encoded(read.args) == R"(42["e",1e2,"\u00e9\/",12345678901234567890123,-0])");
  CHECK(encoded(1, read.args, 2) == R"(42["e",1,1e2,"\u00e9\/",12345678901234567890123,-0,2])");
  CHECK(encoded(read.args.arg(3), read.args.arg(9)) == R"(42["e",-0,null])");
}

TEST_CASE("attachments travel with the arguments, and are numbered anew where others come before them") {
  auto const a = bytes({1});
  auto const b = bytes({2});
  Read const read(R"(["x",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]])", 1, {a, b});
  CHECK(read.args[0].as_binary() == b);

  Message message;
  Encoder(message, "/").event("e", std::nullopt, read.args);
  CHECK(message.text() == R"(452-["e",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]])");
  CHECK(message.attachments == std::vector{a, b});

  auto const own = bytes({3});
  Encoder(message, "/").event("e", std::nullopt, own, read.args);
  CHECK(message.text() ==
        R"(453-["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},[{"_placeholder":true,"num":2}]])");
  CHECK(message.attachments == std::vector{own, b, a});

  // One argument of several: only what it holds goes with it.
  Encoder(message, "/").event("e", std::nullopt, read.args.arg(1));
  CHECK(message.text() == R"(451-["e",[{"_placeholder":true,"num":0}]])");
  CHECK(message.attachments == std::vector{a});
}

TEST_CASE("a lone argument with attachments is sent on as it came") {
  auto const a = bytes({1});
  Read const read(R"(["x", {"b":{"num":0,"_placeholder":true}}])", 1, {a});
  Message message;
  Encoder(message, "/").event("e", std::nullopt, read.args.arg(0), 5);
  CHECK(message.text() == R"(451-["e", {"b":{"num":0,"_placeholder":true}},5])");
  CHECK(message.attachments == std::vector{a});
}

TEST_CASE("owned arguments outlive the packet") {
  JsonArgs owned;
  {
    Read const read(R"(["x",{"k":"v"},{"_placeholder":true,"num":0}])", 1, {bytes({9})});
    owned = JsonArgs::copy_of(read.args);
  }
  CHECK(owned.size() == 2);
  CHECK(owned[0]["k"].as_string() == "v");
  REQUIRE(owned[1].as_binary());
  CHECK(*owned[1].as_binary() == base::Bytes{9});
  CHECK(owned[2].is_null());
}

namespace {

base::Json random_json(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 6)) {
    case 0:
      return {};
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 3:
      return static_cast<double>(random() % 100'000) + 0.5;
    case 4: {
      static constexpr std::string_view letters = "a\"\\[]{},:/\n\t é";
      std::string text;
      for (auto n = random() % 8; n > 0; --n) text += letters.substr(random() % 13, 1);
      return text;
    }
    case 5:
      return base::Bytes(random() % 4, static_cast<std::uint8_t>(random()));
    case 6: {
      base::Json::Array elements;
      for (auto n = random() % 4; n > 0; --n) elements.push_back(random_json(random, depth - 1));
      return elements;
    }
    default: {
      auto object = base::Json::object();
      for (auto n = random() % 4; n > 0; --n) object.set("k\"" + std::to_string(n), random_json(random, depth - 1));
      return object;
    }
  }
}

}  // namespace

TEST_CASE("whatever is encoded reads back the same, whole and sent on argument by argument") {
  std::mt19937 random(6);
  for (int round = 0; round < 1'000; ++round) {
    JsonArgs sent;
    for (auto n = random() % 5; n > 0; --n) sent.values.push_back(random_json(random, 3));
    Message message;
    Encoder(message, "/nsp").event("name", random(), sent);
    CAPTURE(message.text());
    auto const header = read_packet_header(message.text().substr(1));
    REQUIRE((header || message.attachments.size() > attachments_max));
    auto const json = std::string(message.text().substr(message.text().find('[')));

    Read const read(json, 1, message.attachments);
    CHECK(JsonArgs::copy_of(read.args).values == sent.values);

    Message again;
    Encoder encoder(again, "/");
    switch (read.args.size()) {
      case 0:
        encoder.event("name", std::nullopt);
        break;
      case 1:
        encoder.event("name", std::nullopt, read.args.arg(0));
        break;
      case 2:
        encoder.event("name", std::nullopt, read.args.arg(0), read.args.arg(1));
        break;
      case 3:
        encoder.event("name", std::nullopt, read.args.arg(0), read.args.arg(1), read.args.arg(2));
        break;
      default:
        encoder.event("name", std::nullopt, read.args.arg(0), read.args.arg(1), read.args.arg(2), read.args.arg(3));
    }
    Read const twice(std::string(again.text().substr(again.text().find('['))), 1, again.attachments);
    CHECK(JsonArgs::copy_of(twice.args).values == sent.values);
  }
}
