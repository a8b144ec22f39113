#include "parley/socketio/memory_adapter.h"

#include "parley/socketio/hub.h"

namespace parley::socketio {

void on_every_worker(Hub& hub, std::function<void(Hub&)> const& call) {
  auto& host = hub.host();
  for (unsigned i = 0; i < host.workers(); ++i) {
    auto const worker = static_cast<base::WorkerId>(i);
    if (worker == host.worker()) continue;
    if (!host.post(worker, [call](Hub& other) { call(other); })) {
      base::log_error("a worker's mailbox is full: an operation did not reach it", {{"worker", i}});
    }
  }
  call(hub);
}

void MemoryAdapter::broadcast(Broadcast broadcast, Socket const* but) {
  if (hub_.host().workers() == 1) return hub_.broadcast_here(broadcast, but);
  on_every_worker(hub_, [broadcast = std::make_shared<Broadcast const>(std::move(broadcast)), but,
                         home = &hub_](Hub& hub) { hub.broadcast_here(*broadcast, &hub == home ? but : nullptr); });
}

namespace {

/// A broadcast that waits for its answers. Lives on the worker that asked.
class Poll : public std::enable_shared_from_this<Poll> {
 public:
  Poll(unsigned workers, base::Function<void(BroadcastAnswers)> done) : silent_(workers), done_(std::move(done)) {}

  void asked(std::size_t sockets) {
    expected_ += sockets;
    --silent_;
    finish_if_complete();
  }
  void answered(Answer answer) {
    if (answer) {
      answers_.answers.push_back((*answer)[0]);
    } else {
      ++lost_;
    }
    finish_if_complete();
  }
  void time_is_over() { finish(); }

 private:
  void finish_if_complete() {
    if (silent_ == 0 && answers_.answers.size() + lost_ == expected_) finish();
  }
  void finish() {
    if (!done_) return;
    answers_.complete = silent_ == 0 && answers_.answers.size() == expected_;
    std::exchange(done_, nullptr)(std::move(answers_));
  }

  unsigned silent_;  ///< workers that have not said how many sockets they asked
  std::size_t expected_ = 0;
  std::size_t lost_ = 0;
  BroadcastAnswers answers_;
  base::Function<void(BroadcastAnswers)> done_;
};

}  // namespace

void MemoryAdapter::broadcast_with_ack(Broadcast broadcast, std::uint64_t ack_id, Socket const* but,
                                       base::Function<void(BroadcastAnswers)> done) {
  auto& host = hub_.host();
  auto const poll = std::make_shared<Poll>(host.workers(), std::move(done));
  if (broadcast.flags.timeout) {
    host.after(*broadcast.flags.timeout, [poll] { poll->time_is_over(); });
  }
  on_every_worker(hub_, [broadcast = std::make_shared<Broadcast const>(std::move(broadcast)), ack_id, but, poll,
                         home = host.worker(), asker = &hub_](Hub& hub) {
    // What another worker learns is told to the one that asked, by its mailbox.
    if (&hub == asker) {
      poll->asked(hub.ask_here(*broadcast, ack_id, but, [poll](Answer answer) { poll->answered(std::move(answer)); }));
      return;
    }
    auto const tell = [&hub, home](std::function<void()> const& call) {
      static_cast<void>(hub.host().post(home, [call](Hub&) { call(); }));
    };
    auto const asked = hub.ask_here(*broadcast, ack_id, nullptr, [poll, tell](Answer answer) {
      tell([poll, answer = std::make_shared<Answer>(std::move(answer))] { poll->answered(std::move(*answer)); });
    });
    tell([poll, asked] { poll->asked(asked); });
  });
}

void MemoryAdapter::fetch_sockets(std::string nsp, Target target, EmitFlags,
                                  base::Function<void(std::vector<SocketInfo>)> done) {
  using Part = std::vector<SocketInfo>;
  gather<Part>(
      hub_,
      [nsp = std::move(nsp), target = std::move(target)](Hub& hub) {
        Part part;
        if (auto* here = hub.find(nsp)) {
          here->rooms().select(target, nullptr, [&](Socket& socket) {
            part.push_back({socket.id(), socket.rooms(), socket.data(), socket.handshake()});
          });
        }
        return part;
      },
      [done = std::move(done)](std::vector<Part> parts) mutable {
        Part all;
        for (auto& part : parts) {
          all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
        }
        done(std::move(all));
      });
}

namespace {

void for_each_target(Hub& hub, std::string nsp, Target target, std::function<void(Socket&)> act) {
  on_every_worker(hub, [nsp = std::move(nsp), target = std::move(target), act = std::move(act)](Hub& there) {
    auto* here = there.find(nsp);
    if (!here) return;
    std::vector<std::shared_ptr<Socket>> chosen;
    for (auto* socket : here->rooms().select(target)) chosen.push_back(socket->shared_from_this());
    for (auto const& socket : chosen) act(*socket);
  });
}

}  // namespace

void MemoryAdapter::sockets_join(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags) {
  for_each_target(hub_, std::move(nsp), std::move(target),
                  [rooms = std::move(rooms)](Socket& socket) { socket.join(rooms); });
}

void MemoryAdapter::sockets_leave(std::string nsp, Target target, std::vector<base::RoomName> rooms, EmitFlags) {
  for_each_target(hub_, std::move(nsp), std::move(target), [rooms = std::move(rooms)](Socket& socket) {
    for (auto const& room : rooms) socket.leave(room);
  });
}

void MemoryAdapter::disconnect_sockets(std::string nsp, Target target, bool close, EmitFlags) {
  for_each_target(hub_, std::move(nsp), std::move(target), [close](Socket& socket) { socket.disconnect(close); });
}

void MemoryAdapter::server_side_emit(std::string, JsonArgs, base::Function<void(BroadcastAnswers)> done) {
  // There is no other process.
  done({});
}

}  // namespace parley::socketio
