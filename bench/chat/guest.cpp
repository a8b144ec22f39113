#include "bench/chat/guest.h"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "bench/chat/json_text.h"
#include "bench/load/frames.h"
#include "bench/load/handshake.h"

namespace bench {
namespace {

constexpr std::uint32_t mask = 0x37FA213D;

}  // namespace

Guest::Guest(std::size_t number, Endpoint const& endpoint, Account account, std::size_t text_bytes,
             Conductor& conductor)
    : number_(number), account_(std::move(account)), conductor_(conductor), socket_(connect_to(endpoint)) {
  constexpr std::string_view words = "the quick brown fox jumps over the lazy dog, again and again; ";
  auto const label_bytes = label(0).size();
  while (filler_.size() + label_bytes < text_bytes) filler_ += words[filler_.size() % words.size()];
  unsent_ = upgrade_request(ClientKind::lean);
  flush();
}

void Guest::search() {
  send(R"(42["user:match"])");
  stage_ = Stage::searching;
}

void Guest::say(std::size_t messages, std::uint64_t at) {
  for (std::size_t i = 0; i < messages; ++i) {
    auto const name = label(said_++);
    flights_.push_back({at, {}});
    send(R"(42["chat:message",{"type":"text","content":")" + name + filler_ + R"(","clientMessageId":")" + name +
         R"("}])");
  }
}

void Guest::leave() {
  send("41");
  // A close frame with status 1000, masked as clients must.
  unsent_.append("\x88\x82\0\0\0\0\x03\xe8", 8);
  stage_ = Stage::leaving;
}

void Guest::flush() {
  if (unsent_.empty() || stage_ == Stage::gone) return;
  unsent_.erase(0, send_some(socket_.get(), unsent_));
}

void Guest::receive(std::span<char> scratch, bool hung_up) {
  if (stage_ == Stage::gone) return;
  for (bool more = true; more;) {
    Received received;
    try {
      received = receive_some(socket_.get(), scratch);
    } catch (std::runtime_error const&) {
      if (stage_ != Stage::leaving) throw;
      stage_ = Stage::gone;
      conductor_.gone(*this);
      return;
    }
    take({scratch.data(), received.bytes});
    more = !received.drained || (hung_up && received.bytes > 0);
  }
  flush();
}

void Guest::take(std::string_view bytes) {
  if (stage_ == Stage::upgrading) {
    head_ += bytes;
    return take_upgrade_answer();
  }
  frames_.read(bytes, [this](std::string_view packet) { take_packet(packet); });
}

void Guest::take_upgrade_answer() {
  auto const end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  expect(is_upgrade_answer(head_), "an upgrade", head_);
  stage_ = Stage::opening;
  take(std::exchange(head_, {}).substr(end + 4));
}

void Guest::take_packet(std::string_view packet) {
  if (stage_ == Stage::leaving) return;
  if (packet == "2") {
    unsent_ += client_pong_frame();
  } else if (stage_ == Stage::opening) {
    expect(packet.starts_with("0{"), "an open packet", packet);
    send(R"(40{"token":")" + account_.token + R"("})");
    stage_ = Stage::connecting;
  } else if (stage_ == Stage::connecting) {
    expect(packet.starts_with(R"(40{"sid":)"), "a connect packet", packet);
    stage_ = Stage::awaiting_welcome;
  } else {
    take_event(packet);
  }
}

void Guest::take_event(std::string_view packet) {
  if (packet.starts_with(R"(42["chat:message",)")) {
    take_message(packet);
  } else if (packet.starts_with(R"(42["chat:message:sent",)")) {
    take_sent(packet);
  } else if (packet.starts_with(R"(42["chat:message:delivered",)")) {
    take_delivered(packet);
  } else if (packet.starts_with(R"(42["connection:established",)")) {
    expect(stage_ == Stage::awaiting_welcome && text_member(packet, "userId") == account_.id, "its welcome", packet);
    stage_ = Stage::idle;
    conductor_.welcomed(*this);
  } else if (packet.starts_with(R"(42["user:matched",)")) {
    expect(stage_ == Stage::searching, "no match outside a search", packet);
    stage_ = Stage::chatting;
    auto const ids = packet.substr(packet.find(R"("matchedUser")"));
    conductor_.matched(*this, text_member(ids, "id"));
  } else {
    bool const known =
        packet.starts_with(R"(42["realtime:stats",)") || packet.starts_with(R"(42["room:user_joined",)") ||
        packet.starts_with(R"(42["user:match:searching",)") || packet.starts_with(R"(42["user:match:no_users",)");
    expect(known, "nothing of that kind", packet);
  }
}

void Guest::take_sent(std::string_view event) {
  expect(confirmed_ < said_ && text_member(event, "clientMessageId") == label(confirmed_),
         "the confirmation of " + label(confirmed_), event);
  note_id(flights_[confirmed_++ - delivered_], text_member(event, "messageId"), event);
}

void Guest::take_message(std::string_view event) {
  expect(partner_, "no message yet", event);
  auto& author = *partner_;
  auto const expected = author.label(author.arrived_) + author.filler_;
  expect(author.arrived_ < author.said_ && text_member(event, "content") == expected &&
             text_member(event, "senderId") == author.id(),
         "«" + expected + "»", event);
  auto& flight = author.flights_[author.arrived_++ - author.delivered_];
  auto const id = text_member(event, "id");
  note_id(flight, id, event);
  send(R"(42["chat:message:delivered",{"messageId":")" + std::string(id) + R"("}])");
  conductor_.arrived(author, flight.planned_at);
}

void Guest::take_delivered(std::string_view event) {
  expect(delivered_ < confirmed_ && delivered_ < arrived_ && text_member(event, "messageId") == flights_.front().id,
         "that " + label(delivered_) + " is delivered", event);
  auto const planned_at = flights_.front().planned_at;
  flights_.pop_front();
  ++delivered_;
  conductor_.delivered(*this, planned_at);
}

void Guest::note_id(Flight& flight, std::string_view id, std::string_view event) const {
  expect(!id.empty() && (flight.id.empty() || flight.id == id), "the same id as before, " + flight.id, event);
  flight.id = id;
}

void Guest::send(std::string_view packet) { unsent_ += client_frame(Opcode::text, packet, mask); }

std::string Guest::label(std::uint64_t message) const {
  std::array<char, 40> text{};
  auto const length =
      std::snprintf(text.data(), text.size(), "g%05zu.m%llu.", number_, static_cast<unsigned long long>(message));
  return {text.data(), static_cast<std::size_t>(length)};
}

void Guest::expect(bool holds, std::string_view what, std::string_view got) const {
  if (holds) return;
  throw std::runtime_error("guest " + std::to_string(number_) + " expected " + std::string(what) + ", and got «" +
                           std::string(got.substr(0, 400)) + "»");
}

}  // namespace bench
