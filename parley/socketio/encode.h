#pragma once

#include <optional>
#include <string_view>

#include "parley/base/json_codec.h"
#include "parley/engineio/packet.h"
#include "parley/socketio/args.h"
#include "parley/socketio/packet.h"

namespace parley::socketio {

using engineio::Message;
using engineio::SharedMessage;

/// Encodes packets. What stands before the JSON depends on what the JSON turns out to hold (attachments), so room is
/// left for it and it is written last.
class Encoder {
 public:
  /// Encodes into `message`, whose memory is used again.
  Encoder(Message& message, std::string_view nsp) : message_(message), nsp_(nsp) {
    message_.attachments.clear();
    room_ = Message::headroom + nsp.size() + prefix_bytes_max;
    // What a used buffer holds here is overwritten or never read.
    message_.buffer.reserve(room_ + 128);
    message_.buffer.resize(room_);
  }

  template <class... A>
  void event(std::string_view name, std::optional<std::uint64_t> id, A const&... arguments) {
    message_.buffer += '[';
    base::JsonWriter(message_.buffer).string(name);
    write(arguments...);
    message_.buffer += ']';
    finish(message_.attachments.empty() ? PacketType::event : PacketType::binary_event, id);
  }

  template <class... A>
  void ack(std::uint64_t id, A const&... arguments) {
    auto const begin = message_.buffer.size();
    message_.buffer += '[';
    write(arguments...);
    // The comma before the first argument is where the bracket belongs.
    if (message_.buffer.size() > begin + 1) {
      message_.buffer.erase(begin, 1);
      message_.buffer[begin] = '[';
    }
    message_.buffer += ']';
    finish(message_.attachments.empty() ? PacketType::ack : PacketType::binary_ack, id);
  }

  /// An event whose JSON array is encoded already.
  void encoded(std::string_view json, std::vector<base::SharedBytes> attachments) {
    message_.buffer += json;
    message_.attachments = std::move(attachments);
    finish(message_.attachments.empty() ? PacketType::event : PacketType::binary_event, std::nullopt);
  }

  /// A packet whose JSON, if any, is given.
  void other(PacketType type, std::string_view json) {
    message_.buffer += json;
    finish(type, std::nullopt);
  }

 private:
  /// Types, count of attachments, a 20-digit id, and punctuation.
  static constexpr std::size_t prefix_bytes_max = 40;

  template <class... A>
  void write(A const&... arguments) {
    ArgsWriter writer(message_.buffer, message_.attachments);
    (writer.add(arguments), ...);
  }

  void finish(PacketType type, std::optional<std::uint64_t> id) {
    if (nsp_ == "/" && !id && message_.attachments.empty()) {
      message_.start = message_.frame_start = room_ - 2;
      message_.buffer[room_ - 2] = '4';
      message_.buffer[room_ - 1] = static_cast<char>('0' + static_cast<int>(type));
      return;
    }
    auto const prefix = packet_prefix(type, message_.attachments.size(), nsp_, id);
    message_.start = message_.frame_start = room_ - prefix.size();
    prefix.copy(message_.buffer.data() + message_.start, prefix.size());
  }

  Message& message_;
  std::string_view nsp_;
  std::size_t room_;
};

}  // namespace parley::socketio
