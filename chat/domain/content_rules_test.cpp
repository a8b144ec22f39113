#include "chat/domain/content_rules.h"

#include <doctest/doctest.h>

#include "chat/domain/profile.h"

using namespace parley::chat;
using parley::base::JsonParser;

namespace {

std::optional<NewMessage> read(std::string const& json) {
  JsonParser parser;
  auto const view = parser.parse(json);
  REQUIRE(view);
  return read_message(*view, ContentLimits{});
}
std::string quoted(std::string_view text) { return Json(text).dump(); }
std::string text_message(std::string_view text) { return R"({"type":"text","content":)" + quoted(text) + "}"; }
std::string file(std::string_view extra) {
  return R"({"type":"file","content":{"filename":"a.png","fileType":"image/png","fileSize":7)" + std::string(extra) +
         "}}";
}
std::string voice(std::string_view content) { return R"({"type":"voice","content":{)" + std::string(content) + "}}"; }
std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::optional<SignalBody> read(Signal signal, std::string const& json) {
  JsonParser parser;
  auto const view = parser.parse(json);
  REQUIRE(view);
  return read_signal(signal, *view);
}

}  // namespace

TEST_CASE("a text is taken as it is, up to 1000 UTF-16 units") {
  for (auto const& text : {std::string("a"), std::string("  a < b \n"), std::string(1000, 'x'), repeated("😀", 500)}) {
    auto const message = read(text_message(text));
    REQUIRE(message);
    CHECK(message->type == MessageType::text);
    CHECK(message->content == Json(text));
  }
  for (auto const& text : {std::string(), std::string(" \t\n"), std::string("\u00A0\u3000"), std::string(1001, 'x'),
                           repeated("😀", 500) + "x"}) {
    CHECK_FALSE(read(text_message(text)));
  }
}

TEST_CASE("a payload of another shape is no message") {
  for (std::string const& json :
       {std::string("null"), std::string("5"), std::string("\"text\""), std::string("[]"), std::string("true"),
        std::string("{}"), std::string(R"({"type":"text"})"), std::string(R"({"content":"a"})"),
        std::string(R"({"type":"text","content":5})"), std::string(R"({"type":"text","content":null})"),
        std::string(R"({"type":"text","content":["a"]})"), std::string(R"({"type":"system","content":"a"})"),
        std::string(R"({"type":"TEXT","content":"a"})"), std::string(R"({"type":["text"],"content":"a"})"),
        std::string(R"({"type":"file","content":"a"})"), std::string(R"({"type":"voice","content":[]})")}) {
    CAPTURE(json);
    CHECK_FALSE(read(json));
  }
}

TEST_CASE("file content has a name, a type and a size within the limits") {
  auto const content = [](std::string_view json) { return R"({"type":"file","content":)" + std::string(json) + "}"; };
  CHECK(read(content(R"({"filename":"a","fileType":"t","fileSize":0})")));
  CHECK(read(content(R"({"filename":"a","fileType":"t","fileSize":10485760})")));
  CHECK(read(content(R"({"filename":")" + std::string(255, 'n') + R"(","fileType":")" + std::string(127, 't') +
                     R"(","fileSize":1.5})")));
  for (std::string const& wrong :
       {std::string(R"({"fileType":"t","fileSize":0})"), std::string(R"({"filename":"","fileType":"t","fileSize":0})"),
        std::string(R"({"filename":"a","fileSize":0})"), std::string(R"({"filename":"a","fileType":"","fileSize":0})"),
        std::string(R"({"filename":"a","fileType":"t"})"),
        std::string(R"({"filename":"a","fileType":"t","fileSize":-1})"),
        std::string(R"({"filename":"a","fileType":"t","fileSize":10485761})"),
        std::string(R"({"filename":"a","fileType":"t","fileSize":1e400})"),
        std::string(R"({"filename":"a","fileType":"t","fileSize":"7"})"),
        std::string(R"({"filename":7,"fileType":"t","fileSize":0})"),
        R"({"filename":")" + std::string(256, 'n') + R"(","fileType":"t","fileSize":0})",
        R"({"filename":"a","fileType":")" + std::string(128, 't') + R"(","fileSize":0})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(content(wrong)));
  }
}

TEST_CASE("voice content lasts up to the limit") {
  CHECK(read(voice(R"("duration":0.1,"fileSize":0)")));
  CHECK(read(voice(R"("duration":300,"fileSize":5,"filename":"v.webm","fileType":"audio/webm")")));
  for (std::string_view const wrong :
       {R"("duration":0,"fileSize":0)", R"("duration":-1,"fileSize":0)", R"("duration":300.5,"fileSize":0)",
        R"("duration":"5","fileSize":0)", R"("fileSize":0)", R"("duration":5)", R"("duration":5,"fileSize":-1)",
        R"("duration":5,"fileSize":0,"filename":7)", R"("duration":5,"fileSize":0,"fileType":null)"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(voice(wrong)));
  }
}

TEST_CASE("links in content lead to the web or to this server") {
  for (std::string_view const key : {"tempUrl", "downloadUrl", "fileUrl", "url"}) {
    auto const with = [&](std::string_view url) { return file(",\"" + std::string(key) + "\":" + quoted(url)); };
    for (std::string_view const good : {"http://a", "https://a/b?c", "HTTPS://A", "/api/temp-files/temp/1"}) {
      CAPTURE(good);
      CHECK(read(with(good)));
    }
    for (std::string_view const bad : {"javascript:alert(1)", "data:text/html,x", "ftp://a", " https://a", "",
                                       "https:", "https://", "file:///etc/passwd", "a/b"}) {
      CAPTURE(bad);
      CHECK_FALSE(read(with(bad)));
    }
  }
  CHECK(read(file(R"-(,"other":"javascript:alert(1)")-")));
}

TEST_CASE("content keeps its primitive values and loses the others; keys of two underscores are refused") {
  auto const message = read(file(R"(,"a":1,"b":true,"c":null,"d":"x","e":{"f":1},"g":[1])"));
  REQUIRE(message);
  CHECK(message->content.dump() ==
        R"({"filename":"a.png","fileType":"image/png","fileSize":7,"a":1,"b":true,"c":null,"d":"x"})");
  CHECK_FALSE(read(file(R"(,"__proto__":1)")));
  CHECK_FALSE(read(file(R"(,"__x":{"y":1})")));
  CHECK(read(file(R"(,"_x":1)")));
}

TEST_CASE("content is refused beyond 16 KiB serialised") {
  auto const with = [](std::size_t bytes) { return file(",\"d\":\"" + std::string(bytes, 'x') + "\""); };
  auto const frame = with(0).size() - std::string_view(R"({"type":"file","content":})").size();
  CHECK(read(with(16 * 1024 - frame)));
  CHECK_FALSE(read(with(16 * 1024 - frame + 1)));
}

TEST_CASE("a client's own name for a message is a text of at most 64 units") {
  auto const with = [](std::string_view rest) { return R"({"type":"text","content":"a",)" + std::string(rest) + "}"; };
  CHECK(read(with(R"("clientMessageId":"c1","id":"x")"))->echoed_id == "c1");
  CHECK(read(with(R"("clientMessageId":"c1")"))->client_message_id == "c1");
  CHECK(read(with(R"("clientMessageId":")" + std::string(64, 'c') + "\"")));
  CHECK_FALSE(read(with(R"("clientMessageId":")" + std::string(65, 'c') + "\"")));
  CHECK_FALSE(read(with(R"("clientMessageId":7)")));
  auto const legacy = read(with(R"("id":"temp_1")"));
  CHECK(legacy->echoed_id == "temp_1");
  CHECK_FALSE(legacy->client_message_id);
  CHECK_FALSE(read(with(R"("id":7)"))->echoed_id);
}

