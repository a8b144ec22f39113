#include "bench/load/handshake.h"

#include <stdexcept>

#include "bench/load/frames.h"

namespace bench {
namespace {

// The key and its answer from RFC 6455 §1.3: what is measured does not depend on the key.
constexpr std::string_view lean_request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";
constexpr std::string_view browser_headers =
    "Pragma: no-cache\r\n"
    "Cache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36\r\n"
    "Origin: https://chat.example.com\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9,de-DE;q=0.8,de;q=0.7\r\n"
    "Cookie: visitor=5f0c1f8a-6f0e-4f0b-9d55-1f3a2b7c9d10; consent=necessary; theme=dark\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
constexpr std::string_view upgrade_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::uint32_t mask = 0x37FA213D;

void expect(bool holds, std::string const& got) {
  if (!holds) throw std::runtime_error("the handshake went wrong: the server sent «" + got + "»");
}

}  // namespace

std::string upgrade_request(ClientKind kind) {
  std::string request{lean_request};
  if (kind == ClientKind::browser) request += browser_headers;
  return request += "\r\n";
}

bool is_upgrade_answer(std::string_view head) {
  return head.starts_with("HTTP/1.1 101 ") && head.find(upgrade_accept) != std::string_view::npos;
}

Handshake::Handshake(std::string room, ClientKind kind, std::string& out) : room_(std::move(room)) {
  out += upgrade_request(kind);
}

void Handshake::receive(std::string_view bytes, std::string& out) {
  inbox_ += bytes;
  if (stage_ == Stage::upgrading && !take_upgrade_answer()) return;
  for (std::string payload; stage_ != Stage::ready && take_frame(payload);) advance(payload, out);
  expect(stage_ != Stage::ready || inbox_.empty(), inbox_);
}

bool Handshake::take_upgrade_answer() {
  auto const end = inbox_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  auto const head = inbox_.substr(0, end);
  expect(is_upgrade_answer(head), head);
  inbox_.erase(0, end + 4);
  stage_ = Stage::opening;
  return true;
}

/// Handshake packets are short texts, so the shortest and the two-byte length form are enough.
bool Handshake::take_frame(std::string& payload) {
  auto const byte = [this](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(inbox_[at])); };
  if (inbox_.size() < 2) return false;
  expect(byte(0) == 0x81 && byte(1) <= 126, inbox_);
  std::size_t const head = byte(1) == 126 ? 4 : 2;
  if (inbox_.size() < head) return false;
  auto const length = head == 4 ? byte(2) << 8 | byte(3) : byte(1);
  if (inbox_.size() < head + length) return false;
  payload = inbox_.substr(head, length);
  inbox_.erase(0, head + length);
  return true;
}

void Handshake::advance(std::string const& payload, std::string& out) {
  if (payload == "2") {
    out += client_pong_frame();
  } else if (stage_ == Stage::opening) {
    expect(payload.starts_with(R"(0{)") && payload.find(R"("sid":)") != std::string::npos, payload);
    out += client_frame(Opcode::text, "40", mask);
    stage_ = Stage::connecting;
  } else if (stage_ == Stage::connecting) {
    expect(payload.starts_with(R"(40{"sid":)"), payload);
    if (!room_.empty()) out += client_frame(Opcode::text, R"(420["join",")" + room_ + R"("])", mask);
    stage_ = room_.empty() ? Stage::ready : Stage::joining;
  } else {
    expect(payload == "430[]", payload);
    stage_ = Stage::ready;
  }
}

}  // namespace bench
