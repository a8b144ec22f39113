#include "chat/app/lobby_desk.h"

#include <doctest/doctest.h>

#include <deque>
#include <map>

#include "chat/domain/testing/seeded_random.h"
#include "chat/storage/memory_storage.h"
#include "chat/storage/testing/records.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Duration;
using parley::base::Function;

namespace {

/// Storage that answers when it is told to.
class SlowStorage : public MemoryStorage {
 public:
  Stored<void> keep(SharedMessage) override {
    auto waiting = answers.emplace_back();
    co_return co_await waiting;
  }
  std::deque<parley::base::Completion<parley::base::Result<void, StorageError>>> answers;
};

/// Storage that remembers how many deliveries were marked at a time.
class MarkingStorage : public MemoryStorage {
 public:
  Stored<void> mark_delivered(std::vector<Delivery> deliveries) override {
    marked.push_back(deliveries.size());
    return MemoryStorage::mark_delivered(std::move(deliveries));
  }
  std::vector<std::size_t> marked;
};

/// A desk whose world is written down, and whose clock is moved by hand.
struct Office {
  explicit Office(Storage& storage, Duration stats_interval = 1s, LobbyConfig const& config = {})
      : desk(config, stats_interval, TokenAuthority("a secret of at least thirty-two bytes", 1h), storage, random,
             {[this](Effects effects) {
                for (auto& effect : effects) {
                  if (auto* tell = std::get_if<Tell>(&effect)) told.emplace_back(name_of(tell->event));
                }
              },
              [this](RealtimeStats) { broadcasts.push_back(now.steady); },
              [this](Duration wait, Function<void()> call) { timers.emplace(now.steady + wait, std::move(call)); },
              [this] { return now; }}) {
    desk.go_on_from(Snapshot{});
  }

  void pass(Duration time) {
    auto const until = now.steady + time;
    while (!timers.empty() && timers.begin()->first <= until) {
      auto next = timers.extract(timers.begin());
      now.wall += std::chrono::floor<Duration>(next.key() - now.steady);
      now.steady = next.key();
      next.mapped()();
    }
    now.wall += std::chrono::floor<Duration>(until - now.steady);
    now.steady = until;
  }
  SocketId connect(SessionKey const& key) {
    auto const socket = SocketId::make(0, random);
    desk.act([&](Lobby& lobby, Now at, Effects& out) {
      lobby.connect(key, socket, {parley::base::Timestamp::max()}, at, out);
    });
    return socket;
  }
  GuestSession const& created(std::string name) {
    Effects out;
    return desk.lobby().create_session(std::move(name), {}, now, out);
  }
  SessionKey session(std::string name) { return created(std::move(name)).key; }
  std::pair<SocketId, SocketId> pair() {
    auto const a = connect(session("Ada")), b = connect(session("Bob"));
    for (auto const& socket : {a, b}) {
      desk.act([&](Lobby& lobby, Now at, Effects& out) { lobby.match({socket, 0}, {}, at, out); });
    }
    told.clear();
    return {a, b};
  }
  void say(SocketId socket) {
    NewMessage message;
    message.content = Json("hello");
    desk.act([&](Lobby& lobby, Now at, Effects& out) { lobby.say({socket, 0}, message, at, out); });
  }