TEST_CASE("a time is kept when it is one") {
  auto const with = [](std::string_view time) {
    return R"({"type":"text","content":"a","timestamp":)" + std::string(time) + "}";
  };
  CHECK(read(with(R"("2026-11-22T10:00:00+02:00")"))->timestamp == "2026-11-22T10:00:00+02:00");
  for (std::string_view const none : {"null", "5", R"("yesterday")", "{}"}) CHECK_FALSE(read(with(none))->timestamp);
}

TEST_CASE("signals pass on what they carry, unchanged") {
  auto const offer = read(Signal::offer, R"({"offer":{"type":"offer","sdp":"v=0\r\n"},"type":"audio"})");
  REQUIRE(offer);
  CHECK(offer->body.dump() == R"({"type":"offer","sdp":"v=0\r\n"})");
  CHECK(offer->media == "audio");
  CHECK(read(Signal::offer, R"({"offer":{}})")->media == "video");
  CHECK(read(Signal::answer, R"({"answer":{"a":1}})")->body.dump() == R"({"a":1})");
  CHECK(read(Signal::candidate, R"({"candidate":{"a":1}})")->body.dump() == R"({"a":1})");
  CHECK(read(Signal::candidate, R"({"candidate":null})")->body.is_null());
  for (auto const ending : {Signal::reject, Signal::timeout, Signal::end}) {
    for (std::string const& any : {std::string("null"), std::string("5"), std::string("[]"), std::string("{}")}) {
      CHECK(read(ending, any));
    }
  }
}

TEST_CASE("signals that do not fit are refused") {
  for (std::string const& wrong :
       {std::string("null"), std::string("{}"), std::string("[]"), std::string(R"({"offer":null})"),
        std::string(R"({"offer":"sdp"})"), std::string(R"({"offer":[]})"), std::string(R"({"offer":{},"type":"both"})"),
        std::string(R"({"offer":{},"type":null})"), std::string(R"({"offer":{},"type":1})")}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(Signal::offer, wrong));
  }
  CHECK_FALSE(read(Signal::answer, R"({"answer":null})"));
  CHECK_FALSE(read(Signal::answer, R"({"offer":{}})"));
  CHECK_FALSE(read(Signal::candidate, "{}"));
  CHECK_FALSE(read(Signal::candidate, R"({"candidate":"c"})"));
  auto const sized = [](std::string_view key, std::size_t bytes) {
    return "{\"" + std::string(key) + R"(":{"s":")" + std::string(bytes - 8, 'x') + "\"}}";
  };
  CHECK(read(Signal::offer, sized("offer", 64 * 1024)));
  CHECK_FALSE(read(Signal::offer, sized("offer", 64 * 1024 + 1)));
  CHECK(read(Signal::candidate, sized("candidate", 8 * 1024)));
  CHECK_FALSE(read(Signal::candidate, sized("candidate", 8 * 1024 + 1)));
}

TEST_CASE("a profile update takes what keeps its rule and tells the rest") {
  JsonParser parser;
  std::vector<FieldFault> faults;
  auto const view = parser.parse(
      R"({"location":{"country":"FI","city":null,"planet":"Earth"},"gender":null,"language":7,"deviceId":"d"})");
  auto const update = read_profile_update(*view, faults);
  CHECK(update.location->value() == Location{"FI", {}, {}});
  CHECK(update.gender.has_value());
  CHECK_FALSE(update.gender->has_value());
  CHECK_FALSE(update.language);
  CHECK(update.device_id->value() == "d");
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].path == "language");
  CHECK(faults[0].value == Json(7));
}
