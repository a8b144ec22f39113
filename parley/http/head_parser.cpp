#include "parley/http/head_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <limits>

namespace parley::http {
namespace {

namespace beast = boost::beast;

/// Collects what Beast finds in a head. Bodies never get here.
class HeadParser : public beast::http::basic_parser<true> {
 public:
  RequestHead head;

 private:
  using Error = beast::error_code;
  using Text = beast::string_view;

  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  void on_request_impl(beast::http::verb, Text method, Text target, int version, Error&) override {
    head.method_text = view(method);
    head.target = view(target);
    head.version = static_cast<unsigned>(version);
  }
  void on_field_impl(beast::http::field, Text name, Text value, Error&) override {
    head.headers.add(view(name), view(value));
  }
  void on_response_impl(int, Text, int, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(Text body, Error&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error&) override { return body.size(); }
  void on_finish_impl(Error&) override {}
};

Method to_method(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Method>, 7> methods{{{"GET", Method::get},
                                                                        {"HEAD", Method::head},
                                                                        {"POST", Method::post},
                                                                        {"PUT", Method::put},
                                                                        {"DELETE", Method::delete_},
                                                                        {"OPTIONS", Method::options},
                                                                        {"PATCH", Method::patch}}};
  for (auto const& [name, method] : methods) {
    if (name == text) return method;
  }
  return Method::other;
}

/// Whether the request line has its three parts and ends in a version as it should look, whichever it is.
bool names_a_version(std::string_view raw) {
  auto const line = raw.substr(0, raw.find('\r'));
  if (line.size() < 8 || std::count(line.begin(), line.end(), ' ') != 2) return false;
  auto const version = line.substr(line.size() - 8);
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' && digit(version[7]);
}

std::optional<std::uint64_t> to_length(std::string_view text) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What a URL's host and port may consist of, but for the comma, which a list of two hosts would need.
bool may_be_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return c != '\0' && std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

Result<void, HttpError> read_body_length(RequestHead& head) {
  auto const codings = head.headers.all("Transfer-Encoding");
  auto const lengths = head.headers.all("Content-Length");
  // Whatever could be read in two ways is refused: two servers in a row must find the same end.
  if (!codings.empty()) {
    if (!lengths.empty() || codings.size() > 1 || codings[0].empty() || head.version == 10) {
      return base::fail(HttpError::bad_request);
    }
    if (!equal_ignoring_case(codings[0], "chunked")) return base::fail(HttpError::unsupported_transfer_encoding);
    head.chunked = true;
  }
  if (lengths.size() > 1) return base::fail(HttpError::bad_request);
  if (lengths.size() == 1) {
    head.content_length = to_length(lengths[0]);
    if (!head.content_length) return base::fail(HttpError::bad_request);
  }
  return {};
}

Result<void, HttpError> check_host(RequestHead const& head) {
  auto const hosts = head.headers.all("Host");
  if (hosts.size() > 1 || (hosts.empty() && head.version == 11)) return base::fail(HttpError::bad_request);
  if (!hosts.empty() && !may_be_host(hosts[0])) return base::fail(HttpError::bad_request);
  return {};
}

Result<void, HttpError> read_connection(RequestHead& head) {
  bool const http_11 = head.version == 11;
  bool const close = head.headers.has_token("Connection", "close");
  head.keep_alive = !close && (http_11 || head.headers.has_token("Connection", "keep-alive"));
  head.upgrade = http_11 && head.headers.has_token("Connection", "upgrade") && head.headers.find("Upgrade");
  if (auto const expected = head.headers.find("Expect"); http_11 && expected) {
    if (!equal_ignoring_case(*expected, "100-continue")) return base::fail(HttpError::unsupported_expectation);
    head.expect_continue = true;
  }
  return {};
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Result<RequestHead, HttpError> parse_head(std::string_view raw) {
  HeadParser parser;
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(boost::none);
  beast::error_code error;
  parser.put({raw.data(), raw.size()}, error);
  if (error == beast::http::error::bad_version && names_a_version(raw)) {
    return base::fail(HttpError::unsupported_version);
  }
  if (error || !parser.is_header_done()) return base::fail(HttpError::bad_request);

  auto& head = parser.head;
  head.method = to_method(head.method_text);
  if (!is_printable_ascii(head.target)) return base::fail(HttpError::bad_request);
  if (auto const length = read_body_length(head); !length) return base::fail(length.error());
  if (auto const host = check_host(head); !host) return base::fail(host.error());
  if (auto const connection = read_connection(head); !connection) return base::fail(connection.error());
  return std::move(head);
}

}  // namespace parley::http
