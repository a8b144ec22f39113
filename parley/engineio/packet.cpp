#include "parley/engineio/packet.h"

#include <array>
#include <utility>

namespace parley::engineio {
namespace {

constexpr char separator = '\x1e';

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
    values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

}  // namespace

std::string_view to_string(TransportKind kind) { return kind == TransportKind::polling ? "polling" : "websocket"; }

base::Result<Packet, PacketError> read_text_packet(base::MutableBytes text) {
  if (text.empty()) return base::fail(PacketError::empty);
  auto const digit = static_cast<unsigned>(text[0]) - '0';
  if (digit > static_cast<unsigned>(PacketType::noop)) return base::fail(PacketError::unknown_type);
  return Packet{static_cast<PacketType>(digit), false, text.subspan(1)};
}

std::optional<base::Result<Packet, PacketError>> PayloadReader::next() {
  if (done_) return std::nullopt;
  auto const end = body_.find(separator, at_);
  done_ = end == std::string::npos;
  auto const length = (done_ ? body_.size() : end) - at_;
  base::MutableBytes const encoded(reinterpret_cast<std::uint8_t*>(body_.data()) + at_, length);
  at_ += length + 1;
  if (!encoded.empty() && encoded[0] == 'b') {
    auto const decoded = decode_base64_in_place(encoded.subspan(1));
    if (!decoded) {
      done_ = true;
      return base::fail(PacketError::bad_base64);
    }
    return Packet{PacketType::message, true, encoded.subspan(1, *decoded)};
  }
  auto packet = read_text_packet(encoded);
  if (!packet) done_ = true;
  return packet;
}

std::size_t Message::bytes() const {
  auto sum = buffer.size() - frame_start;
  for (auto const& attachment : attachments) sum += attachment->size() + 10;
  return sum;
}

void PollQueue::push(SharedMessage message) {
  bytes_ += message->bytes();
  items_.push_back({std::move(message), {}});
}

void PollQueue::push(PacketType type, std::string_view data) {
  bytes_ += data.size() + 2;
  items_.push_back({nullptr, {type, std::string(data)}});
}

std::string PollQueue::take_payload() {
  std::string payload;
  payload.reserve(bytes_ + items_.size());
  auto const separate = [&payload] {
    if (!payload.empty()) payload += separator;
  };
  for (auto const& item : take_items()) {
    if (!item.message) {
      separate();
      payload += to_digit(item.control.type);
      payload += item.control.data;
      continue;
    }
    if (item.message->has_text()) {
      separate();
      payload += item.message->text();
    }
    for (auto const& attachment : item.message->attachments) {
      separate();
      payload += 'b';
      append_base64(payload, *attachment);
    }
  }
  return payload;
}

std::vector<PollQueue::Item> PollQueue::take_items() {
  bytes_ = 0;
  return std::exchange(items_, {});
}

void append_base64(std::string& out, base::BytesView bytes) {
  auto const whole = bytes.size() / 3 * 3;
  auto const group = [&](std::uint32_t bits, std::size_t characters) {
    for (std::size_t i = 0; i < characters; ++i) out += base64_alphabet[bits >> (18 - 6 * i) & 63];
    out.append(4 - characters, '=');
  };
  for (std::size_t i = 0; i < whole; i += 3) {
    group(static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]), 4);
  }
  switch (bytes.size() - whole) {
    case 1:
      group(static_cast<std::uint32_t>(bytes[whole] << 16), 2);
      break;
    case 2:
      group(static_cast<std::uint32_t>(bytes[whole] << 16 | bytes[whole + 1] << 8), 3);
      break;
    default:
      break;
  }
}

std::optional<std::size_t> decode_base64_in_place(base::MutableBytes text) {
  auto length = text.size();
  for (int padding = 0; padding < 2 && length > 0 && text[length - 1] == '='; ++padding) --length;
  if (length % 4 == 1) return std::nullopt;
  std::uint32_t bits = 0;
  std::size_t filled = 0;
  std::size_t written = 0;
  for (std::size_t i = 0; i < length; ++i) {
    auto const value = base64_values[text[i]];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    filled += 6;
    if (filled >= 8) {
      filled -= 8;
      text[written++] = static_cast<std::uint8_t>(bits >> filled & 0xFF);
    }
  }
  return written;
}

}  // namespace parley::engineio
