#include "parley/http/response.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace parley::http {
namespace {

bool has_length(unsigned status) { return status >= 200 && status != 204 && status != 304; }

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> ours{"Content-Length", "Connection", "Date", "Transfer-Encoding"};
  return std::any_of(ours.begin(), ours.end(), [name](auto own) { return equal_ignoring_case(own, name); });
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

}  // namespace

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return {};
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  out += name;
  out += ": ";
  auto const from = out.size();
  out += value;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), is_control, ' ');
  out += "\r\n";
}

std::string serialize(Response const& response, bool keep_alive, bool head_only, std::string_view date) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  bool const final = response.status >= 200;
  if (final && !date.empty()) append_field(out, "Date", date);
  for (auto const& field : response.headers) {
    if (!is_ours(field.name)) append_field(out, field.name, field.value);
  }
  if (final) {
    std::string connection = keep_alive ? "keep-alive" : "close";
    // Whoever offers an upgrade must name it here as well (RFC 9110 §7.8).
    if (response.headers.find("Upgrade")) connection += ", Upgrade";
    append_field(out, "Connection", connection);
  }
  auto const length = response.source ? response.source->bytes() : response.body.size();
  if (has_length(response.status)) append_field(out, "Content-Length", std::to_string(length));
  out += "\r\n";
  if (has_length(response.status) && !head_only && !response.source) out += response.body;
  return out;
}

std::string http_date(base::Timestamp time) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 48> text{};
  auto const length = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                    days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                                    months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                    static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace parley::http
