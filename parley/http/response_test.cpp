#include "parley/http/response.h"

#include <doctest/doctest.h>

#include "parley/http/forwarded.h"

using namespace parley::http;
using namespace std::string_literals;

TEST_CASE("a response is written with its length, its date and what becomes of the connection") {
  Response const response{200, {{"Content-Type", "text/plain"}}, "ok"};
  CHECK(serialize(response, true, false, "today") ==
        "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\nContent-Length: "
        "2\r\n\r\nok");
  CHECK(serialize(response, false, false, "") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
}

TEST_CASE("the answer to a HEAD tells the length of the body and leaves it out") {
  CHECK(serialize({200, {}, "hello"}, true, true, "") ==
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("a response that cannot have a body tells no length and sends none") {
  CHECK(serialize({204, {}, "x"}, true, false, "") == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
  CHECK(serialize({304, {}, "x"}, true, false, "") == "HTTP/1.1 304 Not Modified\r\nConnection: keep-alive\r\n\r\n");
  CHECK(serialize({100, {}, ""}, true, false, "today") == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("a status without a name here keeps the space that stands before the name") {
  CHECK(serialize({299, {}, ""}, true, false, "").starts_with("HTTP/1.1 299 \r\n"));
}

TEST_CASE("no header can start a line of its own") {
  Response const response{
      200, {{"X", "a\r\nSet-Cookie: b\0c\x7F"s}, {"Bad\r\nName", "v"}, {"", "v"}, {"Sp ace", "v"}}, ""};
  CHECK(serialize(response, true, false, "") ==
        "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b c \r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("headers that frame the response cannot be given twice") {
  Response const response{
      200, {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"connection", "close"}, {"DATE", "x"}}, "ok"};
  CHECK(serialize(response, true, false, "") ==
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
}

TEST_CASE("an offered upgrade is named in Connection as well") {
  CHECK(serialize({426, {{"Upgrade", "websocket"}}, ""}, false, false, "").find("\r\nConnection: close, Upgrade\r\n") !=
        std::string::npos);
}

TEST_CASE("every status that errors lead to has its name") {
  for (unsigned const status : {400u, 404u, 405u, 413u, 414u, 417u, 426u, 431u, 501u, 503u, 505u})
    CHECK_FALSE(reason_phrase(status).empty());
}

TEST_CASE("a date is written as HTTP wants it") {
  using namespace std::chrono;
  CHECK(http_date(parley::base::Timestamp(sys_days(1994y / November / 6) + 8h + 49min + 37s)) ==
        "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(parley::base::Timestamp(sys_days(2024y / February / 29) + 23h + 59min + 59s + 999ms)) ==
        "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST_CASE("headers are found in any case and keep their order") {
  Headers headers{{"Accept", "a"}, {"X-One", "1"}};
  headers.add("accept", "b");
  CHECK(headers.find("ACCEPT") == "a");
  CHECK(headers.all("Accept") == std::vector<std::string_view>{"a", "b"});
  CHECK(headers.count("accept") == 2);
  CHECK_FALSE(headers.find("Accep"));
  headers.set("ACCEPT", "c");
  CHECK(headers.all("accept") == std::vector<std::string_view>{"c"});
  CHECK(headers.begin()->name == "X-One");
  headers.remove("x-one");
  CHECK(headers.size() == 1);
}

TEST_CASE("a token is found in any of the lists, whole") {
  Headers const headers{{"Connection", "keep-alive ,\tUpgrade"}, {"connection", "x"}};
  CHECK(headers.has_token("connection", "upgrade"));
  CHECK(headers.has_token("connection", "KEEP-ALIVE"));
  CHECK(headers.has_token("connection", "x"));
  CHECK_FALSE(headers.has_token("connection", "up"));
  CHECK_FALSE(headers.has_token("upgrade", "x"));
}

TEST_CASE("of X-Forwarded-For only what trusted proxies have written is believed") {
  std::vector<std::string_view> const forwarded{"6.6.6.6, 1.1.1.1", "2.2.2.2 ,3.3.3.3"};
  CHECK(client_address("9.9.9.9", forwarded, 0) == "9.9.9.9");
  CHECK(client_address("9.9.9.9", forwarded, 1) == "3.3.3.3");
  CHECK(client_address("9.9.9.9", forwarded, 2) == "2.2.2.2");
  CHECK(client_address("9.9.9.9", forwarded, 4) == "6.6.6.6");
  CHECK(client_address("9.9.9.9", forwarded, 9) == "6.6.6.6");
  CHECK(client_address("9.9.9.9", {}, 1) == "9.9.9.9");
}

TEST_CASE("a forwarded entry may carry a port, and must be an address") {
  auto const client = [](std::string_view entry) { return client_address("peer", {entry}, 1); };
  CHECK(client("1.2.3.4:5678") == "1.2.3.4");
  CHECK(client("2001:db8::1") == "2001:db8::1");
  CHECK(client("[2001:db8::1]:443") == "2001:db8::1");
  CHECK(client("[2001:db8::1]") == "2001:db8::1");
  for (auto const* const nonsense : {"", "unknown", "_hidden", "[::1", "<script>", "1.2.3.4 5", "cafe"})
    CHECK(client(nonsense) == "peer");
}

TEST_CASE("only what the trusted proxies say of the protocol is believed") {
  CHECK_FALSE(came_by_https({"https"}, 0));
  CHECK_FALSE(came_by_https({}, 1));
  CHECK(came_by_https({"https"}, 1));
  CHECK(came_by_https({"HTTPS"}, 3));
  CHECK_FALSE(came_by_https({"http"}, 1));
  CHECK_FALSE(came_by_https({"https, http"}, 1));
  CHECK(came_by_https({"https, http"}, 2));
  CHECK_FALSE(came_by_https({"https", "http"}, 1));
  CHECK_FALSE(came_by_https({"https://"}, 1));
  CHECK_FALSE(came_by_https({""}, 1));
}
