#include "parley/socketio/rooms.h"

#include <algorithm>

#include "parley/socketio/socket.h"

namespace parley::socketio {

struct Room {
  struct Member {
    Socket* socket;
    std::uint32_t seat;  ///< the room's place in the socket's own list
  };
  std::string name;
  std::vector<Member> members;
};

RoomIndex::RoomIndex() = default;
RoomIndex::~RoomIndex() = default;

void RoomIndex::add(Socket& socket) { sockets_.emplace(socket.id(), &socket); }

void RoomIndex::remove(Socket& socket) {
  auto& membership = socket.membership_;
  while (!membership.seats.empty()) vacate(membership, membership.seats.size() - 1);
  membership.in_own_room = false;
  sockets_.erase(socket.id());
}

void RoomIndex::join(Socket& socket, std::string_view name) {
  if (name == socket.id().text()) {
    socket.membership_.in_own_room = true;
    return;
  }
  if (is_in(socket, name)) return;
  auto at = rooms_.find(name);
  if (at == rooms_.end()) {
    at = rooms_.emplace(std::string(name), std::make_unique<Room>()).first;
    at->second->name = at->first;
  }
  auto& room = *at->second;
  auto& seats = socket.membership_.seats;
  room.members.push_back({&socket, static_cast<std::uint32_t>(seats.size())});
  seats.push_back({&room, static_cast<std::uint32_t>(room.members.size() - 1)});
}

void RoomIndex::leave(Socket& socket, std::string_view name) {
  auto& membership = socket.membership_;
  if (name == socket.id().text()) {
    membership.in_own_room = false;
    return;
  }
  for (std::size_t i = 0; i < membership.seats.size(); ++i) {
    if (membership.seats[i].room->name == name) return vacate(membership, i);
  }
}

/// Gives up a seat. The last member of the room and the last seat of the socket fill the two gaps.
void RoomIndex::vacate(Membership& membership, std::size_t seat) {
  auto const [room, place] = membership.seats[seat];
  auto& members = room->members;
  members[place] = members.back();
  members.pop_back();
  if (place < members.size()) members[place].socket->membership_.seats[members[place].seat].place = place;

  membership.seats[seat] = membership.seats.back();
  membership.seats.pop_back();
  if (seat < membership.seats.size()) {
    auto const& moved = membership.seats[seat];
    moved.room->members[moved.place].seat = static_cast<std::uint32_t>(seat);
  }
  if (members.empty()) rooms_.erase(rooms_.find(room->name));
}

bool RoomIndex::is_in(Socket const& socket, std::string_view name) const {
  if (name == socket.id().text()) return socket.membership_.in_own_room;
  return std::ranges::any_of(socket.membership_.seats, [&](auto const& seat) { return seat.room->name == name; });
}

std::vector<base::RoomName> RoomIndex::rooms_of(Socket const& socket) {
  std::vector<base::RoomName> rooms;
  if (socket.membership_.in_own_room) rooms.emplace_back(socket.id());
  for (auto const& seat : socket.membership_.seats) rooms.emplace_back(seat.room->name);
  return rooms;
}

Socket* RoomIndex::find(base::SocketId const& id) const {
  auto const at = sockets_.find(id);
  return at == sockets_.end() ? nullptr : at->second;
}

bool RoomIndex::has(std::string_view name) const { return rooms_.contains(name) || owner_in(name); }

Socket* RoomIndex::owner_in(std::string_view name) const {
  auto const id = base::SocketId::parse(name);
  auto* const socket = id ? find(*id) : nullptr;
  return socket && socket->membership_.in_own_room ? socket : nullptr;
}

std::vector<std::pair<std::string, std::size_t>> RoomIndex::sizes() const {
  std::vector<std::pair<std::string, std::size_t>> sizes;
  for (auto const& [name, room] : rooms_) sizes.emplace_back(name, room->members.size() + (owner_in(name) ? 1 : 0));
  for (auto const& [id, socket] : sockets_) {
    if (socket->membership_.in_own_room && !rooms_.contains(id.text())) sizes.emplace_back(id.str(), 1);
  }
  return sizes;
}

void RoomIndex::mark_members(std::string_view name, std::uint32_t mark) {
  if (auto const at = rooms_.find(name); at != rooms_.end()) {
    for (auto const& member : at->second->members) member.socket->membership_.mark = mark;
  }
  if (auto* const owner = owner_in(name)) owner->membership_.mark = mark;
}

void RoomIndex::select(Target const& target, Socket const* but, base::FunctionRef<void(Socket&)> visit) {
  // One room and nobody left out but the sender: nobody can be met twice, and no marks are needed.
  if (target.rooms.size() == 1 && target.except.empty()) {
    auto const at = rooms_.find(std::string_view(target.rooms[0]));
    auto const id = base::SocketId::parse(target.rooms[0]);
    if (at != rooms_.end() && !id) {
      for (auto const& member : at->second->members) {
        if (member.socket != but) visit(*member.socket);
      }
      return;
    }
  }
  auto const mark = ++mark_;
  for (auto const& room : target.except) mark_members(room, mark);
  auto const meet = [&](Socket& socket) {
    if (&socket == but || socket.membership_.mark == mark) return;
    socket.membership_.mark = mark;
    visit(socket);
  };
  if (target.rooms.empty()) {
    for (auto const& [id, socket] : sockets_) meet(*socket);
  }
  for (auto const& room : target.rooms) {
    if (auto const at = rooms_.find(std::string_view(room)); at != rooms_.end()) {
      for (auto const& member : at->second->members) meet(*member.socket);
    }
    if (auto* const owner = owner_in(room)) meet(*owner);
  }
}

std::vector<Socket*> RoomIndex::select(Target const& target) {
  std::vector<Socket*> chosen;
  select(target, nullptr, [&](Socket& socket) { chosen.push_back(&socket); });
  return chosen;
}

}  // namespace parley::socketio
