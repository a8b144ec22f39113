#pragma once

#include <functional>
#include <optional>

#include "parley/socketio/hub.h"

namespace parley::socketio {

/// Reaches the sockets of all workers of this process: its own at once, the others' through their mailboxes.
class MemoryAdapter final : public Adapter {
 public:
  explicit MemoryAdapter(Hub& hub) : hub_(hub) {}

  void broadcast(Broadcast broadcast, Socket const* but) override;
  void broadcast_with_ack(Broadcast broadcast, std::uint64_t ack_id, Socket const* but,
                          base::Function<void(BroadcastAnswers)> done) override;
  void fetch_sockets(std::string nsp, Target target, EmitFlags flags,
                     base::Function<void(std::vector<SocketInfo>)> done) override;
  void sockets_join(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags flags) override;
  void sockets_leave(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags flags) override;
  void disconnect_sockets(std::string nsp, Target target, bool close, EmitFlags flags) override;
  void server_side_emit(std::string nsp, JsonArgs event, base::Function<void(BroadcastAnswers)> done) override;

 private:
  Hub& hub_;
};

/// Runs `call` on this worker at once and on all others soon.
void on_every_worker(Hub& hub, std::function<void(Hub&)> const& call);

/// Asks every worker for its part of an answer, and hands all parts to `done`, on this worker, once. A worker whose
/// mailbox is full has no part in it.
template <class Part>
void gather(Hub& hub, std::function<Part(Hub&)> ask, base::Function<void(std::vector<Part>)> done) {
  struct Gathering {
    std::vector<Part> parts;
    std::size_t missing;
    base::Function<void(std::vector<Part>)> done;
  };
  auto& host = hub.host();
  auto const gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->missing = host.workers();
  auto const arrived = [gathering](std::optional<Part> part) {
    if (part) gathering->parts.push_back(std::move(*part));
    if (--gathering->missing == 0) gathering->done(std::move(gathering->parts));
  };
  for (unsigned i = 0; i < host.workers(); ++i) {
    auto const worker = static_cast<base::WorkerId>(i);
    if (worker == host.worker()) continue;
    bool const posted = host.post(worker, [ask, arrived, home = host.worker()](Hub& other) {
      auto part = std::make_shared<Part>(ask(other));
      // The mailbox of whoever waits is drained in every turn; if it overflows, the wait ends with its time-out.
      static_cast<void>(other.host().post(home, [arrived, part](Hub&) { arrived(std::move(*part)); }));
    });
    if (!posted) arrived(std::nullopt);
  }
  arrived(ask(hub));
}

}  // namespace parley::socketio
