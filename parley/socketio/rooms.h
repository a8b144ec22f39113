#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "parley/base/function.h"
#include "parley/base/id.h"

namespace parley::socketio {

class Socket;
class RoomIndex;
struct Room;

/// The rooms that one socket is in. Part of the socket; changed only by RoomIndex.
struct Membership {
  struct Seat {
    Room* room;
    std::uint32_t place;  ///< the socket's place among the room's members
  };
  std::vector<Seat> seats;
  std::uint32_t mark = 0;   ///< the last selection that has seen the socket
  bool in_own_room = true;  ///< every socket begins in the room named by its id
};

/// Which sockets are meant: those in any of `rooms` (all, if it is empty) but in none of `except`.
/// A socket id is a room too.
struct Target {
  std::vector<base::RoomName> rooms;
  std::vector<base::RoomName> except;
};

/// The rooms of one namespace, as far as this worker's own sockets go. Joining and leaving cost O(1).
/// Lives on  one worker. Members elsewhere are reached through the adapter.
class RoomIndex {
 public:
  RoomIndex();
  ~RoomIndex();

  void add(Socket& socket);
  /// Leaves all rooms as well.
  void remove(Socket& socket);

  void join(Socket& socket, std::string_view room);
  void leave(Socket& socket, std::string_view room);
  bool is_in(Socket const& socket, std::string_view room) const;
  /// The socket's rooms, its own included.
  static std::vector<base::RoomName> rooms_of(Socket const& socket);

  Socket* find(base::SocketId const& id) const;
  std::size_t size() const { return sockets_.size(); }
  /// Every room with a member here, and how many it has.
  std::vector<std::pair<std::string, std::size_t>> sizes() const;
  bool has(std::string_view room) const;

  /// Calls `visit` for each socket meant, once, but not for `but`. It must not change any membership.
  void select(Target const& target, Socket const* but, base::FunctionRef<void(Socket&)> visit);
  /// The same as a list, for what changes rooms.
  std::vector<Socket*> select(Target const& target);

 private:
  /// The socket whose id the room is named by, if it is in it.
  Socket* owner_in(std::string_view room) const;
  void mark_members(std::string_view room, std::uint32_t mark);
  void vacate(Membership& membership, std::size_t seat);

  std::unordered_map<std::string, std::unique_ptr<Room>, base::TextHash, std::equal_to<>> rooms_;
  std::unordered_map<base::SocketId, Socket*> sockets_;
  std::uint32_t mark_ = 0;
};

}  // namespace parley::socketio
