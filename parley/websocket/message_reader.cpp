#include "parley/websocket/message_reader.h"

#include <algorithm>
#include <utility>

#include "parley/base/json.h"
#include "parley/websocket/close.h"
#include "parley/websocket/utf8.h"

namespace parley::websocket {
namespace {

/// More empty fragments than this in one message serve no purpose but to keep us busy.
constexpr unsigned empty_fragments_max = 256;

MutableBytes take_front(MutableBytes& input, std::size_t count) {
  auto const front = input.first(count);
  input = input.subspan(count);
  return front;
}

MessageReader::Failure failure(FrameError error) { return {error, close_code_of(error)}; }

/// Source  RFC 6455 §5.5.1, §7.4.
MessageReader::Event read_close(BytesView payload) {
  if (payload.empty()) return MessageReader::Close{no_close_code, {}};
  if (payload.size() == 1) return failure(FrameError::close_frame_invalid);
  auto const code = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
  if (!may_be_sent(code)) return failure(FrameError::close_frame_invalid);
  auto const reason = base::as_text(payload.subspan(2));
  if (!base::is_valid_utf8(reason)) return failure(FrameError::invalid_utf8);
  return MessageReader::Close{code, reason};
}

/// `payload` is unmasked already.
MessageReader::Event read_control(Opcode opcode, MutableBytes payload) {
  if (opcode == Opcode::ping) return MessageReader::Ping{payload};
  if (opcode == Opcode::pong) return MessageReader::Pong{};
  return read_close(payload);
}

}  // namespace

/// What is kept between two calls while a header, a frame or a message has only arrived in part.
struct MessageReader::Partial {
  std::array<std::uint8_t, client_header_bytes_max> header;
  std::size_t header_bytes = 0;  ///< of a header that was cut

  std::optional<FrameHeader> frame;  ///< whose payload is arriving
  std::uint64_t frame_received = 0;

  std::array<std::uint8_t, 125> control;

  bool in_message = false;  ///< from the first byte of a message to its last
  bool text = false;
  base::Bytes message;
  Utf8Validator utf8;
  unsigned empty_fragments = 0;

  bool handed_out = false;  ///< the last event borrows from here, up to the next call

