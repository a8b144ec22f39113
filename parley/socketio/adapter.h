#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/function.h"
#include "parley/base/json.h"
#include "parley/base/time.h"
#include "parley/socketio/ack.h"
#include "parley/socketio/link.h"
#include "parley/socketio/rooms.h"

namespace parley::socketio {

struct EmitFlags {
  bool is_volatile = false;  ///< may be dropped rather than wait
  bool local = false;        ///< this process only
  std::optional<bool> compress{};
  std::optional<base::Duration> timeout{};  ///< of acknowledgements; absent: wait as long as the socket lives
};

/// A socket as others see it: a copy, taken when it was asked for.
struct SocketInfo {
  base::SocketId id;
  std::vector<base::RoomName> rooms;
  base::Json data;
  Handshake handshake;
};

/// A broadcast as adapters carry it: whom, what, how.
struct Broadcast {
  std::string nsp;
  SharedMessage message;
  Target target;
  EmitFlags flags;
};

/// Carries what concerns many sockets to wherever they are. One per worker, for all namespaces; every call comes
/// from that worker, and answers go back to it.
///
/// The memory adapter reaches all workers of this process; others, which also reach other processes, hold one.
class Adapter {
 public:
  virtual ~Adapter() = default;

  /// `but`: the sender, which is left out; it lives on this worker.
  virtual void broadcast(Broadcast broadcast, Socket const* but) = 0;
  /// `done` is called once, with the first argument of each answer, when all have answered or the time is over.
  virtual void broadcast_with_ack(Broadcast broadcast, std::uint64_t ack_id, Socket const* but,
                                  base::Function<void(BroadcastAnswers)> done) = 0;
  virtual void fetch_sockets(std::string nsp, Target target, EmitFlags flags,
                             base::Function<void(std::vector<SocketInfo>)> done) = 0;
  virtual void sockets_join(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags flags) = 0;
  virtual void sockets_leave(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags flags) = 0;
  virtual void disconnect_sockets(std::string nsp, Target target, bool close, EmitFlags flags) = 0;
  /// To the other processes; one answer from each.
  virtual void server_side_emit(std::string nsp, JsonArgs event, base::Function<void(BroadcastAnswers)> done) = 0;
};

}  // namespace parley::socketio