  SeededRandom random{1};
  Now now{parley::base::TimePoint{} + 1h, parley::base::Timestamp{1'800'000'000'000ms}};
  std::multimap<parley::base::TimePoint, Function<void()>> timers;
  std::vector<std::string> told;
  std::vector<parley::base::TimePoint> broadcasts;
  LobbyDesk desk;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("statistics are broadcast at once, then no more often than the interval, and the last change is never lost") {
  MemoryStorage storage;
  Office office(storage, 1s);
  auto const start = office.now.steady;
  auto const key = office.session("Ada");
  office.connect(key);
  CHECK(office.broadcasts.size() == 1);
  for (int i = 0; i < 25; ++i) {
    office.pass(100ms);
    office.connect(key);
  }
  office.pass(5s);
  CHECK(office.broadcasts == std::vector{start, start + 1s, start + 2s, start + 3s});
  office.connect(key);
  CHECK(office.broadcasts.size() == 5);
}

TEST_CASE("§8.4-sent, §8.4-storage: a message is confirmed and passed on when storage has kept it, and not before") {
  SlowStorage storage;
  Office office(storage);
  auto const [ada, bob] = office.pair();
  office.say(ada);
  office.say(ada);
  REQUIRE(storage.answers.size() == 2);
  CHECK(office.told.empty());
  storage.answers[1].resolver()(parley::base::Result<void, StorageError>{});
  CHECK(office.told.empty());
  storage.answers[0].resolver()(parley::base::fail(StorageError{"disk full"}));
  CHECK(office.told == Names{"chat:error", "chat:message:sent", "chat:message"});
}

TEST_CASE("deliveries are marked together a little later, or before the next message is kept") {
  MarkingStorage storage;
  Office office(storage);
  auto const [ada, bob] = office.pair();
  for (int i = 0; i < 4; ++i) office.say(ada);
  auto const room = office.desk.lobby().guest_at(ada)->conversation()->room();
  auto const messages = *testing::given(storage.messages_after(room, 0, 9));
  REQUIRE(messages.size() == 4);
  auto const confirm = [&, by = bob](std::size_t which) {
    office.desk.act([&](Lobby& lobby, Now at, Effects& out) { lobby.confirm({by, 0}, messages[which].id, at, out); });
  };
  confirm(0);
  confirm(1);
  CHECK(storage.marked.empty());
  office.pass(50ms);
  CHECK(storage.marked == std::vector<std::size_t>{2});
  confirm(2);
  office.say(ada);
  CHECK(storage.marked == std::vector<std::size_t>{2, 1});
  confirm(3);
  office.desk.act([&, by = ada](Lobby& lobby, Now at, Effects& out) {
    lobby.leave({by, 0}, Lobby::LeaveBy::leaving_room, at, out);
  });
  CHECK(storage.marked == std::vector<std::size_t>{2, 1, 1});
  office.pass(1s);
  CHECK(storage.marked.size() == 3);
}

TEST_CASE("a ban that is over leaves the records") {
  MemoryStorage storage;
  Office office(storage);
  Ban ban{Ban::Of::address, "192.0.2.1", "flood", office.now.wall, office.now.wall + 30min};
  REQUIRE(testing::given(storage.keep_ban(ban)));
  office.desk.lobby().bans().put(ban);
  office.pass(29min);
  CHECK(testing::given(storage.load())->bans.size() == 1);
  office.pass(2h);
  CHECK(testing::given(storage.load())->bans.empty());
}

TEST_CASE("the lobby is woken when a call has rung too long and when a session is over") {
  MemoryStorage storage;
  Office office(storage, 1s, {.session_life = 60s, .call_answer_time = 5s});
  auto const forgotten = office.session("Eve");
  auto const [ada, bob] = office.pair();
  for (int round = 0; round < 20; ++round) {
    office.desk.act([&, caller = ada](Lobby& lobby, Now at, Effects& out) {
      lobby.signal({caller, 0}, SignalBody{Signal::offer, Json::object(), "video"}, at, out);
    });
    office.told.clear();
    office.pass(5s);
    CHECK(office.told == Names{"webrtc:call-timeout", "webrtc:call-timeout"});
    // Alarms do not pile up behind the one that will ring anyway.
    CHECK(office.timers.size() <= 3);
  }
  office.pass(1s);
  CHECK(office.desk.lobby().stats().total_users == 2);
  CHECK_FALSE(office.desk.lobby().find(forgotten, office.now));
}

TEST_CASE("a token opens its own session as long as the session lives") {
  MemoryStorage storage;
  Office office(storage, 1s, {.session_life = 60s});
  auto const& session = office.created("Ada");
  auto const key = session.key;
  auto const token = office.desk.issue_token(session);
  auto const bearer = office.desk.authenticate(token);
  REQUIRE(bearer);
  CHECK(bearer->key == key);
  CHECK(office.desk.authenticate("nonsense").error() == Refusal::token_invalid);
  office.pass(59s);
  CHECK(office.desk.authenticate(token));
  office.pass(60s);
  CHECK(office.desk.authenticate(token).error() == Refusal::session_expired);
  office.pass(1h);
  CHECK(office.desk.authenticate(token).error() == Refusal::token_expired);
}
