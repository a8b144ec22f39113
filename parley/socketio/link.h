#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parley/base/id.h"
#include "parley/base/json.h"
#include "parley/base/time.h"
#include "parley/engineio/close_reason.h"
#include "parley/engineio/packet.h"

namespace parley::socketio {

class Hub;
using engineio::CloseReason;
using engineio::TransportKind;

/// How a client first came to us, as in Node's `socket.handshake`.
struct Handshake {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Pairs headers;  ///< names in lower case; a repeated one is joined with ", "
  Pairs query;    ///< decoded; Engine.IO's own parameters included
  std::string url;
  std::string address;
  bool xdomain = false;  ///< the request carried an Origin
  bool secure = false;
  base::Timestamp issued;
  base::Json auth;  ///< what the client sent when it joined the namespace

  /// Empty if absent. `name` in lower case.
  std::string_view header(std::string_view name) const;
  std::string_view parameter(std::string_view name) const;
};

/// What a client needs of the session that carries it.
class Link {
 public:
  virtual ~Link() = default;
  /// Copies what it needs. Sending never closes before this turn of the loop is over.
  virtual void send(engineio::Message const& message) = 0;
  /// Keeps a reference.
  virtual void send(engineio::SharedMessage const& message) = 0;
  /// False while output waits for a slow peer or a polling client: a volatile event is dropped then.
  virtual bool writable() const = 0;
  virtual void close(CloseReason why) = 0;
  virtual TransportKind transport() const = 0;
  virtual Handshake handshake() const = 0;
};

/// What this layer needs of the worker it runs on.
class Host {
 public:
  virtual ~Host() = default;
  virtual base::WorkerId worker() const = 0;
  virtual unsigned workers() const = 0;
  virtual base::RandomSource& random() = 0;
  virtual void after(base::Duration delay, base::Function<void()> call) = 0;
  /// Writes the transport's frame header into the headroom of a message that is about to be shared.
  virtual void seal(engineio::Message& message) const = 0;
  /// Runs `call` on another worker, after all that this one has posted there before. False: its mailbox is full.
  [[nodiscard]] virtual bool post(base::WorkerId to, base::Function<void(Hub&)> call) = 0;
};

}  // namespace parley::socketio
