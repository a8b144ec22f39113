#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

enum class MessageKind { echo, ack, binary, relay, say };
enum class PayloadShape { string, object };

struct MessagePlan {
  MessageKind kind = MessageKind::echo;
  PayloadShape shape = PayloadShape::string;
  std::size_t payload_bytes = 32;  ///< of the string's content, of the object's text, or of the attachment
  std::size_t count = 4;           ///< different messages in the ring, at most 99
  bool raw = false;                ///< for the bare TCP echo: the answer is the request itself
};

/// The messages one connection sends, over and over, with the bytes the server must answer to each.
///
/// All are prepared before the measurement, so that sending is one `send` of ready bytes and checking is one
/// `memcmp`. Each message differs from its neighbours and from those of other connections; each has the same
/// length, so that a message's place follows from its number.
struct MessageRing {
  MessageRing(MessagePlan const& plan, std::size_t connection);

  std::size_t count;
  std::string requests;
  std::string answers;
  std::size_t request_bytes;
  std::size_t answer_bytes;
  std::size_t answer_split;            ///< where the answer's second frame starts, or `answer_bytes`
  std::size_t telling_bytes;           ///< so much of an answer's beginning tells whose it is
  std::vector<std::uint64_t> sent_at;  ///< per message, nanoseconds: when it went out, or was planned to
  std::vector<std::size_t> heard_by;   ///< per message: how many connections have received it, since last reset
};

}  // namespace bench
