#include "parley/http/request.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace parley::http;
using namespace std::string_literals;
using parley::base::as_bytes;
using State = RequestParser::State;

namespace {

/// What became of a connection's bytes: each request, then how the rest ended.
struct Outcome {
  std::vector<std::string> requests;  ///< method, target and body
  std::optional<HttpError> error;
  State state = State::head;
  friend bool operator==(Outcome const&, Outcome const&) = default;
};

Outcome read_in_pieces(std::string_view wire, std::vector<std::size_t> const& cuts, RequestLimits limits = {},
                       std::optional<std::uint64_t> body_bytes_max = {}) {
  RequestParser parser{limits};
  Outcome outcome;
  std::string body;
  auto const feed = [&](std::string_view piece) {
    auto input = as_bytes(piece);
    while (!outcome.error) {
      bool const in_head = outcome.state == State::head;
      auto const fed = parser.feed(input);
      if (!fed) {
        outcome.error = fed.error();
        return;
      }
      outcome.state = *fed;
      if (in_head && *fed != State::head && body_bytes_max) parser.limit_body(*body_bytes_max);
      body += parser.take_body();
      if (*fed == State::complete) {
        outcome.requests.push_back(parser.head().method_text + " " + parser.head().target + " " + body);
        body.clear();
        parser.reset();
        outcome.state = State::head;
      } else if (input.empty()) {
        return;
      }
      if (input.empty() && outcome.state == State::head) return;
    }
  };
  std::size_t from = 0;
  for (auto const cut : cuts) {
    feed(wire.substr(from, cut - from));
    from = cut;
  }
  feed(wire.substr(from));
  return outcome;
}

/// What becomes of it whole; and it must be the same for every cut and when every byte comes alone.
Outcome read_however_cut(std::string_view wire, RequestLimits limits = {},
                         std::optional<std::uint64_t> body_bytes_max = {}) {
  auto const whole = read_in_pieces(wire, {}, limits, body_bytes_max);
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    everywhere.push_back(cut);
    CHECK(read_in_pieces(wire, {cut}, limits, body_bytes_max) == whole);
  }
  CHECK(read_in_pieces(wire, everywhere, limits, body_bytes_max) == whole);
  return whole;
}

std::optional<HttpError> error_of(std::string_view wire) { return read_however_cut(wire).error; }

/// A request with this header beside the Host.
std::string with(std::string const& lines) { return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n"; }

RequestHead head_of(std::string_view wire) {
  RequestParser parser;
  auto input = as_bytes(wire);
  auto const fed = parser.feed(input);
  REQUIRE(fed);
  REQUIRE(*fed != State::head);
  return parser.head();
}

}  // namespace

TEST_CASE("a head is read into its parts") {
  auto const head =
      head_of("GET /a/b?c=d HTTP/1.1\r\nHost: example.com:80\r\nX-One:  two words \t\r\nx-empty:\r\n\r\n");
  CHECK(head.method == Method::get);
  CHECK(head.method_text == "GET");
  CHECK(head.target == "/a/b?c=d");
  CHECK(head.version == 11);
  CHECK(head.headers.size() == 3);
  CHECK(head.headers.find("x-one") == "two words");
  CHECK(head.headers.find("X-EMPTY") == "");
  CHECK(head.keep_alive);
  CHECK_FALSE(head.content_length);
  CHECK_FALSE(head.chunked);
  CHECK_FALSE(head.upgrade);
  CHECK_FALSE(head.expect_continue);
}

