#include "parley/base/json.h"

#include <doctest/doctest.h>

#include "parley/base/json_codec.h"

using namespace parley::base;

namespace sample {

struct Point {
  int x = 0;
  std::optional<std::string> label;
  bool operator==(Point const&) const = default;
};
constexpr auto json_fields(Point*) { return fields(field("x", &Point::x), field("label", &Point::label)); }

struct Path {
  std::string name;
  std::vector<Point> points;
  bool operator==(Path const&) const = default;
};
constexpr auto json_fields(Path*) { return fields(field("name", &Path::name), field("points", &Path::points)); }

}  // namespace sample

namespace {

std::string round_trip(std::string_view text) {
  JsonParser parser;
  auto const view = parser.parse(text);
  if (!view) return "refused";
  std::string out;
  JsonWriter(out).copy(*view);
  return out;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a text that is read and written again is the same") {
  for (std::string_view const text :
       {"null", "true", "false", "0", "-1", "1.5", "\"\"", R"("a\"b\\c\n")", "[]", "{}", R"([1,[2,{"a":null}],"x"])",
        R"({"__proto__":{"x":1},"constructor":2})", "9223372036854775807", "18446744073709551615", "\"é😀\""}) {
    CHECK(round_trip(text) == text);
  }
}

TEST_CASE("numbers that JavaScript writes and 64 bits do not hold are read as doubles") {
  JsonParser parser;
  CHECK(parser.parse("[100000000000000000000]")->size() == 1);
  CHECK(round_trip("100000000000000000000") == "1e+20");
  auto const huge = parser.parse("1e400");
  REQUIRE(huge);
  CHECK(huge->as_double() == 1.7976931348623157e308);
  CHECK(round_trip("-123456789012345678901234567890") == "-1.2345678901234568e+29");
}

TEST_CASE("an escaped lone surrogate is read as a replacement character and whole pairs are kept") {
  JsonParser parser;
  CHECK(parser.parse(R"("\ud800")")->as_string() == "\xEF\xBF\xBD");
  CHECK(parser.parse(R"("a\udc00b\ud83d\ude00")")->as_string() ==
        "a\xEF\xBF\xBD"
        "b😀");
  CHECK(parser.parse(R"("\\ud800")")->as_string() == "\\ud800");
}

TEST_CASE("what is not JSON is refused") {
  for (std::string_view const text : {"", " ", "{", "[1,]", "nul", "01", "1.", "+1", "'a'", "\"\x01\"", "[1] 2",
                                      R"("\x")", "{1:2}", "[1e]", R"(["\ud800)", "-", "[00100000000000000000000]"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonParser().parse(text));
  }
  CHECK(JsonParser().parse("\"\xC3\x28\"").error() == JsonError::invalid_utf8);
}

TEST_CASE("nesting is bounded, whatever the length of the text") {
  JsonParser parser;
  CHECK(parser.parse(nested(1000)));
  CHECK(parser.parse(nested(100'000)).error() == JsonError::too_deep);
  CHECK(parser.parse(nested(1000)));
}

TEST_CASE("the last of several members with one name counts, as in JavaScript") {
  JsonParser parser;
  auto const view = parser.parse(R"({"a":1,"b":2,"a":3})");
  REQUIRE(view);
  CHECK((*view)["a"].as_int() == 3);
  CHECK(Json::copy_of(*view).dump() == R"({"a":3,"b":2})");
  CHECK_FALSE(view->find("c"));
}

TEST_CASE("a placeholder is the attachment it names, and any other object is itself") {
  auto const bytes = std::make_shared<Bytes const>(Bytes{1, 2, 3});
  std::vector<SharedBytes> const attachments{bytes};
  JsonParser parser;
  auto const view = parser.parse(
      R"({"a":{"_placeholder":true,"num":0},"b":{"_placeholder":true,"num":1},"c":{"_placeholder":1,"num":0}})",
      JsonParser::Padding::absent, attachments);
  REQUIRE(view);
  CHECK((*view)["a"].kind() == JsonKind::binary);
  CHECK((*view)["a"].as_binary() == bytes);
  CHECK((*view)["b"].kind() == JsonKind::object);
  CHECK((*view)["c"].kind() == JsonKind::object);
  CHECK(Json::copy_of(*view).has_binary());

  std::string out;
  std::vector<SharedBytes> written;
  JsonWriter writer(out, &written);
  writer.copy((*view)["a"]);
  CHECK(out == R"({"_placeholder":true,"num":0})");
  CHECK(written == attachments);
}

TEST_CASE("a struct is written with its fields and read only when they fit") {
  sample::Path const path{"p", {{1, "one"}, {2, {}}}};
  auto const text = to_json(path);
  CHECK(text == R"({"name":"p","points":[{"x":1,"label":"one"},{"x":2}]})");
  JsonParser parser;
  sample::Path back;
  CHECK(read_json(*parser.parse(text), back));
  CHECK(back == path);
  for (std::string_view const wrong :
       {"1", "[]", "{}", R"({"name":1,"points":[]})", R"({"name":"p"})", R"({"name":"p","points":[{"x":"1"}]})",
        R"({"name":"p","points":[{"x":3000000000}]})", R"({"name":"p","points":[{"x":1.5}]})"}) {
    CAPTURE(wrong);
    sample::Path unused;
    CHECK_FALSE(read_json(*parser.parse(wrong), unused));
  }
}

TEST_CASE("values that JSON cannot say are written as null") {
  CHECK(to_json(std::numeric_limits<double>::infinity()) == "null");
  CHECK(to_json(Bytes{1}) == "null");
  CHECK(to_json(std::optional<int>{}) == "null");
}
