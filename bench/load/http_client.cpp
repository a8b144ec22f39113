#include "bench/load/http_client.h"

#include <strings.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace bench {
namespace {

/// The number after `Content-Length:`, whose letters may be of either case.
std::size_t content_length(std::string const& head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  for (auto at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
    if (::strncasecmp(head.c_str() + at, name.data(), name.size()) == 0) {
      return std::strtoull(head.c_str() + at + name.size(), nullptr, 10);
    }
  }
  throw std::runtime_error("an HTTP answer has no Content-Length: " + head);
}

}  // namespace

void HttpClient::get(std::string const& target) {
  send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n");
}

void HttpClient::post(std::string const& target, std::string_view body, std::string_view type) {
  send("POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n" + "Content-Type: " + std::string(type) +
       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

void HttpClient::send(std::string const& request) {
  if (busy_) throw std::logic_error("an HTTP request is already under way");
  busy_ = true;
  send_all(socket_.get(), request);
}

std::optional<std::string> HttpClient::receive() {
  std::array<char, 64 * 1024> scratch;
  for (bool drained = false; !drained;) {
    auto const received = receive_some(socket_.get(), scratch);
    inbox_.append(scratch.data(), received.bytes);
    drained = received.drained;
  }
  auto const head_end = inbox_.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  auto const head = inbox_.substr(0, head_end);
  if (!head.starts_with("HTTP/1.1 200 ") && !head.starts_with("HTTP/1.1 201 "))
    throw std::runtime_error("an HTTP request was refused: " + inbox_);
  auto const whole = head_end + 4 + content_length(head);
  if (inbox_.size() < whole) return std::nullopt;
  if (inbox_.size() > whole) throw std::runtime_error("an HTTP answer is longer than its Content-Length");
  auto body = inbox_.substr(head_end + 4);
  inbox_.clear();
  busy_ = false;
  return body;
}

}  // namespace bench
