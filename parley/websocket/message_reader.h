#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "parley/base/bytes.h"
#include "parley/websocket/frame.h"

namespace parley::websocket {

/// Turns received bytes into whole messages and control frames.
///
/// A frame that lies whole in the received bytes is unmasked and handed out where it lies. Only what arrives in
/// parts is copied, into memory that grows with what has arrived (never with what was announced) and is freed as
/// soon as the message has been handed out: an idle connection holds none.
///
/// Lives on  one worker.
/// Source    RFC 6455 §5.4 (fragments), §5.5 (control frames), §7.4 (close codes), §8.1 (UTF-8).
class MessageReader {
 public:
  /// `message_bytes_max` holds for the sum of a message's fragments and is decided from announced lengths.
  explicit MessageReader(std::size_t message_bytes_max);
  ~MessageReader();
  MessageReader(MessageReader&&) noexcept;
  MessageReader& operator=(MessageReader&&) noexcept;

  /// A whole message, unmasked; valid UTF-8 when `text`. `json_padding_bytes` readable bytes follow the payload.
  struct Message {
    bool text;
    MutableBytes payload;
  };
  /// To be answered by a pong with the same payload.
  struct Ping {
    MutableBytes payload;
  };
  struct Pong {};
  /// The peer closes. Without a code in its frame, `code` is 1005, which must not be sent back.
  struct Close {
    std::uint16_t code;
    std::string_view reason;
  };
  /// The peer has broken the protocol; the connection must close with `close_code`.
  struct Failure {
    FrameError error;
    std::uint16_t close_code;
  };
  struct NeedMore {};
  using Event = std::variant<NeedMore, Message, Ping, Pong, Close, Failure>;

  /// Takes the next event off the front of `input`, whose end `json_padding_bytes` readable bytes must follow.
  ///
  /// Payloads lie in `input`'s memory, where they are unmasked in place, or in the reader; they are valid until the
  /// next call. After NeedMore all of `input` has been taken. After Failure or Close whatever comes is ignored.
  Event next(MutableBytes& input);

  /// What the reader holds for a message that has arrived in part. For tests and metrics.
  std::size_t held_bytes() const;

 private:
  struct Partial;

  Event next_of_partial(MutableBytes& input);
  Event finish(Event last);

  std::size_t message_bytes_max_;
  std::unique_ptr<Partial> partial_;
  bool ended_ = false;
};

}  // namespace parley::websocket
