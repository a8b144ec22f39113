#include "parley/socketio/rooms.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "parley/socketio/test_world.h"

using namespace parley;
using namespace parley::socketio;
using namespace parley::socketio::test;

namespace {

/// Sockets that are in no namespace's index but the test's own.
struct Crowd {
  explicit Crowd(std::size_t count) {
    nsp = std::make_shared<Namespace>(world.hub(), "/crowd", std::make_shared<NamespaceSpec>());
    for (std::size_t i = 0; i < count; ++i) {
      auto const id = base::SocketId::make(0, world.random());
      sockets.push_back(std::make_shared<Socket>(nsp, client, id, base::Json{}));
    }
  }
  World world;
  Peer link{world};
  Client client{world.hub(), link};
  std::shared_ptr<Namespace> nsp;
  std::vector<std::shared_ptr<Socket>> sockets;
};

/// What RoomIndex promises, said as plainly as can be.
struct Model {
  std::set<Socket*> present;
  std::map<std::string, std::set<Socket*>> rooms;

  void add(Socket& socket) {
    present.insert(&socket);
    rooms[socket.id().str()].insert(&socket);
  }
  void leave(Socket& socket, std::string const& room) {
    auto const at = rooms.find(room);
    if (at == rooms.end()) return;
    at->second.erase(&socket);
    if (at->second.empty()) rooms.erase(at);
  }
  void remove(Socket& socket) {
    present.erase(&socket);
    std::vector<std::string> names;
    for (auto const& [name, members] : rooms) names.push_back(name);
    for (auto const& name : names) leave(socket, name);
  }
  std::set<Socket*> select(Target const& target, Socket const* but) const {
    std::set<Socket*> chosen;
    if (target.rooms.empty()) chosen = present;
    for (auto const& room : target.rooms) {
      if (auto const at = rooms.find(room.str()); at != rooms.end())
        chosen.insert(at->second.begin(), at->second.end());
    }
    for (auto const& room : target.except) {
      if (auto const at = rooms.find(room.str()); at != rooms.end()) {
        for (auto* socket : at->second) chosen.erase(socket);
      }
    }
    std::erase_if(chosen, [but](auto* socket) { return socket == but; });
    return chosen;
  }
};

std::set<Socket*> once_each(RoomIndex& index, Target const& target, Socket const* but) {
  std::set<Socket*> met;
  index.select(target, but, [&](Socket& socket) { CHECK(met.insert(&socket).second); });
  return met;
}

}  // namespace

TEST_CASE("after any walk of joins and leaves the rooms hold whom a simple model says") {
  Crowd crowd(12);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    RoomIndex index;
    Model model;
    auto const any_socket = [&]() -> Socket& { return *crowd.sockets[random() % crowd.sockets.size()]; };
    auto const any_room = [&]() -> std::string {
      switch (random() % 8) {
        case 0:
          return any_socket().id().str();
        case 1:
          return std::string(20, static_cast<char>('a' + random() % 2));  // looks like a socket's id
        default:
          return "room" + std::to_string(random() % 6);
      }
    };
    for (int step = 0; step < 400; ++step) {
      auto& socket = any_socket();
      bool const present = model.present.contains(&socket);
      auto const room = any_room();
      switch (random() % 10) {
        case 0:
          // A socket is new once; one that has left for good is replaced.
          if (!present && socket.rooms().size() == 1) {
            index.add(socket);
            model.add(socket);
          }
          break;
        case 1:
          if (present && random() % 3 == 0) {
            index.remove(socket);
            model.remove(socket);
            CHECK(RoomIndex::rooms_of(socket).empty());
            auto const id = base::SocketId::make(0, crowd.world.random());
            auto const at = std::ranges::find(crowd.sockets, &socket, [](auto const& held) { return held.get(); });
            *at = std::make_shared<Socket>(crowd.nsp, crowd.client, id, base::Json{});
          }
          break;
        case 2:
        case 3:
          if (present) {
            index.leave(socket, room);
            model.leave(socket, room);
          }
          break;
        case 4: {
          Target target;
          for (auto n = random() % 3; n > 0; --n) target.rooms.emplace_back(any_room());
          for (auto n = random() % 3; n > 0; --n) target.except.emplace_back(any_room());
          auto const* const but = random() % 2 ? &socket : nullptr;
          CHECK(once_each(index, target, but) == model.select(target, but));
          break;
        }
        default:
          if (present) {
            index.join(socket, room);
            model.rooms[room].insert(&socket);
          }
      }
    }
    CHECK(index.size() == model.present.size());
    std::map<std::string, std::size_t> sizes;
    for (auto const& [name, members] : model.rooms) sizes[name] = members.size();
    auto const told = index.sizes();
    CHECK((std::map<std::string, std::size_t>(told.begin(), told.end()) == sizes));
    CHECK(told.size() == sizes.size());
    for (auto const& [name, members] : model.rooms) {
      CHECK(index.has(name));
      for (auto const& socket : crowd.sockets) {
        if (model.present.contains(socket.get())) CHECK(index.is_in(*socket, name) == members.contains(socket.get()));
      }
    }
    for (auto* socket : model.present) {
      std::set<std::string> rooms;
      for (auto const& room : RoomIndex::rooms_of(*socket)) CHECK(rooms.insert(room.str()).second);
      for (auto const& room : rooms) CHECK(model.rooms[room].contains(socket));
      CHECK(index.find(socket->id()) == socket);
      index.remove(*socket);
    }
    CHECK(index.size() == 0);
    CHECK(index.sizes().empty());
    for (auto& socket : crowd.sockets) {
      auto const id = base::SocketId::make(0, crowd.world.random());
      socket = std::make_shared<Socket>(crowd.nsp, crowd.client, id, base::Json{});
    }
  }
}

TEST_CASE("a room is there as long as somebody is in it") {
  Crowd crowd(1);
  auto& socket = *crowd.sockets[0];
  RoomIndex index;
  index.add(socket);
  CHECK(index.has(socket.id().text()));
  CHECK_FALSE(index.has("room"));
  index.join(socket, "room");
  index.join(socket, "room");
  CHECK(index.has("room"));
  CHECK(RoomIndex::rooms_of(socket).size() == 2);
  index.leave(socket, "room");
  CHECK_FALSE(index.has("room"));
  index.leave(socket, "room");
  index.leave(socket, socket.id().text());
  CHECK_FALSE(index.has(socket.id().text()));
  CHECK(index.find(socket.id()) == &socket);
  index.join(socket, socket.id().text());
  CHECK(index.has(socket.id().text()));
  index.remove(socket);
}

TEST_CASE("two sockets may meet in the room that bears the name of one of them") {
  Crowd crowd(2);
  auto& owner = *crowd.sockets[0];
  auto& guest = *crowd.sockets[1];
  RoomIndex index;
  index.add(owner);
  index.add(guest);
  index.join(guest, owner.id().text());
  CHECK(once_each(index, {{owner.id()}, {}}, nullptr) == std::set<Socket*>{&owner, &guest});
  CHECK(once_each(index, {{owner.id(), guest.id()}, {}}, &guest) == std::set<Socket*>{&owner});
  CHECK(once_each(index, {{}, {owner.id()}}, nullptr).empty());
  index.leave(owner, owner.id().text());
  CHECK(once_each(index, {{owner.id()}, {}}, nullptr) == std::set<Socket*>{&guest});
  index.remove(owner);
  index.remove(guest);
}
