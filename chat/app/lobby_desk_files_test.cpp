#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

#include "chat/app/lobby_desk.h"
#include "chat/domain/testing/seeded_random.h"
#include "chat/storage/memory_storage.h"

using namespace parley::chat;
using namespace std::chrono_literals;
using parley::base::Result;

namespace {

using Kept = Result<void, StorageError>;
using Answered = Result<void, Refusal>;

/// Storage that answers for a file when it is told to.
class SlowStorage final : public MemoryStorage {
 public:
  Stored<void> keep_file(FileRecord) override {
    auto waiting = answers.emplace_back();
    co_return co_await waiting;
  }
  Stored<void> erase_file(FileId id) override {
    erased.push_back(id.str());
    co_return Kept{};
  }
  std::deque<parley::base::Completion<Kept>> answers;
  std::vector<std::string> erased;
};

/// Two guests in a chat, the first of whom uploads.
struct Office {
  Office()
      : desk({.disconnect_grace = 0s}, 1s, TokenAuthority("a secret of at least thirty-two bytes", 1h), storage, random,
             {.to_sockets = [](Effects const&) {},
              .to_everyone = [](RealtimeStats const&) {},
              .after = [](parley::base::Duration, parley::base::Function<void()>) {},
              .now = [this] { return now; },
              .erase_files =
                  [this](std::vector<FileId> const& ids) {
                    for (auto const& id : ids) bytes_erased.push_back(id.str());
                  }}) {
    for (auto* each : {&ada, &bob}) {
      desk.act([&](Lobby& lobby, Now at, Effects& out) {
        auto const& session = lobby.create_session(std::nullopt, {}, at, out);
        *each = {session.id, session.key, SocketId::make(0, random)};
        lobby.connect(each->key, each->socket, {parley::base::Timestamp::max()}, at, out);
      });
      desk.act([&](Lobby& lobby, Now at, Effects& out) { lobby.match({each->socket, 0}, {}, at, out); });
    }
  }
  FileRecord file() const {
    return {.id = FileId("f"),
            .room = room_of(ada.id, bob.id),
            .owner = ada.id,
            .mime_type = "image/png",
            .original_name = "a.png",
            .size = 7,
            .created_at = now.wall,
            .expires_at = now.wall + FileShelf::file_life};
  }
  void upload() {
    auto run = [](Office& office) -> parley::base::Task<void> {
      office.answer = co_await office.desk.keep_file(office.ada.key, office.file());
    };
    parley::base::start(run(*this), [](std::exception_ptr thrown) { CHECK_FALSE(thrown); });
  }

  struct Guest {
    GuestId id;
    SessionKey key;
    SocketId socket;
  };
  SlowStorage storage;
  SeededRandom random{1};
  Now now{parley::base::TimePoint{} + 1h, parley::base::Timestamp{1'800'000'000'000ms}};
  std::vector<std::string> bytes_erased;
  LobbyDesk desk;
  Guest ada, bob;
  std::optional<Answered> answer;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an upload is answered for when its record is kept, and not before") {
  Office office;
  office.upload();
  CHECK_FALSE(office.answer);
  office.storage.answers[0].resolver()(Kept{});
  REQUIRE(office.answer);
  CHECK(office.answer->has_value());
  CHECK(office.desk.lobby().files().find(FileId("f"), office.now));
}

TEST_CASE("an upload whose record cannot be kept is forgotten again") {
  Office office;
  office.upload();
  office.storage.answers[0].resolver()(parley::base::fail(StorageError{"disk full"}));
  REQUIRE(office.answer);
  CHECK(office.answer->error() == Refusal::store_unavailable);
  CHECK_FALSE(office.desk.lobby().files().find(FileId("f"), office.now));
}

TEST_CASE("§1.3-erased: a chat that ends while a record is being written takes the upload with it") {
  Office office;
  office.upload();
  office.desk.act([&](Lobby& lobby, Now at, Effects& out) {
    lobby.leave({office.bob.socket, 0}, Lobby::LeaveBy::leaving_room, at, out);
  });
  CHECK(office.bytes_erased == Names{"f"});
  CHECK(office.storage.erased == Names{"f"});
  office.storage.answers[0].resolver()(Kept{});
  REQUIRE(office.answer);
  CHECK(office.answer->error() == Refusal::not_in_chat);
}

TEST_CASE("an upload after the end of its chat is refused without asking the storage") {
  Office office;
  office.desk.act([&](Lobby& lobby, Now at, Effects& out) {
    lobby.leave({office.bob.socket, 0}, Lobby::LeaveBy::leaving_room, at, out);
  });
  office.upload();
  REQUIRE(office.answer);
  CHECK(office.answer->error() == Refusal::not_in_chat);
  CHECK(office.storage.answers.empty());
}

TEST_CASE("a file whose bytes are not there is forgotten") {
  Office office;
  office.upload();
  office.storage.answers[0].resolver()(Kept{});
  office.desk.forget_files({FileId("f")});
  CHECK(office.storage.erased == Names{"f"});
  CHECK(office.desk.lobby().files().totals().files == 0);
}
