#include "chat/app/web_pages.h"

#include <doctest/doctest.h>

#include <array>
#include <fstream>

#include "parley/base/json.h"

using namespace parley::chat;
namespace http = parley::http;
namespace fs = std::filesystem;

namespace {

/// A directory with files of these names, each with its own name as content; goes with the test.
class Directory {
 public:
  explicit Directory(std::initializer_list<std::string_view> names) {
    std::string pattern = fs::temp_directory_path() / "parley-pages-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()));
    place_ = pattern;
    for (auto const name : names) {
      fs::create_directories((place_ / name).parent_path());
      std::ofstream(place_ / name) << name;
    }
  }
  ~Directory() { fs::remove_all(place_); }
  Directory(Directory const&) = delete;
  Directory& operator=(Directory const&) = delete;
  fs::path const& path() const { return place_; }

 private:
  fs::path place_;
};

http::StaticFile const* find(WebFiles const& read, std::string_view path) {
  for (auto const& file : read.files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

WebFiles some_files() {
  return {{{.path = "/index.html", .bytes = "page"},
           {.path = "/assets/app-1a2b.js", .bytes = "script"},
           {.path = "/favicon.svg", .bytes = "icon"}}};
}

parley::server::HttpRequest get(std::string_view host = "chat.example:3001") {
  parley::server::HttpRequest request;
  request.head.method = http::Method::get;
  request.head.headers.set("Host", host);
  return request;
}

std::string header(http::Response const& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("a directory of pages is read with what is below it, and packed files go with those they are made of") {
  Directory const directory{"index.html",       "index.html.br", "index.html.gz", "assets/app.js",
                            "assets/app.js.gz", "lonely.js.br",  ".hidden",       ".vite/manifest.json"};
  auto const read = read_web_files(directory.path());
  REQUIRE(read);
  REQUIRE(read->files.size() == 3);
  auto const* index = find(*read, "/index.html");
  REQUIRE(index);
  CHECK(index->bytes == "index.html");
  CHECK(index->brotli == "index.html.br");
  CHECK(index->gzip == "index.html.gz");
  auto const* script = find(*read, "/assets/app.js");
  REQUIRE(script);
  CHECK(script->gzip == "assets/app.js.gz");
  CHECK(script->brotli.empty());
  CHECK(find(*read, "/lonely.js.br"));
}

TEST_CASE("a directory that is not there, or has no page to begin with, is refused in words") {
  Directory const without_index{"about.html"};
  auto const no_index = read_web_files(without_index.path());
  REQUIRE_FALSE(no_index);
  CHECK(no_index.error() == without_index.path().string() + " has no index.html");
  auto const missing = read_web_files(without_index.path() / "nowhere");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().ends_with("nowhere: No such file or directory"));
}

TEST_CASE("a link to another directory is not followed") {
  Directory const elsewhere{"secret.txt"};
  Directory const pages{"index.html"};
  fs::create_directory_symlink(elsewhere.path(), pages.path() / "linked");
  auto const read = read_web_files(pages.path());
  REQUIRE(read);
  CHECK(read->files.size() == 1);
}

TEST_CASE("pages may use camera and microphone, and nothing of other origins") {
  WebPages const pages(some_files(), "", 0);
  auto const page = pages.answer("/index.html", get());
  CHECK(page.status == 200);
  CHECK(page.body == "page");
  CHECK(header(page, "Permissions-Policy") ==
        "camera=(self), microphone=(self), display-capture=(self), geolocation=()");
  auto const policy = header(page, "Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "));
  CHECK(policy.find("connect-src 'self' ws://chat.example:3001;") != policy.npos);
  CHECK(policy.find("frame-ancestors 'none'") != policy.npos);
  CHECK(policy.find("unsafe") == policy.npos);
  CHECK(policy.find('*') == policy.npos);
}

TEST_CASE("what has a hash in its name is kept for ever, pages and the rest are asked for again") {
  WebPages const pages(some_files(), "", 0);
  CHECK(header(pages.answer("/index.html", get()), "Cache-Control") == "no-cache");
  CHECK(header(pages.answer("/favicon.svg", get()), "Cache-Control") == "no-cache");
  CHECK(header(pages.answer("/assets/app-1a2b.js", get()), "Cache-Control") == "public, max-age=31536000, immutable");
}

TEST_CASE("pages have routes of their own, and a server without pages has none") {
  parley::server::HttpRoutes with, without;
  WebPages const pages(some_files(), "", 0);
  pages.add_to(with);
  CHECK(with.names() ==
        std::vector<std::string>{"GET /", "GET /chat", "GET /assets/*", "GET /favicon.svg", "GET /index.html"});
  WebPages const none({}, "", 0);
  none.add_to(without);
  CHECK(none.empty());
  CHECK(without.names().empty());
}

TEST_CASE("what is not there is answered as every route that is not there") {
  WebPages const pages(some_files(), "", 0);
  auto const gone = pages.answer("/assets/app-0000.js", get());
  CHECK(gone.status == 404);
  CHECK(parley::base::Json::parse(gone.body).value()["message"] == "API endpoint not found");
}

TEST_CASE("files of another origin are allowed as pictures and media, and to be read, when the settings say so") {
  auto const policy = page_policy("https://chat.example", origin_of("https://files.example:8443/some/path"));
  for (auto const* part :
       {"img-src 'self' blob: data: https://files.example:8443;", "media-src 'self' blob: https://files.example:8443;",
        "connect-src 'self' wss://chat.example https://files.example:8443;"}) {
    CAPTURE(part);
    CHECK(policy.find(part) != policy.npos);
  }
}

TEST_CASE("a text that is no origin gets into no policy") {
  CHECK(origin_of("https://chat.example") == "https://chat.example");
  CHECK(origin_of("http://localhost:3001/") == "http://localhost:3001");
  for (auto const* url : {"", "chat.example", "ftp://chat.example", "https://", "https:///path", "https://a b",
                          "https://a;script-src *", "https://[::1]:3001", "https://*"}) {
    CAPTURE(url);
    CHECK(origin_of(url).empty());
  }
  WebPages const pages(some_files(), "", 0);
  auto const policy = header(pages.answer("/index.html", get("[::1]:3001")), "Content-Security-Policy");
  CHECK(policy.find("connect-src 'self';") != policy.npos);
}
