#include <doctest/doctest.h>

#include <algorithm>

#include "chat/domain/testing/town.h"

using namespace parley::chat;
using namespace std::chrono_literals;

namespace {

void expel(Town& town, Town::Guest const& whom) {
  town.step([&](Effects& out) {
    town.lobby.expel([&](GuestSession const& each) { return each.id == whom.id; }, Refusal::banned, town.now, out);
  });
}
bool is_told_to_stay_away(Town const& town, SocketId socket) {
  return std::ranges::any_of(town.all_effects, [&](Effect const& effect) {
    auto const* close = std::get_if<CloseSocket>(&effect);
    return close && close->socket == socket && close->how == CloseHow::stay_away;
  });
}

}  // namespace

TEST_CASE("a guest that is expelled is told why, loses its chat and its socket, and may not come back by itself") {
  Town town;
  auto const [ada, bob] = town.pair("Ada", "Bob");
  expel(town, *bob);
  CHECK(town.last<Refused>(*bob).code == "BANNED");
  CHECK(town.last<RoomClosed>(*ada).reason == "user_disconnected");
  CHECK(is_told_to_stay_away(town, bob->socket));
  CHECK_FALSE(town.session(*bob)->is_online());
  CHECK_FALSE(town.session(*ada)->connected_user());
  // The end of its socket comes later and means nothing more.
  town.disconnect(*bob);
  CHECK(town.lobby.stats().online_users == 1);
}

TEST_CASE("whoever searches is expelled from the queue, and others are left alone") {
  Town town;
  auto& ada = town.guest("Ada");
  auto& bob = town.guest("Bob");
  town.match(bob);
  expel(town, bob);
  town.match(ada);
  CHECK(town.session(ada)->is_searching());
  CHECK_FALSE(town.session(bob)->is_searching());
  CHECK_FALSE(is_told_to_stay_away(town, ada.socket));
}

TEST_CASE("a socket is the guest's whose active one it is, and nobody's once another has taken its place") {
  Town town;
  auto& ada = town.guest("Ada");
  auto const first = ada.socket;
  REQUIRE(town.lobby.guest_at(first));
  CHECK(town.lobby.guest_at(first)->id == ada.id);
  town.connect(ada);
  CHECK_FALSE(town.lobby.guest_at(first));
  CHECK(town.lobby.guest_at(ada.socket)->id == ada.id);
}

TEST_CASE("bans that were kept hold after a restart") {
  Town town;
  Snapshot snapshot;
  snapshot.bans.push_back({.of = Ban::Of::session, .value = "guest_bob", .reason = {}, .at = {}, .until = {}});
  town.step([&](Effects& out) { town.lobby.restore(std::move(snapshot), town.now, out); });
  CHECK(town.lobby.bans().of_guest(GuestId("guest_bob"), town.now.wall));
}