TEST_CASE("each method is known by its name, and names are case-sensitive") {
  std::vector<std::pair<std::string, Method>> const methods{
      {"GET", Method::get},     {"HEAD", Method::head},      {"POST", Method::post},
      {"PUT", Method::put},     {"DELETE", Method::delete_}, {"OPTIONS", Method::options},
      {"PATCH", Method::patch}, {"get", Method::other},      {"PROPFIND", Method::other}};
  for (auto const& [name, method] : methods) {
    auto const head = head_of(name + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(head.method == method);
    CHECK(head.method_text == name);
  }
}

TEST_CASE("a request ends with its body, and the next one begins there") {
  auto const wire =
      "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      "GET /two HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
      "POST /four HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
  auto const outcome = read_however_cut(wire);
  CHECK(outcome.requests ==
        std::vector<std::string>{"POST /one hello", "GET /two ", "POST /three abc0123456789", "POST /four "});
  CHECK_FALSE(outcome.error);
}

TEST_CASE("the parser stops right after the head and keeps its bytes") {
  std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  std::string const wire = head + "abc";
  RequestParser parser;
  auto input = as_bytes(wire);
  CHECK(*parser.feed(input) == State::body);
  CHECK(input.size() == 3);
  CHECK(parser.raw_head() == head);
  CHECK(parser.take_body().empty());
  CHECK(*parser.feed(input) == State::complete);
  CHECK(parser.take_body() == "abc");
  CHECK(parser.take_body().empty());
}

TEST_CASE("a complete request takes nothing of what follows") {
  std::string const wire = "GET / HTTP/1.1\r\nHost: a\r\n\r\nframes";
  RequestParser parser;
  auto input = as_bytes(wire);
  CHECK(*parser.feed(input) == State::complete);
  CHECK(*parser.feed(input) == State::complete);
  CHECK(parley::base::as_text(input) == "frames");
}

TEST_CASE("an error is repeated until the parser is reset") {
  RequestParser parser;
  auto bad = as_bytes("\x16\x03\x01");
  CHECK(parser.feed(bad).error() == HttpError::bad_request);
  auto good = as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(parser.feed(good).error() == HttpError::bad_request);
  parser.reset();
  CHECK(*parser.feed(good) == State::complete);
}

TEST_CASE("a connection stays open as version and Connection say") {
  auto const keep_alive = [](std::string const& version, std::string const& connection) {
    return head_of("GET / HTTP/" + version + "\r\nHost: a\r\n" + connection + "\r\n").keep_alive;
  };
  CHECK(keep_alive("1.1", ""));
  CHECK_FALSE(keep_alive("1.1", "Connection: close\r\n"));
  CHECK_FALSE(keep_alive("1.1", "Connection: keep-alive\r\nConnection: foo, Close\r\n"));
  CHECK_FALSE(keep_alive("1.0", ""));
  CHECK(keep_alive("1.0", "Connection: Keep-Alive\r\n"));
  CHECK_FALSE(keep_alive("1.0", "Connection: keep-alive, close\r\n"));
}

TEST_CASE("an upgrade needs both headers and HTTP/1.1") {
  CHECK(head_of("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n").upgrade);
  CHECK_FALSE(head_of("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n").upgrade);
  CHECK_FALSE(head_of("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n").upgrade);
  CHECK_FALSE(head_of("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").upgrade);
}

TEST_CASE("only 100-continue may be expected") {
  CHECK(head_of(with("Content-Length: 1\r\nExpect: 100-Continue")).expect_continue);
  CHECK(error_of(with("Content-Length: 1\r\nExpect: 200-ok")) == HttpError::unsupported_expectation);
  CHECK_FALSE(head_of("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expect_continue);
}

TEST_CASE("one empty line before a request is forgiven and not part of its head") {
  RequestParser parser;
  auto input = as_bytes("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(*parser.feed(input) == State::complete);
  CHECK(parser.raw_head() == "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(error_of("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == HttpError::bad_request);
}

TEST_CASE("a request line that is not exactly method, target and version is refused") {
  for (auto const& line : {"GET /"s, "GET"s, "GET  / HTTP/1.1"s, "GET / HTTP/1.1 "s, "GET /  HTTP/1.1"s,
                           " GET / HTTP/1.1"s, "GET\t/\tHTTP/1.1"s, "G(T / HTTP/1.1"s, "GET / HTTP/1.1x"s,
                           "GET / http/1.1"s, "GET / HTTP/1"s, "GET / HTTP/11"s, "GET / HTTPS/1.1"s,
                           "GET /\x7F HTTP/1.1"s, "GET /\xC3\xA9 HTTP/1.1"s, "GET /\0 HTTP/1.1"s, "/ HTTP/1.1"s}) {
    CAPTURE(line);
    CHECK(error_of(line + "\r\nHost: a\r\n\r\n") == HttpError::bad_request);
  }
}

TEST_CASE("versions other than 1.0 and 1.1 are refused as such") {
  for (auto const& version : {"0.9"s, "1.2"s, "2.0"s, "3.0"s}) {
    CHECK(error_of("GET / HTTP/" + version + "\r\nHost: a\r\n\r\n") == HttpError::unsupported_version);
  }
}

TEST_CASE("bare line ends, folded lines and control characters are refused where they stand") {
  std::string const line = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (auto const& rest : {"X: a\nY: b\r\n\r\n"s, "X: a\rY: b\r\n\r\n"s, "X: a\r\r\n\r\n"s, "X: a\r\n folded\r\n\r\n"s,
                           "X: a\r\n\tfolded\r\n\r\n"s, " X: a\r\n\r\n"s, "X: a\0b\r\n\r\n"s, "X: a\x01\r\n\r\n"s,
                           "X: a\x7F\r\n\r\n"s, "X: a\x0B\r\n\r\n"s, "\n"s}) {
    CAPTURE(rest);
    CHECK(error_of(line + rest) == HttpError::bad_request);
  }
  CHECK(error_of("GET / HTTP/1.1\nHost: a\n\n") == HttpError::bad_request);
  CHECK(error_of("\x16\x03\x01\x02") == HttpError::bad_request);
}

TEST_CASE("what no head may contain is refused before the head is complete") {
  for (auto const& beginning : {"GET / HTTP/1.1\r\nX: a\rb"s, "GET / HTTP/1.1\r\nX: a\n"s, "GET / HTTP/1.1\r\nX: a\0"s,
                                "GET / HTTP/1.1\r\nX: a\x7F"s, "GET / HTTP/1.1\r\nX: a\r\n "s, "GET /\x01"s, " "s,
                                "\n"s, "\rG"s, "\r\n\r\n"s}) {
    CAPTURE(beginning);
    CHECK(error_of(beginning) == HttpError::bad_request);
    CHECK_FALSE(error_of(beginning.substr(0, beginning.size() - 1)));
  }
}

TEST_CASE("a header name is a token and nothing stands between it and its colon") {
  for (auto const& field :
       {"X : a"s, "X\t: a"s, ": a"s, "X"s, "X a: b"s, "X(: a"s, "X\x80: a"s, "\"X\": a"s, "X@Y: a"s}) {
    CAPTURE(field);
    CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n") == HttpError::bad_request);
  }
}

TEST_CASE("HTTP/1.1 needs exactly one Host that can be one, HTTP/1.0 at most one") {
  auto const error = [](std::string const& version, std::string const& hosts) {
    return error_of("GET / HTTP/" + version + "\r\n" + hosts + "\r\n");
  };
  CHECK(error("1.1", "") == HttpError::bad_request);
  CHECK(error("1.1", "Host: a\r\nHost: a\r\n") == HttpError::bad_request);
  CHECK(error("1.1", "Host: a\r\nhost: b\r\n") == HttpError::bad_request);
  CHECK(error("1.0", "Host: a\r\nHost: b\r\n") == HttpError::bad_request);
  for (auto const& bad : {"a b", "a,b", "a/b", "u@a", "a?b", "a#b", "\xE9", "a\\b"}) {
    CAPTURE(bad);
    CHECK(error("1.1", "Host: "s + bad + "\r\n") == HttpError::bad_request);
  }
  for (auto const& good : {"", "a", "a.example:8080", "[::1]:80", "127.0.0.1", "xn--a_b"}) {
    CAPTURE(good);
    CHECK_FALSE(error("1.1", "Host: "s + good + "\r\n"));
  }
  CHECK_FALSE(error("1.0", ""));
}

TEST_CASE("a Content-Length that could be read in two ways is refused") {
  for (auto const& value : {"", "+5", "-5", "0x5", "5 5", "5,5", "5, 5", "5,6", "5;", "1e1", "5.0", "five",
                            "18446744073709551616", "99999999999999999999999"}) {
    CAPTURE(value);
    CHECK(error_of(with("Content-Length: "s + value) + "hello") == HttpError::bad_request);
  }
  CHECK(error_of(with("Content-Length: 5\r\nContent-Length: 5") + "hello") == HttpError::bad_request);
  CHECK(error_of(with("Content-Length: 5\r\ncontent-length: 6") + "hello!") == HttpError::bad_request);
  CHECK(head_of(with("Content-Length: 18446744073709551615")).content_length == 18446744073709551615u);
  CHECK(head_of(with("Content-Length: 0005")).content_length == 5);
}

TEST_CASE("Content-Length beside Transfer-Encoding is refused in either order") {
  std::string const body = "0\r\n\r\n";
  CHECK(error_of(with("Content-Length: 5\r\nTransfer-Encoding: chunked") + body) == HttpError::bad_request);
  CHECK(error_of(with("Transfer-Encoding: chunked\r\nContent-Length: 5") + body) == HttpError::bad_request);
  CHECK(error_of(with("Transfer-Encoding: gzip\r\nContent-Length: 5") + body) == HttpError::bad_request);
  CHECK(error_of(with("Transfer-Encoding: chunked\r\nContent-Length: 0") + body) == HttpError::bad_request);
}

TEST_CASE("no transfer coding but chunked, once and in HTTP/1.1, is accepted") {
  for (auto const& value : {"gzip", "identity", "gzip, chunked", "chunked, gzip", "chunked, identity", "xchunked",
                            "chunkedx", "\"chunked\"", "chunked;q=1"}) {
    CAPTURE(value);
    CHECK(error_of(with("Transfer-Encoding: "s + value) + "0\r\n\r\n") == HttpError::unsupported_transfer_encoding);
  }
  for (auto const& lines : {"Transfer-Encoding:", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked",
                            "Transfer-Encoding: \x0B"
                            "chunked",
                            "Transfer-Encoding:\r\n chunked"}) {
    CAPTURE(lines);
    CHECK(error_of(with(lines) + "0\r\n\r\n") == HttpError::bad_request);
  }
  CHECK(error_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == HttpError::bad_request);
  CHECK(head_of(with("transfer-encoding:\tCHUNKED ")).chunked);
}

TEST_CASE("chunks may carry extensions and trailers, which are dropped") {
  auto const wire =
      with("Transfer-Encoding: chunked") +
      "4;name=value;other=\"quo ted\"\r\nwiki\r\n05\r\npedia\r\n000;last\r\nX-Sum: 1\r\nX-Empty:\r\n\r\n" +
      "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(read_however_cut(wire).requests == std::vector<std::string>{"POST / wikipedia", "GET /next "});
}

TEST_CASE("a chunk that is not exactly as it should be is refused") {
  for (auto const& body : {"\r\n"s,
                           "x\r\n"s,
                           "0x5\r\nhello\r\n0\r\n\r\n"s,
                           "+5\r\nhello\r\n"s,
                           "-1\r\n"s,
                           " 5\r\nhello\r\n"s,
                           "5 \r\nhello\r\n"s,
                           "5\nhello\r\n"s,
                           "5x\nhello\r\n"s,
                           "5\n\nhello\r\n"s,
                           "5\rhello\r\n"s,
                           "5\r\nhelloX\r\n"s,
                           "5\r\nhello\n"s,
                           "5\r\nhello\rX"s,
                           "5\r\nhello0\r\n\r\n"s,
                           "5;a\nb\r\nhello\r\n"s,
                           "5;a\0\r\nhello\r\n"s,
                           "1000000000000000\r\n"s,
                           "00000000000000005\r\nhello\r\n"s,
                           "FFFFFFFFFFFFFFFFF\r\n"s,
                           "0\r\nX\r\n\r\n"s,
                           "0\r\n: a\r\n\r\n"s,
                           "0\r\nX : a\r\n\r\n"s,
                           "0\r\nX: a\r\n folded\r\n\r\n"s,
                           "0\r\nX: a\nY: b\r\n\r\n"s,
                           "0\r\nX: \0\r\n\r\n"s,
                           "0\n\r\n"s,
                           "0\r\n\n"s,
                           "0\r\n\rX"s}) {
    CAPTURE(body);
    CHECK(error_of(with("Transfer-Encoding: chunked") + body) == HttpError::bad_request);
  }
}

TEST_CASE("extensions and trailers cannot keep us reading for ever") {
  auto const head = with("Transfer-Encoding: chunked");
  CHECK(read_in_pieces(head + "1;" + std::string(20'000, 'x'), {}).error == HttpError::bad_request);
  CHECK(read_in_pieces(head + "0\r\nX: " + std::string(20'000, 'x'), {}).error == HttpError::bad_request);
  std::string chunks;
  for (int i = 0; i < 200; ++i) chunks += "1;" + std::string(100, 'x') + "\r\ny\r\n";
  CHECK(read_in_pieces(head + chunks, {}).error == HttpError::bad_request);
}

TEST_CASE("a body may be as long as its limit and no longer") {
  auto const announced = [](std::size_t length) {
    return with("Content-Length: " + std::to_string(length)) + std::string(length, 'x');
  };
  CHECK_FALSE(read_however_cut(announced(10), {}, 10).error);
  CHECK(read_however_cut(announced(11), {}, 10).error == HttpError::body_too_large);
  auto const head = with("Transfer-Encoding: chunked");
  CHECK_FALSE(read_however_cut(head + "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", {}, 10).error);
  CHECK(read_however_cut(head + "5\r\nhello\r\n6\r\n", {}, 10).error == HttpError::body_too_large);
  CHECK(read_however_cut(head + "5\r\nhello\r\nFFFFFFFFFFFFFFF\r\n", {}, 10).error == HttpError::body_too_large);
}

TEST_CASE("an announced body that is too long is refused before any of it arrives") {
  RequestParser parser;
  std::string const wire = with("Content-Length: 11");
  auto input = as_bytes(wire);
  CHECK(*parser.feed(input) == State::body);
  parser.limit_body(10);
  CHECK(parser.feed(input).error() == HttpError::body_too_large);
}

TEST_CASE("the limits of a head are exact, and each has its own status") {
  std::string const line = "GET / HTTP/1.1\r\nHost: a\r\n";
  RequestLimits const limits{.head_bytes_max = 200, .target_bytes_max = 20, .headers_max = 3};
  auto const error = [&limits](std::string const& wire) { return read_however_cut(wire, limits).error; };

  auto const of_size = [&line](std::size_t bytes) {
    return line + "X: " + std::string(bytes - line.size() - 7, 'x') + "\r\n\r\n";
  };
  CHECK(of_size(200).size() == 200);
  CHECK_FALSE(error(of_size(200)));
  CHECK(error(of_size(201)) == HttpError::header_too_large);

  CHECK_FALSE(error("GET /" + std::string(19, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(error("GET /" + std::string(20, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == HttpError::uri_too_long);

  CHECK_FALSE(error(line + "X: 1\r\nX: 2\r\n\r\n"));
  CHECK(error(line + "X: 1\r\nX: 2\r\nX: 3\r\n\r\n") == HttpError::header_too_large);

  CHECK(status_of(HttpError::header_too_large) == 431);
  CHECK(status_of(HttpError::uri_too_long) == 414);
  CHECK(status_of(HttpError::body_too_large) == 413);
  CHECK(status_of(HttpError::unsupported_transfer_encoding) == 501);
  CHECK(status_of(HttpError::unsupported_version) == 505);
  CHECK(status_of(HttpError::unsupported_expectation) == 417);
  CHECK(status_of(HttpError::bad_request) == 400);
}

TEST_CASE("a head that never ends is refused at its limit") {
  CHECK(read_in_pieces(std::string(20'000, 'A'), {}).error == HttpError::header_too_large);
  CHECK(read_in_pieces("GET /" + std::string(20'000, 'A'), {}).error == HttpError::uri_too_long);
  CHECK(read_in_pieces("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'A'), {}).error == HttpError::header_too_large);
}

TEST_CASE("where random requests are cut changes nothing") {
  std::mt19937 random{4};
  auto const upto = [&random](std::size_t most) { return random() % (most + 1); };
  for (int round = 0; round < 2'000; ++round) {
    std::string wire;
    for (auto requests = 1 + upto(3); requests > 0; --requests) {
      std::string const body(upto(300), 'b');
      switch (upto(2)) {
        case 0:
          wire += "GET /" + std::string(upto(30), 'p') + " HTTP/1.1\r\nHost: a\r\n\r\n";
          break;
        case 1:
          wire += with("Content-Length: " + std::to_string(body.size())) + body;
          break;
        default:
          wire += with("Transfer-Encoding: chunked");
          for (auto chunks = upto(4); chunks > 0; --chunks) wire += "2;e=1\r\nxy\r\n";
          wire += upto(1) ? "0\r\n\r\n" : "0\r\nTrailer: 1\r\n\r\n";
      }
    }
    if (upto(1) == 0) wire[upto(wire.size() - 1)] = static_cast<char>(random());
    std::vector<std::size_t> cuts;
    for (std::size_t at = upto(30); at < wire.size(); at += 1 + upto(60)) cuts.push_back(at);
    REQUIRE(read_in_pieces(wire, cuts) == read_in_pieces(wire, {}));
  }
}
