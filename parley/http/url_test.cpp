#include "parley/http/url.h"

#include <doctest/doctest.h>

using namespace parley::http;

namespace {

Target read(std::string_view target) {
  CAPTURE(target);
  auto const parsed = parse_target(target);
  REQUIRE(parsed);
  return *parsed;
}

std::string shown(Query const& query) {
  std::string text;
  for (auto const& [name, value] : query) text += "[" + name + "|" + value + "]";
  return text;
}

}  // namespace

TEST_CASE("a target is taken apart into path and query, as sent and decoded") {
  auto const target = read("/socket.io/a%20b?EIO=4&transport=polling&t=a%26b");
  CHECK(target.raw_path == "/socket.io/a%20b");
  CHECK(target.path == "/socket.io/a b");
  CHECK(target.raw_query == "EIO=4&transport=polling&t=a%26b");
  CHECK(target.query.find("EIO") == "4");
  CHECK(target.query.find("transport") == "polling");
  CHECK(target.query.find("t") == "a&b");
  CHECK_FALSE(target.query.find("eio"));
}

TEST_CASE("a path may stand alone, and a query may be empty") {
  CHECK(read("/").path == "/");
  CHECK(read("/").query.empty());
  CHECK(read("/a?").raw_query.empty());
  CHECK(read("/a?").query.empty());
  CHECK(read("//a//b").path == "//a//b");
  CHECK(read("/a/../b/./c").path == "/a/../b/./c");
}

TEST_CASE("parameters keep their order; names may repeat and values may be missing") {
  CHECK(shown(read("/?a=1&b&c=&a=2").query) == "[a|1][b|][c|][a|2]");
  CHECK(read("/?a=1&a=2").query.find("a") == "1");
  CHECK(shown(read("/?a=b=c&=d&&e?f/g").query) == "[a|b=c][|d][e?f/g|]");
}

TEST_CASE("in a query a plus is a space, in a path it is itself") {
  auto const target = read("/a+b?c+d=e+f%2B");
  CHECK(target.path == "/a+b");
  CHECK(shown(target.query) == "[c d|e f+]");
}

TEST_CASE("an absolute form is read like the origin form inside it") {
  auto const target = read("http://example.com:8080/a%20b?c=d");
  CHECK(target.path == "/a b");
  CHECK(target.raw_path == "/a%20b");
  CHECK(target.query.find("c") == "d");
  CHECK(read("HTTPS://[::1]").path == "/");
  CHECK(read("http://a?b=c").raw_path == "/");
  CHECK(read("http://a?b=c").query.find("b") == "c");
}

TEST_CASE("a URL inside a path or a query is only text") {
  CHECK(read("/http://a/b").path == "/http://a/b");
  CHECK(read("/?to=http://a/b?c").query.find("to") == "http://a/b?c");
}

TEST_CASE("any other form is refused") {
  for (auto const* const target :
       {"", "*", "a", "a/b", "?a=b", "example.com:443", "ftp://a/b", "http:///a", "http://", "http:/a",
        "http://u:p@a/b", "http://a b/", "://a/", "/a#b", "/a b", "http://a\\b/"}) {
    CAPTURE(target);
    auto const parsed = parse_target(target);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == HttpError::bad_request);
  }
}

TEST_CASE("a broken percent-encoding is refused") {
  for (auto const* const target : {"/%", "/%2", "/%zz", "/a?%", "/a?b=%4", "/a?b=%g0", "/%%20"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target));
  }
}

TEST_CASE("what decodes to NUL or to something other than UTF-8 is refused") {
  for (auto const* const target : {"/%00", "/a?b=%00", "/a?%00=b", "/%FF", "/a?b=%C0%AF", "/a?b=%ED%A0%80"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target));
  }
  CHECK(read("/%E2%82%AC?a=%F0%9F%98%80").path == "/\u20ac");
  CHECK(read("/%E2%82%AC?a=%F0%9F%98%80").query.find("a") == "\U0001F600");
}

TEST_CASE("characters that browsers leave unencoded stand for themselves") {
  auto const target = read("/a[0]|b?c[d]={\"e\":1}^`f\\<>");
  CHECK(target.path == "/a[0]|b");
  CHECK(target.raw_path == "/a[0]|b");
  CHECK(target.query.find("c[d]") == "{\"e\":1}^`f\\<>");
}
