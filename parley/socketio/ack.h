#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "parley/socketio/args.h"
#include "parley/socketio/encode.h"

namespace parley::socketio {

class Socket;

/// Why no answer came.
enum class AckError {
  timeout,      ///< not in time
  disconnected  ///< the socket has left before it answered
};
constexpr std::string_view to_string(AckError error) {
  return error == AckError::timeout ? "operation has timed out" : "socket has been disconnected";
}

/// The sender's wish for an answer. Answers at most once: a second call does nothing, and neither does a call when
/// nobody asked or the socket has gone. May be kept and called later, on the socket's worker.
class AnyAck {
 public:
  AnyAck() = default;
  AnyAck(std::shared_ptr<Socket> socket, std::optional<std::uint64_t> id);
  AnyAck(AnyAck&&) noexcept = default;
  AnyAck& operator=(AnyAck&&) noexcept = default;
  ~AnyAck();

  /// Whether the sender waits for an answer.
  explicit operator bool() const { return id_.has_value(); }

  template <class... A>
  void send(A const&... arguments);

 private:
  std::shared_ptr<Socket> socket_;
  std::optional<std::uint64_t> id_;
};

/// `Ack<Receipt>` is answered with one Receipt, `Ack<>` with whatever arguments are given.
template <class... Reply>
class Ack : public AnyAck {
 public:
  using AnyAck::AnyAck;
  void operator()(Reply const&... reply) { send(reply...); }
};
template <>
class Ack<> : public AnyAck {
 public:
  using AnyAck::AnyAck;
  template <class... A>
  void operator()(A const&... arguments) {
    send(arguments...);
  }
};
template <>
class Ack<void> : public AnyAck {
 public:
  using AnyAck::AnyAck;
  void operator()() { send(); }
};

/// What a client answered, or why it did not.
using Answer = base::Result<JsonArgs, AckError>;

/// What the clients of a broadcast answered: the first argument of each.
struct BroadcastAnswers {
  std::vector<base::Json> answers;
  bool complete = true;  ///< false: the time was over before all had answered
};

}  // namespace parley::socketio