  Result<bool, FrameError> begin_frame(MutableBytes& input, std::size_t message_bytes_max);
  Result<bool, FrameError> take_payload(MutableBytes& input, std::size_t message_bytes_max);
  void append_to_message(BytesView arrived, std::size_t message_bytes_max);
  MutableBytes finish_message();
};

MessageReader::MessageReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;

MessageReader::Event MessageReader::next(MutableBytes& input) {
  if (partial_ || ended_) return next_of_partial(input);
  if (input.empty()) return NeedMore{};

  auto const read = read_frame_header(input, {message_bytes_max_});
  if (!read) return finish(failure(read.error()));
  auto const& header = *read;
  bool const whole = header && header->final && header->opcode != Opcode::continuation &&
                     header->payload_bytes <= input.size() - header->header_bytes;
  if (!whole) {
    partial_ = std::make_unique<Partial>();
    return next_of_partial(input);
  }

  input = input.subspan(header->header_bytes);
  auto const payload = take_front(input, header->payload_bytes);
  bool const ascii = unmask(payload, header->mask);
  if (is_control(header->opcode)) return finish(read_control(header->opcode, payload));
  bool const text = header->opcode == Opcode::text;
  if (text && !ascii && !base::is_valid_utf8(base::as_text(payload))) return finish(failure(FrameError::invalid_utf8));
  return Message{text, payload};
}

MessageReader::Event MessageReader::next_of_partial(MutableBytes& input) {
  if (ended_) {
    partial_.reset();
    take_front(input, input.size());
    return NeedMore{};
  }
  auto& partial = *partial_;
  if (std::exchange(partial.handed_out, false) && !partial.in_message) {
    partial_.reset();
    return next(input);
  }
  for (;;) {
    auto const begun = partial.begin_frame(input, message_bytes_max_);
    if (!begun) return finish(failure(begun.error()));
    if (!*begun) return NeedMore{};
    auto const taken = partial.take_payload(input, message_bytes_max_);
    if (!taken) return finish(failure(taken.error()));
    if (!*taken) return NeedMore{};

    auto const frame = *std::exchange(partial.frame, std::nullopt);
    partial.handed_out = true;
    if (is_control(frame.opcode)) {
      return finish(read_control(frame.opcode, {partial.control.data(), frame.payload_bytes}));
    }
    if (frame.final) return Message{partial.text, partial.finish_message()};
  }
}

/// A message goes on; a close and a failure are the last that is heard of this reader.
MessageReader::Event MessageReader::finish(Event last) {
  ended_ = std::holds_alternative<Close>(last) || std::holds_alternative<Failure>(last);
  return last;
}

std::size_t MessageReader::held_bytes() const { return partial_ ? sizeof *partial_ + partial_->message.capacity() : 0; }

/// True when the header of a frame is complete, now or from before.
Result<bool, FrameError> MessageReader::Partial::begin_frame(MutableBytes& input, std::size_t message_bytes_max) {
  if (frame) return true;
  FrameRules const rules{message_bytes_max - message.size()};
  // Only a header that was cut is copied together; its bytes are few.
  auto const before = header_bytes;
  auto const copied = std::min(header.size() - before, input.size());
  std::copy_n(input.data(), copied, header.data() + before);
  auto const read = read_frame_header({header.data(), before + copied}, rules);
  if (!read) return base::fail(read.error());
  if (!*read) {
    header_bytes += copied;
    take_front(input, copied);
    return false;
  }
  take_front(input, (*read)->header_bytes - before);
  header_bytes = 0;
  frame = *read;
  frame_received = 0;
  if (is_control(frame->opcode)) return true;

  bool const continues = frame->opcode == Opcode::continuation;
  if (continues && !in_message) return base::fail(FrameError::unexpected_continuation);
  if (!continues && in_message) return base::fail(FrameError::message_interrupted);
  if (!continues) text = frame->opcode == Opcode::text;
  in_message = true;
  if (!frame->final && frame->payload_bytes == 0 && ++empty_fragments > empty_fragments_max) {
    return base::fail(FrameError::too_many_empty_fragments);
  }
  return true;
}

/// True when all of the frame's payload is here.
Result<bool, FrameError> MessageReader::Partial::take_payload(MutableBytes& input, std::size_t message_bytes_max) {
  auto const missing = frame->payload_bytes - frame_received;
  auto const arrived = take_front(input, std::min<std::uint64_t>(missing, input.size()));
  bool const ascii = unmask(arrived, frame->mask, frame_received);
  if (is_control(frame->opcode)) {
    std::copy(arrived.begin(), arrived.end(), control.data() + frame_received);
  } else {
    bool const checked = !text || (ascii && utf8.complete());
    if (!checked && !utf8.feed(base::as_text(arrived))) return base::fail(FrameError::invalid_utf8);
    append_to_message(arrived, message_bytes_max);
  }
  frame_received += arrived.size();
  if (frame_received < frame->payload_bytes) return false;
  bool const ends_text = frame->final && text && !is_control(frame->opcode);
  if (ends_text && !utf8.complete()) return base::fail(FrameError::invalid_utf8);
  return true;
}

void MessageReader::Partial::append_to_message(BytesView arrived, std::size_t message_bytes_max) {
  auto const needed = message.size() + arrived.size();
  if (needed + base::json_padding_bytes > message.capacity()) {
    // Doubling keeps copying cheap, however small the pieces; room that cannot be used is not asked for.
    auto const usable = frame->final ? message.size() + frame->payload_bytes - frame_received : message_bytes_max;
    message.reserve(std::max(needed, std::min(2 * message.capacity(), usable)) + base::json_padding_bytes);
  }
  message.insert(message.end(), arrived.begin(), arrived.end());
}

MutableBytes MessageReader::Partial::finish_message() {
  auto const length = message.size();
  message.resize(length + base::json_padding_bytes);
  in_message = false;
  return MutableBytes(message).first(length);
}

}  // namespace parley::websocket
