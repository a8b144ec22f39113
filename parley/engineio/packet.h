#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/bytes.h"
#include "parley/base/result.h"

namespace parley::engineio {

enum class PacketType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };
enum class TransportKind : std::uint8_t { polling, websocket };
std::string_view to_string(TransportKind kind);

enum class PacketError { empty, unknown_type, bad_base64 };

/// One Engine.IO packet. The data is borrowed.
struct Packet {
  PacketType type = PacketType::noop;
  bool binary = false;  ///< only messages may be
  base::MutableBytes data;
  std::string_view text() const { return base::as_text(data); }
};

/// Reads a text packet: a digit and the data.
/// Source  Engine.IO protocol v4, "Packet encoding".
base::Result<Packet, PacketError> read_text_packet(base::MutableBytes text);

constexpr char to_digit(PacketType type) { return static_cast<char>('0' + static_cast<int>(type)); }

/// Splits the body of a POST request into packets, one a call; the views point into the body, which base64
/// packets overwrite with what they decode to.
/// Source  Engine.IO protocol v4, "HTTP long-polling": packets are separated by 0x1E, binary ones are 'b' + base64.
class PayloadReader {
 public:
  explicit PayloadReader(std::string& body) : body_(body) {}
  /// Nothing at the end; after an error nothing more is read.
  std::optional<base::Result<Packet, PacketError>> next();

 private:
  std::string& body_;
  std::size_t at_ = 0;
  bool done_ = false;
};

/// A message on its way out, with its attachments: encoded once, sent to any number of sessions.
///
/// `text` begins at `start` and includes the packet type '4'. The bytes before it are headroom, into which the
/// transport writes its frame header once (`frame_start`), before the message is shared.
struct Message {
  static constexpr std::size_t headroom = 16;

  std::string buffer;
  std::size_t start = 0;
  std::size_t frame_start = 0;
  std::vector<base::SharedBytes> attachments;

  /// A message that is all attachment has no text.
  bool has_text() const { return start < buffer.size(); }
  std::string_view text() const { return std::string_view(buffer).substr(start); }
  std::string_view frame() const { return std::string_view(buffer).substr(frame_start); }
  std::size_t bytes() const;
};
using SharedMessage = std::shared_ptr<Message const>;

/// What a polling session has to say until its client asks, in order.
class PollQueue {
 public:
  struct Control {
    PacketType type;
    std::string data;
  };

  void push(SharedMessage message);
  void push(PacketType type, std::string_view data = {});
  bool empty() const { return items_.empty(); }
  /// As it will lie on the wire, roughly; the caller bounds it.
  std::size_t bytes() const { return bytes_; }
  /// Everything as the body of one answer; the queue is empty then.
  std::string take_payload();

  struct Item {
    SharedMessage message;  ///< or, if null,
    Control control;
  };
  /// Everything, to be sent over another transport; the queue is empty then.
  std::vector<Item> take_items();

 private:
  std::vector<Item> items_;
  std::size_t bytes_ = 0;
};

void append_base64(std::string& out, base::BytesView bytes);
/// Decodes in place, from the front; returns the length. Padding may be absent; anything else foreign is an error.
std::optional<std::size_t> decode_base64_in_place(base::MutableBytes text);

}  // namespace parley::engineio
