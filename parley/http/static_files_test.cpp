#include "parley/http/static_files.h"

#include <doctest/doctest.h>

#include <array>

#include "parley/http/media_type.h"

using namespace parley::http;

namespace {

constexpr std::array files{
    StaticFile{.path = "/index.html", .bytes = "<!doctype html>", .gzip = "gz", .brotli = "br"},
    StaticFile{.path = "/assets/app.js", .bytes = "let a = 1;", .gzip = "gz!"},
    StaticFile{.path = "/favicon.png", .bytes = "png"},
    StaticFile{.path = "/empty.txt", .bytes = ""},
};

RequestHead asks(std::initializer_list<Headers::Field> fields = {}) {
  RequestHead head;
  head.method = Method::get;
  head.headers = fields;
  return head;
}

Response answer(std::string_view path, RequestHead const& request = asks()) {
  return StaticFiles(files).answer(path, StaticFiles::Caching::ask_again, request);
}

std::string header(Response const& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("a file is sent as it is, with its type, to a client that accepts no coding") {
  auto const page = answer("/index.html");
  CHECK(page.status == 200);
  CHECK(page.body == "<!doctype html>");
  CHECK(header(page, "Content-Type") == "text/html; charset=utf-8");
  CHECK(header(page, "Content-Encoding") == "(none)");
  CHECK(header(page, "Vary") == "Accept-Encoding");
  auto const nothing = answer("/empty.txt");
  CHECK(nothing.status == 200);
  CHECK(nothing.body.empty());
}

TEST_CASE("a file that is there packed is sent packed, and one that is not is never said to vary") {
  auto const packed = answer("/index.html", asks({{"Accept-Encoding", "gzip"}, {"accept-encoding", "br"}}));
  CHECK(packed.body == "br");
  CHECK(header(packed, "Content-Encoding") == "br");
  CHECK(header(packed, "Content-Type") == "text/html; charset=utf-8");
  CHECK(answer("/assets/app.js", asks({{"Accept-Encoding", "br, gzip"}})).body == "gz!");
  auto const picture = answer("/favicon.png", asks({{"Accept-Encoding", "br, gzip"}}));
  CHECK(picture.body == "png");
  CHECK(header(picture, "Vary") == "(none)");
}

TEST_CASE("each way of packing a file has an entity tag of its own, and other contents have others") {
  auto const plain = header(answer("/index.html"), "ETag");
  auto const gzip = header(answer("/index.html", asks({{"Accept-Encoding", "gzip"}})), "ETag");
  auto const brotli = header(answer("/index.html", asks({{"Accept-Encoding", "br"}})), "ETag");
  CHECK(plain.size() == 34);
  CHECK(plain.front() == '"');
  CHECK(plain.back() == '"');
  CHECK(gzip == plain.substr(0, 33) + "-gzip\"");
  CHECK(brotli == plain.substr(0, 33) + "-br\"");
  CHECK(header(answer("/favicon.png"), "ETag") != plain);
}

TEST_CASE("a client that has the file already is told so, and gets no body") {
  auto const tag = header(answer("/index.html"), "ETag");
  for (auto const& known : {tag, "W/" + tag, "\"other\", " + tag, "\"other\" ,W/" + tag + ",\"x\"", std::string("*")}) {
    CAPTURE(known);
    auto const same = answer("/index.html", asks({{"If-None-Match", known}}));
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    CHECK(header(same, "ETag") == tag);
    CHECK(header(same, "Cache-Control") == "no-cache");
    CHECK(header(same, "Vary") == "Accept-Encoding");
    CHECK(header(same, "Content-Type") == "(none)");
  }
  for (auto const& other : {std::string("\"other\""), std::string(), tag.substr(1), "w/" + tag}) {
    CAPTURE(other);
    CHECK(answer("/index.html", asks({{"If-None-Match", other}})).status == 200);
  }
  // What it has is packed in another way than what it would get.
  CHECK(answer("/index.html", asks({{"If-None-Match", tag}, {"Accept-Encoding", "br"}})).status == 200);
}

TEST_CASE("a file whose path changes with its content is kept for ever") {
  auto const script = StaticFiles(files).answer("/assets/app.js", StaticFiles::Caching::for_ever, asks());
  CHECK(header(script, "Cache-Control") == "public, max-age=31536000, immutable");
}

TEST_CASE("a path leads to the file of exactly that name, and nowhere else") {
  StaticFiles const kept(files);
  CHECK(kept.has("/index.html"));
  for (auto const* path : {"", "/", "index.html", "/index.htm", "/index.html/", "//index.html", "/./index.html",
                           "/assets", "/assets/", "/assets/../index.html", "/INDEX.html", "/zzz"}) {
    CAPTURE(path);
    CHECK_FALSE(kept.has(path));
  }
  CHECK(kept.paths() == std::vector<std::string_view>{"/assets/app.js", "/empty.txt", "/favicon.png", "/index.html"});
  CHECK(StaticFiles().empty());
  CHECK_FALSE(StaticFiles().has("/index.html"));
}

TEST_CASE("the ending of a name says what a file is, whatever the case of its letters") {
  CHECK(media_type_of("/a/b.js") == "text/javascript; charset=utf-8");
  CHECK(media_type_of("b.min.CSS") == "text/css; charset=utf-8");
  CHECK(media_type_of("icon.svg") == "image/svg+xml; charset=utf-8");
  CHECK(media_type_of("app.webmanifest") == "application/manifest+json; charset=utf-8");
  for (auto const* name : {"", "README", "/a.js/b", "a.", "a.exe", "js"}) {
    CAPTURE(name);
    CHECK(media_type_of(name) == "application/octet-stream");
  }
}
