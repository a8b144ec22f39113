#include "parley/socketio/broadcast.h"

#include <algorithm>
#include <iterator>

#include "parley/socketio/hub.h"

namespace parley::socketio {

BroadcastOperator::BroadcastOperator(Hub& hub, std::string nsp, Socket const* but)
    : hub_(&hub), nsp_(std::move(nsp)), but_(but) {}

BroadcastOperator BroadcastOperator::to(base::RoomName room) && {
  target_.rooms.push_back(std::move(room));
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::to(std::vector<base::RoomName> rooms) && {
  std::ranges::move(rooms, std::back_inserter(target_.rooms));
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::except(base::RoomName room) && {
  target_.except.push_back(std::move(room));
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::except(std::vector<base::RoomName> rooms) && {
  std::ranges::move(rooms, std::back_inserter(target_.except));
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::volatile_() && {
  flags_.is_volatile = true;
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::local() && {
  flags_.local = true;
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::compress(bool on) && {
  flags_.compress = on;
  return std::move(*this);
}

BroadcastOperator BroadcastOperator::timeout(base::Duration limit) && {
  flags_.timeout = limit;
  return std::move(*this);
}

std::uint64_t BroadcastOperator::next_ack_id() const { return hub_->next_ack_id(); }

void BroadcastOperator::send(std::shared_ptr<Message> message) const {
  hub_->host().seal(*message);
  hub_->adapter().broadcast({nsp_, std::move(message), target_, flags_}, but_);
}

base::Task<BroadcastAnswers> BroadcastOperator::ask(std::shared_ptr<Message> message, std::uint64_t id) const {
  hub_->host().seal(*message);
  base::Completion<BroadcastAnswers> answers;
  hub_->adapter().broadcast_with_ack({nsp_, std::move(message), target_, flags_}, id, but_, answers.resolver());
  return [](base::Completion<BroadcastAnswers> waiting) -> base::Task<BroadcastAnswers> {
    co_return co_await waiting;
  }(std::move(answers));
}

base::Task<std::vector<RemoteSocket>> BroadcastOperator::fetch_sockets() const {
  base::Completion<std::vector<SocketInfo>> found;
  hub_->adapter().fetch_sockets(nsp_, target_, flags_, found.resolver());
  return [](base::Completion<std::vector<SocketInfo>> waiting, Hub* hub,
            std::string nsp) -> base::Task<std::vector<RemoteSocket>> {
    std::vector<RemoteSocket> sockets;
    for (auto& info : co_await waiting) {
      BroadcastOperator reach = BroadcastOperator(*hub, nsp).to(info.id);
      sockets.emplace_back(std::move(info), std::move(reach));
    }
    co_return sockets;
  }(std::move(found), hub_, nsp_);
}

void BroadcastOperator::sockets_join(std::vector<base::RoomName> rooms) const {
  hub_->adapter().sockets_join(nsp_, target_, std::move(rooms), flags_);
}

void BroadcastOperator::sockets_leave(std::vector<base::RoomName> rooms) const {
  hub_->adapter().sockets_leave(nsp_, target_, std::move(rooms), flags_);
}

void BroadcastOperator::disconnect_sockets(bool close) const {
  hub_->adapter().disconnect_sockets(nsp_, target_, close, flags_);
}

base::Task<Answer> RemoteSocket::first_of(base::Task<BroadcastAnswers> answers) {
  auto collected = co_await std::move(answers);
  if (collected.answers.empty()) co_return base::fail(AckError::timeout);
  co_return JsonArgs{{std::move(collected.answers.front())}};
}

}  // namespace parley::socketio
